package io.tomogrid.engine.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import jcuda.driver.JCudaDriver;

/** Loads JCuda's native library, once. */
final class NativeDriver {
    /* JCuda takes its library from java.library.path if it is there. Else it unpacks it under a fixed name into
     * java.io.tmpdir and takes whatever file of that name is there already, also one that another process is just writing:
     * loading half a file kills the JVM. So for the moment of loading the property names a folder of our own. */

    private static final String TEMPORARY = "java.io.tmpdir";

    private NativeDriver() {}

    /** @return why there is none; empty once it is loaded */
    static Optional<String> load() {
        try {
            Path own = Files.createTempDirectory("tomogrid-jcuda");
            try {
                initialize(own);
            } finally {
                delete(own);
            }
            return Optional.empty();
        } catch (LinkageError missing) {
            return Optional.of("the NVIDIA driver's libcuda.so.1, or JCuda's library for it, cannot be loaded on "
                    + System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        } catch (IOException noRoom) {
            return Optional.of("JCuda's library cannot be unpacked: " + noRoom.getMessage());
        }
    }

    private static void initialize(Path own) {
        String shared = System.setProperty(TEMPORARY, own.toString());
        try {
            JCudaDriver.setExceptionsEnabled(false);
        } finally {
            System.setProperty(TEMPORARY, shared);
        }
    }

    /** What is loaded stays mapped. */
    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : List.copyOf(files.toList())) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
