package io.tomogrid.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CLI-02: however a node ends, nothing of it is left running. */
@Tag("cluster")
class NodeKillTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void built() {
        try {
            NodeConfig.Layout.find();
        } catch (IOException notBuilt) {
            assumeTrue(false, notBuilt.getMessage());
        }
    }

    @Test
    void a_killed_node_takes_its_processes_along() throws Exception {
        Process up = up();
        List<ProcessHandle> parts = parts(up);
        assertThat(parts).as("the node's processes").hasSizeGreaterThan(4);
        up.destroyForcibly().waitFor();
        assertThat(ended(parts)).as("processes that outlived a killed node").isEmpty();
    }

    @Test
    void a_signal_ends_everything_in_order_and_it_starts_again_on_what_it_kept() throws Exception {
        for (int start = 0; start < 2; start++) {
            Process up = up();
            List<ProcessHandle> parts = parts(up);
            up.destroy(); // SIGTERM: to a Java program the same as Ctrl-C, which a test in the background may not send
            assertThat(up.waitFor(60, TimeUnit.SECONDS)).as("the node ends").isTrue();
            assertThat(ended(parts)).as("processes that outlived the node").isEmpty();
            assertThat(folder.resolve("home/node.json")).doesNotExist();
        }
    }

    private Process up() throws IOException, InterruptedException {
        NodeConfig.Layout layout = NodeConfig.Layout.find();
        NodeHome home = NodeHome.at(folder.resolve("home"));
        ProcessBuilder builder = new ProcessBuilder(
                layout.java().toString(),
                "-Xmx512m",
                "-Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider",
                "-Dtomogrid.root=" + System.getProperty("tomogrid.root"),
                "-cp",
                layout.libraries() + "/*",
                "io.tomogrid.node.Main",
                "up",
                "--home",
                home.path().toString(),
                "--port",
                "0",
                "--inventory",
                "simulated");
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("up.log").toFile())
                .start();
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (home.running().isEmpty()) {
            assertThat(process.isAlive())
                    .as("the node starts: %s", Files.readString(folder.resolve("up.log")))
                    .isTrue();
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(100);
        }
        return process;
    }

    /** All that runs for the node: what it started, and the database, which is nobody's child. */
    private List<ProcessHandle> parts(Process node) throws IOException, InterruptedException {
        Thread.sleep(3000); // the agent's Worker comes a moment after the node
        List<ProcessHandle> parts = new ArrayList<>(node.descendants().toList());
        long postmaster = Long.parseLong(Files.readAllLines(folder.resolve("home/postgres/postmaster.pid"))
                .get(0)
                .strip());
        Optional<ProcessHandle> database = ProcessHandle.of(postmaster);
        assertThat(database).isPresent();
        parts.add(database.get());
        return parts;
    }

    private static List<ProcessHandle> ended(List<ProcessHandle> parts) throws InterruptedException {
        List<ProcessHandle> alive = parts;
        for (int i = 0; i < 300 && !alive.isEmpty(); i++) {
            Thread.sleep(100);
            alive = alive.stream().filter(ProcessHandle::isAlive).toList();
        }
        return alive;
    }
}
