package io.tomogrid.codec;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Encoders and decoders of others. */
final class Tools {
    private Tools() {}

    static void need(String debianPackage, String... programs) {
        for (String program : programs) {
            assumeTrue(
                    Files.isExecutable(Path.of("/usr/bin", program)),
                    "needs " + program + " (Debian package " + debianPackage + ")");
        }
    }

    static void run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "tool", ".log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " does not end");
        }
        if (process.exitValue() != 0) {
            throw new AssertionError(command + " ended with " + process.exitValue() + ": "
                    + Files.readString(log, StandardCharsets.ISO_8859_1));
        }
    }
}
