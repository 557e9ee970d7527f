package io.tomogrid.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.node.Node;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.engine.ExistingEngine;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.SliceKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * ENG-03: a study goes the whole way on a standalone cluster that somebody else runs, under a lease of the manager, on a slice
 * that was there before; our jars come to its executors by Spark.
 */
@Tag("cluster")
class ExistingEngineRoadTest {
    @TempDir
    Path folder;

    @Test
    void a_study_goes_the_whole_way_on_a_cluster_that_is_not_ours() throws Exception {
        try {
            NodeConfig.Layout.find();
        } catch (IOException notBuilt) {
            assumeTrue(false, notBuilt.getMessage());
        }
        SliceKey first = SliceKey.parse(thisHost() + "-gpu0-3g-0");
        SliceKey second = SliceKey.parse(thisHost() + "-gpu0-3g-4");
        List<Gpu> gpus = cut(first, second);
        try (UsersSpark spark = UsersSpark.start(folder.resolve("spark"), gpus);
                ReceivingPacs pacs = ReceivingPacs.start(folder.resolve("pacs"), "TOMOGRID", 0)) {
            ExistingEngine engine = ExistingEngine.of(spark.master(), List.of("spark.cores.max=2"))
                    .orElseThrow();
            awaitMaster(engine);
            try (Node node = start(engine, pacs)) {
                NodeHome.Running running = node.running();
                PrintWriter out = new PrintWriter(System.out, true);
                try (Doors doors = new Doors(out, false, 7)) {
                    DemoRun.Outcome outcome = new DemoRun(running, pacs, out, doors).run(DemoSource.synthetic(3));
                    assertThat(outcome.job().get("state"))
                            .as("%s", outcome.job().get("reason"))
                            .isEqualTo("DONE");
                    assertThat(outcome.good()).isTrue();
                    String slice = (String) outcome.job().get("slice");
                    assertThat(slice).isIn(first.toString(), second.toString());
                    assertThat(spark.executors()).contains("was given device " + device(gpus, SliceKey.parse(slice)));
                }
                // nothing was cut for it, and nothing else is on offer
                Map<?, ?> gpu = (Map<?, ?>) ((List<?>) new NodeClient(running.manager(), running.token())
                                .get("/api/slices")
                                .get("gpus"))
                        .get(0);
                assertThat((List<?>) gpu.get("slices"))
                        .extracting(one -> (String) ((Map<?, ?>) one).get("slice"))
                        .containsExactlyInAnyOrder(first.toString(), second.toString());
                assertThat((List<?>) gpu.get("profiles"))
                        .extracting(one -> (String) ((Map<?, ?>) one).get("profile"))
                        .containsExactly("3g");
            }
        }
    }

    /** As an operator did it before. */
    private List<Gpu> cut(SliceKey... slices) throws Exception {
        try (SimulatedInventory inventory =
                new SimulatedInventory(thisHost(), folder.resolve("node/agent"), key -> false)) {
            for (SliceKey slice : slices) {
                inventory.create(slice);
            }
            return inventory.read().gpus();
        }
    }

    private static String device(List<Gpu> gpus, SliceKey slice) {
        return gpus.get(0).slice(slice).orElseThrow().deviceUuid();
    }

    private static void awaitMaster(ExistingEngine engine) throws Exception {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (true) {
            try {
                engine.check(Map.of());
                return;
            } catch (IOException notYet) {
                assertThat(System.nanoTime()).as(notYet.getMessage()).isLessThan(deadline);
                Thread.sleep(50);
            }
        }
    }

    private Node start(ExistingEngine engine, ReceivingPacs pacs) throws IOException {
        return Node.start(
                new NodeConfig(
                        NodeHome.at(folder.resolve("node")),
                        0,
                        0,
                        "TOMOGRID",
                        List.of(DemoRun.CALLING_AE),
                        Duration.ofSeconds(1),
                        List.of(new NodeConfig.Destination("pacs", "127.0.0.1", pacs.port(), pacs.aeTitle())),
                        "simulated",
                        "1g",
                        Optional.empty(),
                        NodeConfig.LOOPBACK,
                        Optional.of(engine)),
                System.out::println);
    }

    /** What the agent calls this host. */
    private static String thisHost() throws IOException {
        String name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        return name.replaceFirst("\\..*", "").replaceAll("[^a-z0-9]", "");
    }
}
