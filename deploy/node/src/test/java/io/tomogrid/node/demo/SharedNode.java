package io.tomogrid.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.node.Node;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One node with a PACS for its results, for every test that only sends studies: it starts with the first of them. */
final class SharedNode implements BeforeAllCallback {
    private Running running;

    @Override
    public void beforeAll(ExtensionContext context) {
        try {
            NodeConfig.Layout.find();
        } catch (IOException notBuilt) {
            assumeTrue(false, notBuilt.getMessage());
        }
        running = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedNode.class))
                .getOrComputeIfAbsent(Running.class, any -> Running.start(), Running.class);
    }

    NodeHome.Running node() {
        return running.node.running();
    }

    Path home() {
        return running.folder.resolve("node");
    }

    ReceivingPacs pacs() {
        return running.pacs;
    }

    NodeClient manager() {
        return new NodeClient(node().manager(), node().token());
    }

    NodeClient gateway() {
        return new NodeClient(node().gateway(), node().token());
    }

    DemoRun.Outcome run(DemoSource source) throws IOException {
        return running.run(source);
    }

    /** What came of the synthetic study of seed 1, which is sent once. */
    DemoRun.Outcome synthetic() throws IOException {
        return running.synthetic();
    }

    /** Ends with the last test. */
    private static final class Running implements ExtensionContext.Store.CloseableResource {
        private final Path folder;
        private final ReceivingPacs pacs;
        private final Node node;
        private DemoRun.Outcome synthetic;

        private Running(Path folder, ReceivingPacs pacs, Node node) {
            this.folder = folder;
            this.pacs = pacs;
            this.node = node;
        }

        static Running start() {
            try {
                Path folder = Files.createTempDirectory("shared-node");
                ReceivingPacs pacs = ReceivingPacs.start(folder.resolve("pacs"), "TOMOGRID", 0);
                Node node = Node.start(
                        new NodeConfig(
                                NodeHome.at(folder.resolve("node")),
                                0,
                                0,
                                "TOMOGRID",
                                List.of(DemoRun.CALLING_AE),
                                Duration.ofSeconds(1),
                                List.of(new NodeConfig.Destination("pacs", "127.0.0.1", pacs.port(), pacs.aeTitle())),
                                "simulated",
                                "1g"),
                        System.out::println);
                return new Running(folder, pacs, node);
            } catch (IOException failed) {
                throw new AssertionError("the node did not start", failed);
            }
        }

        DemoRun.Outcome run(DemoSource source) throws IOException {
            PrintWriter out = new PrintWriter(System.out);
            try (Doors doors = new Doors(out, false, 7)) {
                DemoRun.Outcome outcome = new DemoRun(node.running(), pacs, out, doors).run(source);
                assertThat(outcome.job().get("state"))
                        .as("%s", outcome.job().get("reason"))
                        .isEqualTo("DONE");
                return outcome;
            }
        }

        DemoRun.Outcome synthetic() throws IOException {
            if (synthetic == null) {
                synthetic = run(DemoSource.synthetic(1));
            }
            return synthetic;
        }

        @Override
        public void close() throws IOException {
            node.close();
            pacs.close();
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(one);
                }
            }
        }
    }
}
