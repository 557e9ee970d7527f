package io.tomogrid.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.process.ChildMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CLI-02: the agent as a process, with a program of ours in the place of the Worker. */
class AgentMainTest {
    @TempDir
    Path folder;

    @Test
    void sigterm_ends_the_worker_too() throws Exception {
        Process agent = start();
        ProcessHandle worker = worker();
        agent.destroy();
        assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
        AgentTest.await(() -> !worker.isAlive());
    }

    @Test
    void the_end_of_the_supervisors_pipe_ends_agent_and_worker() throws Exception {
        Process agent = start();
        ProcessHandle worker = worker();
        agent.getOutputStream().close();
        assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
        AgentTest.await(() -> !worker.isAlive());
    }

    /** SLC-45 */
    @Test
    void the_worker_of_a_killed_agent_goes_on_under_the_next_one() throws Exception {
        Process killed = start();
        ProcessHandle worker = worker();
        killed.destroyForcibly().waitFor();
        Files.delete(folder.resolve("port"));
        Process next = start();
        try {
            assertThat(worker()).isEqualTo(worker);
        } finally {
            next.destroy();
        }
        AgentTest.await(() -> !worker.isAlive());
    }

    @Test
    void a_second_agent_of_the_host_does_not_start() throws Exception {
        Process agent = start();
        try {
            worker();
            Process second = process(folder.resolve("second"));
            assertThat(second.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(second.exitValue()).isEqualTo(1);
            assertThat(new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("is cut by the Tomogrid agent of host node1 (process ");
        } finally {
            agent.destroyForcibly();
        }
    }

    @Test
    void several_gpus_of_a_model_are_simulated_when_asked_for() throws Exception {
        AgentArguments arguments = AgentArguments.parse(
                "--state", "a", "--locks", "b", "--no-workers", "--gpus", "4", "--model", "a30-24gb");
        assertThat(arguments.simulated().count()).isEqualTo(4);
        assertThat(arguments.simulated().model().name()).isEqualTo("A30-24GB");
        assertThatThrownBy(() -> AgentArguments.parse("--state", "a", "--locks", "b", "--no-workers", "--model", "V1"))
                .hasMessageContaining("no GPU model V1");
    }

    /** SLC-33 */
    @Test
    void a_network_is_not_listened_to_in_the_clear() throws Exception {
        List<String> open = new ArrayList<>(arguments(folder.resolve("state")));
        open.addAll(List.of("--address", "0.0.0.0"));
        Process agent = process(open);
        assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(agent.exitValue()).isEqualTo(1);
        assertThat(new String(agent.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("0.0.0.0 is no loopback address")
                .contains("--tls-keystore");
        assertThatThrownBy(
                        () -> AgentArguments.parse("--state", "a", "--locks", "b", "--no-workers", "--tls-any-client")
                                .door()
                                .open("x"))
                .hasMessageContaining("need --tls-keystore");
    }

    @Test
    void wrong_arguments_are_named() {
        assertThatThrownBy(() -> AgentArguments.parse("--state", "a", "--bogus", "b"))
                .hasMessage("--bogus: no such option");
        assertThatThrownBy(() -> AgentArguments.parse("--state", "a", "--locks", "b"))
                .hasMessage("--spark-home is missing");
        assertThatThrownBy(() -> AgentArguments.parse("--state", "a", "--locks"))
                .hasMessageContaining("its value");
        assertThatThrownBy(() -> AgentArguments.parse("--state", "a", "--locks", "b", "--host", "a.b", "--no-workers"))
                .hasMessageContaining("--host: a.b");
        assertThatThrownBy(
                        () -> AgentArguments.parse("--state", "a", "--locks", "b", "--port", "70000", "--no-workers"))
                .hasMessageContaining("65535");
    }

    @Test
    void a_worker_offers_every_placement_under_its_name() throws Exception {
        AgentArguments arguments =
                AgentArguments.parse(arguments(folder.resolve("state")).toArray(String[]::new));
        SimulatedInventory inventory = new SimulatedInventory("node1", folder, key -> false);
        var spec = new WorkerCommand(arguments, arguments.spark().orElseThrow(), "s3cret")
                .of(inventory.read().gpus().get(0));
        Path worker = folder.resolve("state/spark-worker-gpu0");
        List<String> conf = Files.readAllLines(worker.resolve("worker.conf"));
        assertThat(conf)
                .contains("spark.worker.resource.node1-gpu0-3g-4.amount 1")
                .contains("spark.worker.resource.node1-gpu0-7g-0.amount 1");
        assertThat(conf.stream().filter(line -> line.endsWith(".amount 1"))).hasSize(18);
        assertThat(Files.readString(worker.resolve("resources.json")))
                .contains("\"resourceName\":\"node1-gpu0-1gx2-6\"")
                .contains("\"addresses\":[\"node1-gpu0-1gx2-6\"]");
        assertThat(spec.command()).contains("-c", "32", "-m", "64g").noneMatch(word -> word.contains("s3cret"));
        assertThat(spec.env()).containsEntry("TOMOGRID_TOKEN", "s3cret").containsEntry("SPARK_LOCAL_IP", "127.0.0.1");
    }

    /** In the place of Spark's. */
    public static final class Worker {
        public static void main(String[] args) throws InterruptedException {
            System.out.println(ProcessHandle.current().pid());
            Thread.sleep(120_000);
        }
    }

    /** The worker's process id is what it writes into its log. */
    private ProcessHandle worker() throws Exception {
        Path log = folder.resolve("state/spark-worker-gpu0/worker.log");
        AgentTest.await(() ->
                Files.exists(log) && Files.readString(log).endsWith("\n") && Files.exists(folder.resolve("port")));
        ProcessHandle worker =
                ProcessHandle.of(Long.parseLong(Files.readString(log).strip())).orElseThrow();
        assertThat(worker.isAlive()).isTrue();
        return worker;
    }

    private Process start() throws IOException {
        return process(folder.resolve("state"));
    }

    private Process process(Path state) throws IOException {
        return process(arguments(state));
    }

    private Process process(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ChildMain.class.getName(),
                AgentMain.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("TOMOGRID_TOKEN", "t0ken");
        return builder.redirectOutput(folder.resolve("out.log").toFile()).start();
    }

    private List<String> arguments(Path state) throws IOException {
        Path program = folder.resolve("bin/java");
        if (!Files.exists(program)) {
            Files.createDirectories(program.getParent());
            Files.writeString(
                    program,
                    String.join(
                            "\n",
                            "#!/bin/sh",
                            "for word; do case $word in -Dtomogrid.*) options=\"$options $word\";; esac; done",
                            "exec " + System.getProperty("java.home")
                                    + "/bin/java -Xmx32m -XX:TieredStopAtLevel=1 $options -cp "
                                    + System.getProperty("java.class.path") + " " + ChildMain.class.getName() + " "
                                    + Worker.class.getName().replace("$", "\\$"),
                            ""));
            assertThat(program.toFile().setExecutable(true)).isTrue();
        }
        return List.of(
                "--state", state.toString(),
                "--locks", folder.resolve("locks").toString(),
                "--host", "node1",
                "--inventory", "simulated",
                "--port-file", folder.resolve("port").toString(),
                "--spark-home", folder.toString(),
                "--master", "spark://127.0.0.1:7077",
                "--java", program.toString());
    }
}
