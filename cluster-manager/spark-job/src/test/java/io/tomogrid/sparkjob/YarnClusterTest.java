package io.tomogrid.sparkjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.TaskOutcome;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.apache.hadoop.yarn.util.resource.ResourceUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * ENG-06: a task on a real ResourceManager and NodeManager, which count the resource yarn.io/gpu; YARN's plugin that finds and
 * isolates GPUs needs one, so a script in its place tells of the device.
 */
@Tag("cluster")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class YarnClusterTest {
    private static final String SLICE = "node1-gpu0-whole-0";

    @TempDir
    static Path home;

    @Test
    void a_task_runs_in_a_container_of_yarn_that_was_given_its_gpu() throws Exception {
        Configuration settings = settings();
        ResourceUtils.resetResourceTypes(settings);
        MiniYARNCluster yarn = new MiniYARNCluster("tomogrid", 1, 1, 1);
        Process driver = null;
        try {
            yarn.init(settings);
            yarn.start();
            driver = driver(configuration(yarn));
            DriverClient client = client(driver);
            TaskId id = new TaskId("on-yarn", 1);
            assertThat(client.post(TestTasks.task(id, SLICE, "sleep 0", home.resolve("staging")))
                            .statusCode())
                    .isEqualTo(202);
            TaskOutcome outcome = Waiting.forValue("the end of the task", Duration.ofMinutes(2), () -> {
                TaskOutcome now = client.outcome(id);
                return now instanceof TaskOutcome.Running ? null : now;
            });
            assertThat(outcome).as(YarnClusterTest::log).isInstanceOf(TaskOutcome.Succeeded.class);
            List<String> notes = ((TaskOutcome.Succeeded) outcome).findings().notes();
            assertThat(notes.subList(1, 4)).containsExactly("given", "MIG-" + SLICE, TestCluster.TOKEN);
            // the resource that YARN gave away is the one GPU that its node has
            assertThat(yarn.getResourceManager()
                            .getResourceScheduler()
                            .getRootQueueMetrics()
                            .getAllocatedContainers())
                    .isEqualTo(2);
        } finally {
            if (driver != null) {
                driver.destroy();
                driver.waitFor(20, TimeUnit.SECONDS);
                driver.destroyForcibly();
            }
            yarn.stop();
            ResourceUtils.resetResourceTypes(new Configuration());
        }
    }

    private static Configuration settings() {
        Configuration settings = new YarnConfiguration();
        Map.of(
                        "yarn.resource-types",
                        "yarn.io/gpu",
                        "yarn.nodemanager.resource-type.yarn.io/gpu",
                        "1",
                        "yarn.scheduler.capacity.resource-calculator",
                        "org.apache.hadoop.yarn.util.resource.DominantResourceCalculator",
                        "yarn.scheduler.capacity.root.queues",
                        "default",
                        "yarn.scheduler.capacity.root.default.capacity",
                        "100",
                        "yarn.scheduler.capacity.maximum-am-resource-percent",
                        "1.0",
                        "yarn.nodemanager.vmem-check-enabled",
                        "false",
                        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage",
                        "100",
                        "yarn.minicluster.fixed.ports",
                        "false")
                .forEach(settings::set);
        return settings;
    }

    /** As a cluster's administrator gives it to users. */
    private static Path configuration(MiniYARNCluster yarn) throws IOException {
        Path folder = Files.createDirectories(home.resolve("hadoop"));
        Files.writeString(folder.resolve("core-site.xml"), "<configuration/>");
        try (OutputStream file = Files.newOutputStream(folder.resolve("yarn-site.xml"))) {
            yarn.getConfig().writeXml(file);
        }
        return folder;
    }

    private static Process driver(Path hadoop) throws IOException {
        Path sparkHome = home.resolve("spark-home");
        TestCluster.layOutSparkHome(sparkHome);
        Path script = TestCluster.script(home, List.of("MIG-" + SLICE));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + Files.createDirectories(home.resolve("tmp")),
                        "-Dspark.executor.resource.gpu.discoveryScript=" + script,
                        "-Dspark.yarn.jars=local:" + sparkHome.resolve("jars") + "/*",
                        "-Dspark.yarn.stagingDir="
                                + Files.createDirectories(home.resolve("yarn-staging"))
                                        .toUri(),
                        "-Dspark.yarn.am.memory=512m",
                        "-cp",
                        hadoop + ":" + sparkHome.resolve("conf") + ":" + sparkHome.resolve("jars") + "/*",
                        DriverMain.class.getName(),
                        "--engine",
                        "yarn",
                        "--locks",
                        home.resolve("locks").toString(),
                        "--port-file",
                        home.resolve("driver.port").toString(),
                        "--executor-memory",
                        "512m")
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("driver.log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "HADOOP_CONF_DIR",
                        hadoop.toString(),
                        "SPARK_HOME",
                        sparkHome.toString(),
                        "SPARK_SCALA_VERSION",
                        "2.13",
                        "SPARK_LOCAL_IP",
                        "127.0.0.1",
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "TOMOGRID_TOKEN",
                        TestCluster.TOKEN));
        return builder.start();
    }

    private static DriverClient client(Process driver) throws Exception {
        Path file = home.resolve("driver.port");
        return new DriverClient(
                Integer.parseInt(Waiting.forValue("the driver's port", Duration.ofMinutes(2), () -> {
                    assertThat(driver.isAlive()).as(YarnClusterTest::log).isTrue();
                    return Files.exists(file) ? Files.readString(file) : null;
                })),
                TestCluster.TOKEN);
    }

    private static String log() {
        try (Stream<Path> files = Files.walk(home)) {
            StringBuilder text = new StringBuilder(Files.readString(home.resolve("driver.log")));
            for (Path file : files.filter(f -> f.endsWith("stderr")).toList()) {
                text.append(file).append('\n').append(Files.readString(file));
            }
            return text.toString();
        } catch (IOException e) {
            return "no logs: " + e;
        }
    }
}
