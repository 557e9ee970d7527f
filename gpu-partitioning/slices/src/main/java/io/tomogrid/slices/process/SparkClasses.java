package io.tomogrid.slices.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * From where Spark's processes load their classes. With the archive of parsed classes that {@code share-classes.sh} makes of a
 * Spark home they start for half of the processor's time; it wants the same class path everywhere, without a folder of
 * settings in it. Java passes an archive by that does not fit.
 */
public final class SparkClasses {
    private final Path home;

    private SparkClasses(Path home) {
        this.home = home;
    }

    public static SparkClasses of(Path sparkHome) {
        return new SparkClasses(sparkHome.toAbsolutePath().normalize());
    }

    /** Options for the command line of a Java process; they end with its class path. */
    public List<String> options() throws IOException {
        List<String> options = new ArrayList<>(shared());
        options.addAll(List.of("-cp", classPath()));
        return options;
    }

    /** Variables by which the executors of a Worker get the same. */
    public Map<String, String> environmentOfWorker() {
        if (!hasArchive()) {
            return Map.of();
        }
        StringBuilder quoted = new StringBuilder();
        shared().forEach(option -> quoted.append('"').append(option).append("\" "));
        return Map.of(
                "SPARK_CONF_DIR",
                noSettings(),
                "JDK_JAVA_OPTIONS",
                quoted.toString().strip());
    }

    private List<String> shared() {
        return hasArchive()
                ? List.of(
                        "-XX:SharedArchiveFile=" + archive(),
                        "-Xlog:cds=off",
                        // where it was made for, so that the processes of a machine share its pages
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:ArchiveRelocationMode=0",
                        "-Dlog4j2.configurationFile=" + home.resolve("conf/log4j2.properties"))
                : List.of();
    }

    /** In the order of Spark's own launcher, which makes the executors' command lines. */
    private String classPath() throws IOException {
        Path jars = home.resolve("jars");
        if (!hasArchive()) {
            return home.resolve("conf") + ":" + jars + "/*";
        }
        try (Stream<Path> files = Files.list(jars)) {
            String first = files.filter(file -> file.getFileName().toString().startsWith("slf4j-api-"))
                    .map(file -> file + ":")
                    .findFirst()
                    .orElse("");
            return noSettings() + ":" + first + jars + "/*";
        }
    }

    private boolean hasArchive() {
        return Files.isRegularFile(archive());
    }

    private Path archive() {
        return home.resolve("classes.jsa");
    }

    /** Is not there. */
    private String noSettings() {
        return home.resolve("none").toString();
    }
}
