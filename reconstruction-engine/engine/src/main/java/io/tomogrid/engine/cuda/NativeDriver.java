package io.tomogrid.engine.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Loads native libraries of JCuda. */
final class NativeDriver {
    /* JCuda takes its library from java.library.path if it is there. Else it unpacks it under a fixed name into
     * java.io.tmpdir and takes whatever file of that name is there already, also one that another process is just writing:
     * loading half a file kills the JVM. So for the moment of loading the property names a folder of our own. */

    private static final Pattern MISSING = Pattern.compile("([\\w.+-]+): cannot open shared object file");
    private static final String TEMPORARY = "java.io.tmpdir";

    private NativeDriver() {}

    /**
     * @param binding the class of JCuda that loads the library when it is initialized
     * @return why there is none; empty once it is loaded
     */
    static synchronized Optional<String> load(Class<?> binding) {
        try {
            Path own = Files.createTempDirectory("tomogrid-jcuda");
            try {
                initialize(binding, own);
            } finally {
                delete(own);
            }
            return Optional.empty();
        } catch (LinkageError | ClassNotFoundException missing) {
            return Optional.of(missing(String.valueOf(missing.getMessage())));
        } catch (IOException noRoom) {
            return Optional.of("JCuda's library cannot be unpacked: " + noRoom.getMessage());
        }
    }

    /** @param message of the loader, many lines */
    private static String missing(String message) {
        Matcher named = MISSING.matcher(message);
        if (!named.find()) {
            return "JCuda's library for the NVIDIA driver cannot be loaded on " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch");
        }
        String library = named.group(1);
        return library.equals("libcuda.so.1")
                ? "libcuda.so.1 is not on this machine; it comes with the NVIDIA driver"
                : library + " is not on this machine, which JCuda's library needs; install it";
    }

    private static void initialize(Class<?> binding, Path own) throws ClassNotFoundException {
        String shared = System.setProperty(TEMPORARY, own.toString());
        try {
            Class.forName(binding.getName(), true, binding.getClassLoader());
        } finally {
            System.setProperty(TEMPORARY, shared);
        }
    }

    /** What is loaded stays mapped. */
    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
