package io.tomogrid.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.archive.TestHdfs;
import io.tomogrid.node.Node;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CLI-04, ARC-01: a whole node whose archive is on a real HDFS; executors read the sources from there. */
@Tag("cluster")
class HdfsRoadTest {
    @TempDir
    Path folder;

    @Test
    void a_study_goes_the_whole_way_and_the_home_keeps_this_archive() throws Exception {
        try {
            NodeConfig.Layout.find();
        } catch (IOException notBuilt) {
            assumeTrue(false, notBuilt.getMessage());
        }
        try (TestHdfs hdfs = TestHdfs.start(folder.resolve("hdfs"));
                ReceivingPacs pacs = ReceivingPacs.start(folder.resolve("pacs"), "TOMOGRID", 0)) {
            URI archive = hdfs.uri("/tomogrid/archive");
            try (Node node = start(Optional.of(archive), pacs)) {
                run(node, pacs);
                assertThat(folder.resolve("node/archive")).doesNotExist();
                Map<?, ?> status = (Map<?, ?>)
                        new NodeClient(node.running().gateway(), node.running().token())
                                .get("/api/status")
                                .get("archive");
                assertThat(status.get("root")).isEqualTo(archive.toString());
            }
            assertThatThrownBy(() -> start(Optional.of(hdfs.uri("/tomogrid/other")), pacs))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has its archive at " + archive);
        }
    }

    private static void run(Node node, ReceivingPacs pacs) throws IOException {
        PrintWriter out = new PrintWriter(System.out, true);
        try (Doors doors = new Doors(out, false, 7)) {
            DemoRun.Outcome outcome = new DemoRun(node.running(), pacs, out, doors).run(DemoSource.synthetic(3));
            assertThat(outcome.job().get("state")).isEqualTo("DONE");
            assertThat(outcome.results()).hasSizeGreaterThan(200).allMatch(DemoRun.Result::delivered);
            assertThat(outcome.good()).isTrue();
        }
    }

    private Node start(Optional<URI> archive, ReceivingPacs pacs) throws IOException {
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
                        archive,
                        NodeConfig.LOOPBACK,
                        Optional.empty()),
                System.out::println);
    }
}
