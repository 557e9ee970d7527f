package io.tomogrid.dicom.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Uid;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** David Clunie's validator of information objects. */
final class Dciodvfy {
    private Dciodvfy() {}

    static void assumeInstalled() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/dciodvfy")), "needs dciodvfy (Debian package dicom3tools)");
    }

    /** What it calls an error in the object, which is written to the file. */
    static List<String> errors(Path file, Dataset object) throws IOException, InterruptedException {
        try (OutputStream out = Files.newOutputStream(file)) {
            Part10.write(out, Uid.ExplicitVRLittleEndian, object);
        }
        Process process = new ProcessBuilder("dciodvfy", "-new", file.toString())
                .redirectErrorStream(true)
                .start();
        try (InputStream in = process.getInputStream()) {
            String output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            assertThat(output).as("dciodvfy names the kind of object").isNotBlank();
            return output.lines().filter(line -> line.startsWith("Error")).toList();
        }
    }
}
