package io.tomogrid.node.demo;

import io.tomogrid.node.Node;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Starts what is needed, takes the studies through it, and ends what it started.
 *
 * @param home folder of the node @param orthanc whether Orthanc is the receiving PACS
 * @param archive where the node's archive is, empty for the one that its home has
 * @param folder DICOM files, or null for synthetic studies @param repeat how many synthetic ones
 * @param raw which raw data is to be reconstructed
 */
public record Demo(
        Path home,
        boolean orthanc,
        String inventory,
        Optional<URI> archive,
        Path folder,
        int repeat,
        Raw raw,
        PrintWriter out) {
    private static final int DOORS_OF_A_STUDY = 6;
    private static final String AE_TITLE = "TOMOGRID";
    private static final Duration QUIET_PERIOD = Duration.ofSeconds(1);

    /** Raw data of a PET: none, generated as sinograms or as PETSIRD, or what the folder holds. */
    public enum Raw {
        NONE,
        SINOGRAM,
        PETSIRD
    }

    /**
     * @param study UID of the last study @param json what came out of it @param good whether all arrived and every bound holds
     * @param seconds since the start of the demo at which each study was in the PACS
     * @param simulated whether a simulated GPU took part
     */
    public record Ending(String study, String json, boolean good, List<Double> seconds, boolean simulated) {}

    /** Something to do before the node ends. */
    @FunctionalInterface
    public interface Last {
        void run(NodeHome.Running node, Ending ending) throws IOException;
    }

    /** @param last done when every study is through, before the node ends */
    public Ending run(Last last) throws IOException {
        long start = System.nanoTime();
        NodeHome nodeHome = NodeHome.at(home);
        Optional<NodeHome.Running> there = nodeHome.running();
        if (there.isPresent()) {
            throw new IOException("a node runs in " + home + " already: choose another --home for the demo");
        }
        boolean terminal = Boolean.getBoolean("tomogrid.terminal");
        try (Doors doors = new Doors(out, terminal, 1 + DOORS_OF_A_STUDY * studies());
                Pacs pacs = pacs(nodeHome)) {
            doors.doing("starting the node");
            Node node = Node.start(config(nodeHome, pacs), out::println);
            Thread atSignal = new Thread(() -> closeQuietly(node), "ends-the-node");
            Runtime.getRuntime().addShutdownHook(atSignal);
            try {
                doors.passed("start", "node with archive, database, Spark, model service; PACS " + pacs.aeTitle());
                Ending ending = studies(node.running(), pacs, doors, start);
                last.run(node.running(), ending);
                return ending;
            } finally {
                node.close();
                removeHook(atSignal);
            }
        }
    }

    private Ending studies(NodeHome.Running node, Pacs pacs, Doors doors, long start) throws IOException {
        DemoRun run = new DemoRun(node, pacs, out, doors);
        List<Double> seconds = new ArrayList<>();
        boolean good = true;
        boolean simulated = false;
        String study = "";
        String json = "";
        for (int n = 0; n < studies(); n++) {
            doors.begin();
            DemoSource source = source();
            DemoRun.Outcome outcome = run.run(source);
            DemoReport.print(outcome, pacs, out);
            seconds.add((System.nanoTime() - start) * 1e-9);
            good &= outcome.good();
            simulated |= Boolean.TRUE.equals(outcome.job().get("simulated"));
            study = source.studyUid();
            json = DemoReport.json(outcome);
        }
        return new Ending(study, json, good, List.copyOf(seconds), simulated);
    }

    private DemoSource source() throws IOException {
        if (folder != null) {
            return raw == Raw.NONE ? DemoSource.folder(folder) : DemoSource.rawFolder(folder);
        }
        long seed = ThreadLocalRandom.current().nextLong(1L << 62);
        return switch (raw) {
            case NONE -> DemoSource.synthetic(seed);
            case SINOGRAM -> DemoSource.raw(seed);
            case PETSIRD -> DemoSource.petsird(seed);
        };
    }

    private int studies() {
        return folder == null ? repeat : 1;
    }

    private Pacs pacs(NodeHome nodeHome) throws IOException {
        return orthanc
                ? OrthancPacs.start(nodeHome.folder("orthanc"), AE_TITLE)
                : ReceivingPacs.start(nodeHome.folder("pacs"), AE_TITLE, 0);
    }

    private NodeConfig config(NodeHome nodeHome, Pacs pacs) {
        return new NodeConfig(
                nodeHome,
                0,
                0,
                AE_TITLE,
                List.of(DemoRun.CALLING_AE),
                QUIET_PERIOD,
                List.of(new NodeConfig.Destination("pacs", "127.0.0.1", pacs.port(), pacs.aeTitle())),
                inventory,
                NodeConfig.EXECUTOR_MEMORY,
                archive,
                NodeConfig.LOOPBACK,
                Optional.empty());
    }

    private static void closeQuietly(Node node) {
        try {
            node.close();
        } catch (IOException e) {
            System.err.println("tomogrid: the node did not end cleanly: " + e.getMessage());
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            // a signal ends us: the hook is running, and closing twice does no harm
        }
    }
}
