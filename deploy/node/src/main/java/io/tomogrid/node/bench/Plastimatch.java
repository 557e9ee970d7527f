package io.tomogrid.node.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * FDK of 256 x 256 x 256 voxels from 180 views of 256 x 256 by the program that {@value #VARIABLE} names, on the processors. Times
 * are of the whole process; it says itself that files take a small part of them. To be closed.
 */
final class Plastimatch implements AutoCloseable {
    /** Path of the program plastimatch. */
    static final String VARIABLE = "TOMOGRID_PLASTIMATCH";

    static final String NAME = "plastimatch fdk";

    private final String program;
    private final Path folder;

    private Plastimatch(String program) throws IOException {
        this.program = program;
        this.folder = Files.createTempDirectory("plastimatch-peer");
        Files.createDirectory(folder.resolve("views"));
        String sphere = folder.resolve("sphere.mha").toString();
        run("synth", "--pattern", "sphere", "--dim", "64", "--origin", "-126", "--spacing", "4", "--output", sphere);
        run(
                "drr", "-A", "cpu", "-a", "180", "-N", "2", "-r", "256 256", "-z", "420 420", "-t", "pfm", "-O",
                views(), sphere);
    }

    /** Empty where the variable names none. */
    static Optional<Plastimatch> find() {
        String program = System.getenv(VARIABLE);
        if (program == null || program.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Plastimatch(program));
        } catch (IOException unusable) {
            throw new UncheckedIOException(VARIABLE + "=" + program + ": " + unusable.getMessage(), unusable);
        }
    }

    private String views() {
        return folder.resolve("views") + "/";
    }

    ProcessorTime fdk() {
        String volume = folder.resolve("volume.mha").toString();
        try {
            return run(
                    "fdk",
                    "-A",
                    "cpu",
                    "-X",
                    "c",
                    "-r",
                    "256 256 256",
                    "-z",
                    "256 256 256",
                    "-I",
                    views(),
                    "-O",
                    volume);
        } catch (IOException broken) {
            throw new UncheckedIOException(VARIABLE + ": " + broken.getMessage(), broken);
        }
    }

    /** A shell reports what its children used: its last line is their user and system time. */
    private ProcessorTime run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$0\" \"$@\" >&2 && times", program));
        command.addAll(List.of(arguments));
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String[] lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\n");
        double wall = (System.nanoTime() - start) * 1e-9;
        if (lines.length < 2) {
            throw new IOException("'" + program + " " + arguments[0] + "' failed; name the program plastimatch");
        }
        double cpu =
                Stream.of(lines[1].split(" ")).mapToDouble(Plastimatch::seconds).sum();
        return new ProcessorTime(wall, cpu);
    }

    /** Of 1m2.5s. */
    private static double seconds(String time) {
        int minutes = time.indexOf('m');
        return 60 * Double.parseDouble(time.substring(0, minutes))
                + Double.parseDouble(time.substring(minutes + 1, time.length() - 1));
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException kept) {
            throw new UncheckedIOException(kept);
        }
    }
}
