package io.tomogrid.node;

import io.tomogrid.cluster.contract.Engine;
import io.tomogrid.slices.process.ChildMain;
import io.tomogrid.slices.process.ChildSpec;
import io.tomogrid.slices.process.SparkClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.util.FileSystemUtils;

/** The Java processes that a node keeps beside itself: Spark's Master, the agent (which keeps the Workers), the driver. */
public final class Children {
    private static final String SMALL_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss512k";
    /** Spark's own name for the secret that its parts share. */
    private static final String SECRET = "_SPARK_AUTH_SECRET";
    /** What a spare of the driver does before it waits. */
    public static final String WARM_UP = "io.tomogrid.sparkjob.WarmUp";
    /** Hadoop's own name for the folder with yarn-site.xml. */
    static final String HADOOP_CONFIGURATION = "HADOOP_CONF_DIR";

    private final NodeHome home;
    private final NodeConfig.Layout layout;
    private final String token;

    /** @param token of every child, and the secret of Spark's parts */
    public Children(NodeHome home, NodeConfig.Layout layout, String token) {
        this.home = home;
        this.layout = layout;
        this.token = token;
    }

    public ChildSpec master(int port) throws IOException {
        Path recovery = home.path().resolve("spark/recovery");
        // what is there is of Workers and a driver that ended with the node: a Master would wait a minute for them
        FileSystemUtils.deleteRecursively(recovery);
        Path properties = home.folder("spark").resolve("master.conf");
        Files.writeString(
                properties,
                String.join(
                        "\n",
                        "spark.deploy.recoveryMode FILESYSTEM",
                        "spark.deploy.recoveryDirectory " + recovery,
                        "spark.master.rest.enabled false",
                        "spark.deploy.maxExecutorRetries -1",
                        "spark.authenticate true",
                        "spark.ui.filters io.tomogrid.sparkjob.NoWebPages",
                        ""));
        return spark(
                "spark-master",
                "-Xmx256m",
                "org.apache.spark.deploy.master.Master",
                List.of(
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--webui-port",
                        "0",
                        "--properties-file",
                        properties.toString()));
    }

    /** The agent of hosts whose Workers we keep. */
    public ChildSpec agent(int port, int masterPort, String inventory) throws IOException {
        return agent(port, new Engine.Ours(ours(masterPort)), inventory);
    }

    /** On another cluster's hosts the agent tells what exists, and neither cuts nor keeps Workers. */
    public ChildSpec agent(int port, Engine engine, String inventory) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--port",
                Integer.toString(port),
                "--state",
                home.folder("agent").toString(),
                "--locks",
                locks().toString(),
                "--inventory",
                inventory));
        if (engine instanceof Engine.Ours) {
            arguments.addAll(List.of(
                    "--spark-home",
                    layout.sparkHome().toString(),
                    "--master",
                    engine.master(),
                    "--java",
                    layout.java().toString()));
        } else {
            arguments.addAll(List.of("--no-workers", "--as-cut"));
        }
        return java(
                "agent",
                "-Xmx128m",
                layout.libraries() + "/*",
                "org.slf4j.simple.SimpleServiceProvider",
                "io.tomogrid.agent.AgentMain",
                arguments);
    }

    /** The driver of our own Master. */
    public ChildSpec driver(int port, int masterPort, String executorMemory) throws IOException {
        return driver(port, new Engine.Ours(ours(masterPort)), Map.of(), executorMemory);
    }

    /** @param properties of Spark's, as system properties of the driver's */
    public ChildSpec driver(int port, Engine engine, Map<String, String> properties, String executorMemory)
            throws IOException {
        ChildSpec spec = spark(
                "spark-driver",
                "-Xmx512m",
                "io.tomogrid.sparkjob.DriverMain",
                List.of(
                        "--port",
                        Integer.toString(port),
                        engine instanceof Engine.Ours ? "--master" : "--engine",
                        engine.master(),
                        "--locks",
                        locks().toString(),
                        "--executor-memory",
                        executorMemory));
        return engine instanceof Engine.Ours ? spec : forExisting(spec, properties);
    }

    /** The other cluster's secret and configuration are its user's, whose environment this process has. */
    private static ChildSpec forExisting(ChildSpec spec, Map<String, String> properties) {
        Map<String, String> environment = new HashMap<>(spec.env());
        environment.remove(SECRET);
        for (String name : List.of(SECRET, HADOOP_CONFIGURATION)) {
            if (System.getenv(name) != null) {
                environment.put(name, System.getenv(name));
            }
        }
        List<String> command = new ArrayList<>(spec.command());
        properties.forEach((name, value) -> command.add(1, "-D" + name + "=" + value));
        if (environment.containsKey(HADOOP_CONFIGURATION)) {
            // Hadoop reads its files from the class path
            int classPath = command.indexOf("-cp") + 1;
            command.set(classPath, environment.get(HADOOP_CONFIGURATION) + ":" + command.get(classPath));
        }
        return new ChildSpec(spec.name(), command, environment, spec.workDir(), spec.log(), spec.tmpDir());
    }

    private static String ours(int masterPort) {
        return "spark://127.0.0.1:" + masterPort;
    }

    /** Where the locks of processes on slices lie, see {@link io.tomogrid.slices.SliceLock}. */
    private Path locks() throws IOException {
        return home.folder("locks");
    }

    private ChildSpec spark(String name, String heap, String main, List<String> arguments) throws IOException {
        return java(
                name,
                heap,
                SparkClasses.of(layout.sparkHome()).options(),
                "org.apache.logging.slf4j.SLF4JServiceProvider",
                main,
                arguments);
    }

    /** A Java program of ours. @param provider of slf4j @param main its main class */
    public ChildSpec java(
            String name, String heap, String classPath, String provider, String main, List<String> arguments)
            throws IOException {
        return java(name, heap, List.of("-cp", classPath), provider, main, arguments);
    }

    private ChildSpec java(
            String name, String heap, List<String> classes, String provider, String main, List<String> arguments)
            throws IOException {
        Path tmp = home.folder("tmp").resolve(name);
        List<String> command = new ArrayList<>();
        command.add(layout.java().toString());
        command.add(heap);
        command.addAll(List.of(SMALL_JVM.split(" ")));
        command.add("-Djava.io.tmpdir=" + tmp);
        // the services' jars bring logback along; a child writes plain lines to its log
        command.add("-Dslf4j.provider=" + provider);
        command.addAll(classes);
        command.addAll(List.of(ChildMain.class.getName(), main));
        command.addAll(arguments);
        return new ChildSpec(
                name,
                command,
                Map.of(
                        "TOMOGRID_TOKEN",
                        token,
                        SECRET,
                        token,
                        "SPARK_HOME",
                        layout.sparkHome().toString(),
                        "SPARK_SCALA_VERSION",
                        "2.13",
                        "SPARK_LOCAL_IP",
                        "127.0.0.1",
                        "ORT_DISABLE_TELEMETRY",
                        "1"),
                home.folder("spark/work"),
                home.logs().resolve(name + ".log"),
                tmp);
    }
}
