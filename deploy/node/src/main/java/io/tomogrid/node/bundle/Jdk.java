package io.tomogrid.node.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * An installed JDK that can make runtimes.
 *
 * @param home its folder
 * @param version 17, 25, …
 */
public record Jdk(Path home, int version) {
    private static final Path INSTALLED = Path.of("/usr/lib/jvm");
    private static final int OLDEST = 17;

    /**
     * The newest of this process's own and those in {@code /usr/lib/jvm}: later runtimes ask less of the machine's C library.
     *
     * @throws IOException if none has jlink; the message says what to install
     */
    public static Jdk newest() throws IOException {
        List<Path> homes = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
        if (Files.isDirectory(INSTALLED)) {
            try (Stream<Path> folders = Files.list(INSTALLED)) {
                homes.addAll(folders.toList());
            }
        }
        List<Jdk> found = new ArrayList<>();
        for (Path home : homes) {
            if (Files.isExecutable(home.resolve("bin/jlink")) && Files.exists(home.resolve("release"))) {
                found.add(new Jdk(home, version(home.resolve("release"))));
            }
        }
        return found.stream()
                .filter(jdk -> jdk.version >= OLDEST)
                .max(Comparator.comparingInt(Jdk::version))
                .orElseThrow(() -> new IOException("no JDK with jlink is installed: install openjdk-17-jdk-headless"));
    }

    private static int version(Path release) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(release)) {
            properties.load(in);
        }
        String version = properties.getProperty("JAVA_VERSION", "").replace("\"", "");
        return version.isEmpty() ? 0 : Integer.parseInt(version.split("[^0-9]")[0]);
    }

    /** What jlink calls no compression: the bundle is compressed as a whole. */
    String noCompression() {
        return version >= 21 ? "zip-0" : "0";
    }
}
