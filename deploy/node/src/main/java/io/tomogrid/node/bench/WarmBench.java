package io.tomogrid.node.bench;

import io.tomogrid.node.bench.cluster.BenchCluster;
import io.tomogrid.node.bench.cluster.Database;
import io.tomogrid.node.bench.cluster.Host;
import io.tomogrid.node.bench.cluster.OwnerLog;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * From the commit of a job's row to its first instruction on its slice: on an executor that is warm, on a slice that has none
 * yet, and on one that a free slice is cut for. The executor writes down the instant itself; all clocks are one machine's.
 */
final class WarmBench {
    private static final int WARM = 60;
    private static final int COLD = 10;
    private static final int WARM_UP = 5;
    private static final double TAIL = 0.99;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path root;
    private final PrintWriter out;
    private BenchCluster cluster;

    WarmBench(Path root, PrintWriter out) {
        this.root = root;
        this.out = out;
    }

    List<Row> run() throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(root), "warm");
        try (BenchCluster started = BenchCluster.start(folder, BenchCluster.Setting.small(Duration.ZERO, "hosta"))) {
            cluster = started;
            for (int i = 0; i < WARM_UP; i++) {
                millis();
            }
            List<Row> rows = new ArrayList<>();
            rows.addAll(rows("warm executor", "300", WARM, () -> {}));
            rows.addAll(rows("slice without an executor", "", COLD, this::endExecutors));
            rows.addAll(rows("free slice cut anew, no executor", "6000", COLD, () -> {
                endExecutors();
                cutOtherwise();
            }));
            List<String> wrong = cluster.owners().violations();
            if (!wrong.isEmpty() || !cluster.feed().refused().isEmpty()) {
                throw new IOException("slices or results were doubled: " + wrong
                        + cluster.feed().refused());
            }
            return rows;
        }
    }

    private interface Preparation {
        void make() throws IOException;
    }

    private List<Row> rows(String name, String target, int jobs, Preparation preparation) throws IOException {
        double[] millis = new double[jobs];
        for (int i = 0; i < jobs; i++) {
            preparation.make();
            millis[i] = millis();
        }
        Arrays.sort(millis);
        double tail = millis[(int) Math.ceil(TAIL * jobs) - 1];
        List<Double> spread = List.of(millis[0], millis[jobs - 1]);
        String metric = "job committed to first instruction on the slice";
        out.printf("%s: p50 %.0f ms, p99 %.0f ms, %d jobs%n", name, millis[jobs / 2], tail, jobs);
        out.flush();
        return List.of(
                Row.of(name, metric + ", p50", "ms", target, true, millis),
                new Row(name, metric + ", p99", "ms", tail, jobs, spread, target, true, "", Double.NaN));
    }

    private double millis() throws IOException {
        String study = cluster.feed().submit();
        cluster.await(
                "a job is done",
                PATIENCE,
                () -> cluster.database()
                        .job(study)
                        .filter(job -> job.state().equals("DONE"))
                        .isPresent());
        Database.Job job = cluster.database().job(study).orElseThrow();
        Instant first =
                cluster.owners().begin(job.id(), job.attempt()).orElseThrow().first();
        return Duration.between(job.created(), first).toNanos() / 1e6;
    }

    private Host host() {
        return cluster.hosts().get(0);
    }

    private void endExecutors() throws IOException {
        for (OwnerLog.Begin begin : cluster.owners().begins()) {
            begin.executor().ifPresent(ProcessHandle::destroyForcibly);
        }
        cluster.await(
                "no process works on a slice", PATIENCE, () -> slices().stream().noneMatch(Slice::locked));
        cluster.await("Spark has noticed", PATIENCE, () -> cluster.ready());
    }

    /** So that the next job's slice must be cut first. */
    private void cutOtherwise() throws IOException {
        for (Slice slice : slices()) {
            host().client().destroy(slice.key());
        }
        host().client().create(SliceKey.parse(host().name() + "-gpu0-7g-0"));
    }

    private List<Slice> slices() {
        return host().client().inventory().gpus().stream()
                .map(Gpu::slices)
                .flatMap(List::stream)
                .toList();
    }
}
