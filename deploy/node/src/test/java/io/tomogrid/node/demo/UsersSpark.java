package io.tomogrid.node.demo;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.Node;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.interop.SparkDiscovery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A standalone cluster as somebody has it: Spark's jars and none of ours, a Worker that discovers devices, no secret. */
final class UsersSpark implements AutoCloseable {
    private static final List<String> OURS = List.of("tomogrid-", "jna-", "jcuda-", "jackson-jr-");

    private final Path home;
    private final int port;
    private final List<Process> processes = new ArrayList<>();

    private UsersSpark(Path home) throws IOException {
        this.home = home;
        this.port = Node.freePort();
    }

    /** @param gpus whose slices the Worker's host has */
    static UsersSpark start(Path home, List<Gpu> gpus) throws IOException {
        UsersSpark spark = new UsersSpark(home);
        spark.layOut(NodeConfig.Layout.find().sparkHome());
        Path script = Files.writeString(
                home.resolve("discover.sh"), "#!/bin/sh\necho '" + JSON.std.asString(SparkDiscovery.of(gpus)) + "'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        int devices = ((List<?>) SparkDiscovery.of(gpus).get("addresses")).size();
        Path conf = Files.write(
                home.resolve("worker.conf"),
                List.of(
                        "spark.worker.resource.gpu.amount " + devices,
                        "spark.worker.resource.gpu.discoveryScript " + script));
        spark.run("master", "--port", Integer.toString(spark.port));
        spark.run("worker", "-c", "8", "-m", "8g", "-d", spark.work().toString(), "--properties-file", conf.toString());
        return spark;
    }

    String master() {
        return "spark://127.0.0.1:" + port;
    }

    /** What executors wrote. */
    String executors() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(work())) {
            for (Path file : files.filter(f -> f.endsWith("stderr")).toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Path work() {
        return home.resolve("work");
    }

    private void layOut(Path sparkHome) throws IOException {
        Files.createDirectories(home.resolve("conf"));
        Files.createDirectories(work());
        Path jars = Files.createDirectories(home.resolve("jars"));
        Files.copy(sparkHome.resolve("conf/log4j2.properties"), home.resolve("conf/log4j2.properties"));
        try (Stream<Path> all = Files.list(sparkHome.resolve("jars"))) {
            for (Path jar : all.toList()) {
                String name = jar.getFileName().toString();
                if (OURS.stream().noneMatch(name::startsWith)) {
                    Files.createSymbolicLink(jars.resolve(name), jar);
                }
            }
        }
    }

    private void run(String part, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dspark.master.rest.enabled=false",
                "-cp",
                home.resolve("conf") + ":" + home.resolve("jars") + "/*",
                "org.apache.spark.deploy." + part + "." + (part.equals("master") ? "Master" : "Worker"),
                "--host",
                "127.0.0.1",
                "--webui-port",
                "0"));
        command.addAll(List.of(options));
        if (part.equals("worker")) {
            command.add(master());
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve(part + ".log").toFile());
        builder.environment().remove("_SPARK_AUTH_SECRET");
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        processes.add(builder.start());
    }
}
