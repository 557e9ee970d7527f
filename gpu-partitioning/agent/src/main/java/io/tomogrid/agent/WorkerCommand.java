package io.tomogrid.agent;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.Gpu;
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

/**
 * The Spark Worker of a GPU. It offers every legal placement, whether it exists now or not, so that cutting the GPU anew
 * restarts nothing; which of them may be used is the leases' matter.
 */
final class WorkerCommand implements Workers.Spec {
    private static final String COMPONENT = "spark.worker";

    private final AgentArguments.SparkOptions spark;
    private final AgentArguments arguments;
    private final String token;

    WorkerCommand(AgentArguments arguments, AgentArguments.SparkOptions spark, String token) {
        this.arguments = arguments;
        this.spark = spark;
        this.token = token;
    }

    @Override
    public ChildSpec of(Gpu gpu) throws IOException {
        String name = "spark-worker-gpu" + gpu.index();
        Path folder = Files.createDirectories(arguments.state().toAbsolutePath().resolve(name));
        Path tmp = folder.resolve("tmp");
        Path java = spark.java().toRealPath();
        // where Spark's other parts reach this host, by the variable that Spark has for it
        String address = System.getenv().getOrDefault("SPARK_LOCAL_IP", "127.0.0.1");
        SparkClasses classes = SparkClasses.of(spark.home());
        List<String> command = new ArrayList<>(List.of(
                java.toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + tmp,
                "-D" + ChildMain.HEARTBEAT_PROPERTY + "=" + ChildSpec.heartbeat(tmp),
                "-D" + ChildMain.BOND_PROPERTY + "=" + folder));
        command.addAll(classes.options());
        command.addAll(List.of(
                ChildMain.class.getName(),
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                address,
                "--port",
                "0",
                "--webui-port",
                "0",
                "-c",
                Integer.toString(spark.workerCores()),
                "-m",
                spark.workerMemory(),
                "-d",
                folder.resolve("work").toString(),
                "--properties-file",
                properties(gpu, folder).toString(),
                spark.master()));
        Map<String, String> environment = new HashMap<>(classes.environmentOfWorker());
        environment.putAll(Map.of(
                "SPARK_HOME",
                spark.home().toString(),
                "SPARK_SCALA_VERSION",
                "2.13",
                "SPARK_LOCAL_IP",
                address,
                "JAVA_HOME",
                java.getParent().getParent().toString(),
                "TOMOGRID_TOKEN",
                token,
                "TOMOGRID_LOCKS",
                arguments.locks().toString(),
                // without it any process of this machine could have Spark run its code
                "_SPARK_AUTH_SECRET",
                token,
                "ORT_DISABLE_TELEMETRY",
                "1"));
        return new ChildSpec(name, command, environment, folder, folder.resolve("worker.log"), tmp);
    }

    private Path properties(Gpu gpu, Path folder) throws IOException {
        List<String> slices = offers(gpu, arguments.host());
        Path resources = folder.resolve("resources.json");
        Files.writeString(
                resources,
                JSON.std.asString(slices.stream()
                        .map(slice -> Map.of(
                                "id",
                                Map.of("componentName", COMPONENT, "resourceName", slice),
                                "addresses",
                                List.of(slice)))
                        .toList()));
        List<String> lines = new ArrayList<>(List.of(
                "spark.worker.resourcesFile " + resources,
                "spark.worker.cleanup.enabled true",
                "spark.authenticate true",
                "spark.ui.filters io.tomogrid.sparkjob.NoWebPages"));
        slices.forEach(slice -> lines.add(COMPONENT + ".resource." + slice + ".amount 1"));
        return Files.write(folder.resolve("worker.conf"), lines);
    }

    /** A resource's name for each place that jobs may be given. */
    static List<String> offers(Gpu gpu, String host) {
        return gpu.placements().stream()
                .map(placement -> gpu.key(host, placement).toString())
                .toList();
    }
}
