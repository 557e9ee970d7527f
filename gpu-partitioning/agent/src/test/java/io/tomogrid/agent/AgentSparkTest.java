package io.tomogrid.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.http.Door;
import io.tomogrid.slices.process.ChildMain;
import io.tomogrid.slices.process.ChildSpec;
import io.tomogrid.slices.process.Supervised;
import io.tomogrid.slices.process.Supervisor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-03: a real Worker tells a real Master of every placement. */
@Tag("cluster")
class AgentSparkTest {
    private static final Path SPARK_HOME = Path.of(Optional.ofNullable(System.getenv("SPARK_HOME"))
            .orElse(System.getProperty("tomogrid.root", ".") + "/deploy/spark-runtime/target/spark-home"));

    @TempDir
    Path folder;

    @Test
    void a_worker_offers_each_placement_to_the_master() throws Exception {
        assumeThat(SPARK_HOME.resolve("jars"))
                .as("Spark is not laid out: run `mvn package` for deploy/spark-runtime or set SPARK_HOME")
                .isDirectory();
        int masterPort = freePort();
        int masterPages = freePort();
        AgentArguments arguments = AgentArguments.parse(
                "--state", folder.resolve("state").toString(),
                "--locks", folder.resolve("locks").toString(),
                "--host", "node1",
                "--spark-home", SPARK_HOME.toString(),
                "--master", "spark://127.0.0.1:" + masterPort);
        try (Supervised master = Supervisor.keep(master(masterPort, masterPages));
                Agent agent = Agent.start(
                        new SimulatedInventory("node1", arguments.state(), key -> false),
                        new AgentSettings(
                                arguments.state(),
                                arguments.locks(),
                                arguments.locks(),
                                Optional.empty(),
                                Door.loopback(0),
                                "t0ken"),
                        Optional.of(
                                new WorkerCommand(arguments, arguments.spark().orElseThrow(), "t0ken")))) {
            assertThat(agent.port()).isPositive();
            AgentTest.await(() -> !workers(masterPages).isEmpty());
            Map<?, ?> worker = (Map<?, ?>) workers(masterPages).get(0);
            assertThat(worker.get("state")).isEqualTo("ALIVE");
            assertThat((Map<?, ?>) worker.get("resources")).hasSize(18);
            assertThat(worker.get("resources").toString())
                    .contains("node1-gpu0-3g-4={name=node1-gpu0-3g-4, addresses=[node1-gpu0-3g-4]}");
            assertThat(worker.get("cores")).isEqualTo(32);
            // SLC-36: it beats
            AgentTest.await(() -> agent.health().get("workers").toString().matches(".*silent-seconds=[0-3][,}].*"));
            assertThat(master.restarts()).isZero();
        }
    }

    private ChildSpec master(int port, int pages) throws IOException {
        Path conf = Files.write(
                folder.resolve("master.conf"), List.of("spark.master.rest.enabled false", "spark.authenticate true"));
        return new ChildSpec(
                "master",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                        "-cp",
                        SPARK_HOME + "/conf:" + SPARK_HOME + "/jars/*",
                        ChildMain.class.getName(),
                        "org.apache.spark.deploy.master.Master",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--webui-port",
                        Integer.toString(pages),
                        "--properties-file",
                        conf.toString()),
                Map.of(
                        "SPARK_HOME",
                        SPARK_HOME.toString(),
                        "SPARK_LOCAL_IP",
                        "127.0.0.1",
                        "_SPARK_AUTH_SECRET",
                        "t0ken"),
                folder,
                folder.resolve("master.log"),
                folder.resolve("tmp"));
    }

    private static List<?> workers(int pages) throws InterruptedException {
        try {
            String json = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + pages + "/json/"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            return (List<?>) JSON.std.mapFrom(json).get("workers");
        } catch (IOException masterIsNotUpYet) {
            return List.of();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
