package io.tomogrid.sparkjob;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.process.ChildMain;
import io.tomogrid.slices.process.ChildSpec;
import io.tomogrid.slices.process.Supervised;
import io.tomogrid.slices.process.Supervisor;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/**
 * A real Master, one Worker that offers slices, or devices by a discovery script as anybody's does, and the driver, each a process that is started again when it is killed. Its
 * SPARK_HOME holds one jar that refers to the test's class path.
 */
final class TestCluster implements AutoCloseable {
    static final String TOKEN = "test-token";

    private static final String AUTHENTICATE = "spark.authenticate true";
    private static final List<String> SMALL_JVM = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final Path home;
    private final String engineOption;
    private final int masterPort;
    private final List<Supervised> processes = new ArrayList<>();
    private Supervised worker;
    private Supervised driver;

    /** Our own: each slice is a resource. */
    TestCluster(Path home, List<String> slices) throws IOException {
        this(home, "--master", slices(home, slices));
    }

    /** One that exists already: its devices are addresses of the resource gpu. */
    static TestCluster existing(Path home, List<String> devices) throws IOException {
        return new TestCluster(home, "--engine", devices(home, devices));
    }

    private TestCluster(Path home, String engineOption, List<String> offers) throws IOException {
        this.home = home;
        this.engineOption = engineOption;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            masterPort = free.getLocalPort();
        }
        layOutSparkHome(sparkHome());
        startMaster();
        startWorker(offers);
    }

    Path locks() {
        return home.resolve("locks");
    }

    long workerPid() {
        return worker.pid();
    }

    long driverPid() {
        return driver.pid();
    }

    /** Where the driver writes its port. */
    Path portFile() {
        return home.resolve("driver.port");
    }

    /** @param properties of the driver's JVM, {@code name=value} */
    void startDriver(List<String> properties) throws IOException {
        List<String> options = new ArrayList<>();
        options.add("-Xmx512m");
        properties.forEach(property -> options.add("-D" + property));
        driver = keep(
                "driver",
                options,
                DriverMain.class.getName(),
                List.of(
                        engineOption,
                        masterUrl(),
                        "--port-file",
                        portFile().toString(),
                        "--locks",
                        locks().toString(),
                        "--executor-memory",
                        "512m",
                        "--idle-timeout",
                        "8s"));
    }

    String log(String name) throws IOException {
        return Files.readString(home.resolve(name + ".log"));
    }

    @Override
    public void close() {
        for (int i = processes.size() - 1; i >= 0; i--) {
            processes.get(i).close();
        }
    }

    private void startMaster() throws IOException {
        Path conf = Files.write(
                home.resolve("master.conf"),
                List.of(AUTHENTICATE, "spark.master.rest.enabled false", "spark.deploy.maxExecutorRetries -1"));
        keep(
                "master",
                List.of("-Xmx256m"),
                "org.apache.spark.deploy.master.Master",
                List.of(
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(masterPort),
                        "--webui-port",
                        "0",
                        "--properties-file",
                        conf.toString()));
    }

    private static List<String> slices(Path home, List<String> slices) throws IOException {
        Path resources = home.resolve("resources.json");
        List<Map<String, Object>> offers = slices.stream()
                .map(slice -> Map.<String, Object>of(
                        "id",
                        Map.of("componentName", "spark.worker", "resourceName", slice),
                        "addresses",
                        List.of(slice)))
                .toList();
        Files.writeString(resources, JSON.std.asString(offers));
        List<String> lines = new ArrayList<>(List.of("spark.worker.resourcesFile " + resources));
        slices.forEach(slice -> lines.add("spark.worker.resource." + slice + ".amount 1"));
        return lines;
    }

    private static List<String> devices(Path home, List<String> devices) throws IOException {
        Path script = script(home, devices);
        return List.of(
                "spark.worker.resource.gpu.amount " + devices.size(),
                "spark.worker.resource.gpu.discoveryScript " + script);
    }

    /** A discovery script that finds these. */
    static Path script(Path home, List<String> devices) throws IOException {
        Path script = Files.writeString(
                home.resolve("discover"),
                "#!/bin/sh\necho '" + JSON.std.asString(Map.of("name", "gpu", "addresses", devices)) + "'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }

    private void startWorker(List<String> offers) throws IOException {
        List<String> lines = new ArrayList<>(List.of(AUTHENTICATE));
        lines.addAll(offers);
        Path conf = Files.write(home.resolve("worker.conf"), lines);
        worker = keep(
                "worker",
                List.of("-Xmx256m"),
                "org.apache.spark.deploy.worker.Worker",
                List.of(
                        "--host",
                        "127.0.0.1",
                        "--webui-port",
                        "0",
                        "--cores",
                        "8",
                        "--memory",
                        "8g",
                        "--work-dir",
                        home.resolve("work").toString(),
                        "--properties-file",
                        conf.toString(),
                        masterUrl()));
    }

    private String masterUrl() {
        return "spark://127.0.0.1:" + masterPort;
    }

    private Path sparkHome() {
        return home.resolve("spark-home");
    }

    /** One jar that refers to the test's class path. */
    static void layOutSparkHome(Path sparkHome) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        Path jar = Files.createDirectories(sparkHome.resolve("jars")).resolve("class-path.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        Path logging =
                Path.of(System.getProperty("tomogrid.root"), "deploy/spark-runtime/src/main/conf/log4j2.properties");
        Files.copy(logging, Files.createDirectories(sparkHome.resolve("conf")).resolve("log4j2.properties"));
    }

    private Supervised keep(String name, List<String> options, String main, List<String> arguments) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path tmp = home.resolve("tmp-" + name);
        List<String> command = new ArrayList<>(List.of(java.toString(), "-Djava.io.tmpdir=" + tmp));
        command.addAll(SMALL_JVM);
        command.addAll(options);
        command.addAll(
                List.of("-cp", sparkHome().resolve("conf") + ":" + sparkHome().resolve("jars") + "/*"));
        command.addAll(List.of(ChildMain.class.getName(), main));
        command.addAll(arguments);
        Supervised process = Supervisor.keep(new ChildSpec(
                name,
                command,
                Map.of(
                        "SPARK_HOME",
                        sparkHome().toString(),
                        "SPARK_SCALA_VERSION",
                        "2.13",
                        "SPARK_LOCAL_IP",
                        "127.0.0.1",
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "_SPARK_AUTH_SECRET",
                        "test-secret",
                        "TOMOGRID_TOKEN",
                        name.equals("driver") ? TOKEN : ""),
                home,
                home.resolve(name + ".log"),
                tmp));
        processes.add(process);
        return process;
    }

    /** What the executors wrote, for the message of a failed test. */
    String executorLogs() throws IOException {
        try (var files = Files.walk(home.resolve("work"))) {
            Path[] logs = files.filter(file -> file.endsWith("stderr")).sorted().toArray(Path[]::new);
            StringBuilder text = new StringBuilder();
            for (Path log : logs) {
                text.append(log).append('\n');
                Arrays.stream(Files.readString(log).split("\n"))
                        .filter(line -> line.contains("tomogrid") && !line.startsWith("Spark Executor Command"))
                        .forEach(line -> text.append(line).append('\n'));
            }
            return text.toString();
        }
    }
}
