package io.tomogrid.node.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Podman and buildah with a storage of their own, away from whatever else this machine keeps in them. */
final class Containers {
    private static final long MINUTES = 8;

    private final Path folder;

    private Containers(Path folder) {
        this.folder = folder;
    }

    /** What a program printed. */
    record Said(int exit, String text) {}

    /**
     * Skips the test where a program is missing.
     *
     * @param folder keeps images from one run to the next, since a base takes a while to make
     */
    static Containers at(Path folder) throws IOException {
        for (String program : List.of("podman", "buildah", "runc", "mmdebstrap")) {
            assumeTrue(isInstalled(program), program + " is not installed: the image is neither built nor run");
        }
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("storage.conf"),
                "[storage]\ndriver = \"overlay\"\ngraphroot = \"" + folder.resolve("storage") + "\"\nrunroot = \""
                        + folder.resolve("run") + "\"\n");
        // the limits are for a root that may not raise its own; runc also takes the older control groups
        Files.writeString(folder.resolve("containers.conf"), """
                [containers]
                default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
                [engine]
                cgroup_manager = "cgroupfs"
                events_logger = "file"
                runtime = "runc"
                """);
        return new Containers(folder);
    }

    private static boolean isInstalled(String program) {
        for (String path : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(path, program))) {
                return true;
            }
        }
        return false;
    }

    /** @throws AssertionError with what was printed if it fails */
    String must(String... command) throws IOException, InterruptedException {
        Said said = run(command);
        if (said.exit() != 0) {
            throw new AssertionError(String.join(" ", command) + " exits with " + said.exit() + ": " + said.text());
        }
        return said.text();
    }

    Said run(String... command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "said-", ".log");
        List<String> words = new ArrayList<>(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(Path.of(System.getProperty("tomogrid.root")).toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment()
                .put("CONTAINERS_STORAGE_CONF", folder.resolve("storage.conf").toString());
        builder.environment()
                .put("CONTAINERS_CONF", folder.resolve("containers.conf").toString());
        Process process = builder.start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new AssertionError(String.join(" ", command) + " takes more than " + MINUTES + " minutes");
            }
            return new Said(process.exitValue(), Files.readString(log).strip());
        } finally {
            process.destroyForcibly();
            Files.delete(log);
        }
    }
}
