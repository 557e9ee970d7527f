package io.tomogrid.node.bench;

import io.tomogrid.node.bench.cluster.BenchCluster;
import io.tomogrid.node.bench.cluster.Database;
import io.tomogrid.node.bench.cluster.Host;
import io.tomogrid.node.bench.cluster.OwnerLog;
import io.tomogrid.node.bench.cluster.Setting;
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
import java.util.Optional;

/**
 * From the commit of a job's row to its first instruction on its slice: on an executor that is warm, on a slice that has none
 * yet, on one that a free slice is cut for, and in the place of a routine job that runs. The executor writes down the instant
 * itself; all clocks are one machine's.
 */
final class WarmBench {
    private static final int WARM = 60;
    private static final int COLD = 10;
    private static final int STAT = 10;
    private static final int WARM_UP = 5;
    private static final double TAIL = 0.99;
    private static final Duration HOLD = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path root;
    private final PrintWriter out;
    private BenchCluster cluster;

    WarmBench(Path root, PrintWriter out) {
        this.root = root;
        this.out = out;
    }

    List<Row> run() throws IOException {
        List<Row> rows = new ArrayList<>(free());
        rows.addAll(urgent());
        return rows;
    }

    private interface Preparation {
        void make() throws IOException;
    }

    /** On a host with room. */
    private List<Row> free() throws IOException {
        try (BenchCluster started = start(Setting.small(Duration.ZERO, "hosta"))) {
            cluster = started;
            for (int i = 0; i < WARM_UP; i++) {
                millis(cluster.feed().submit());
            }
            List<Row> rows = new ArrayList<>();
            rows.addAll(measure("warm executor", "300", WARM, () -> {}));
            rows.addAll(measure("slice without an executor", "", COLD, this::endExecutors));
            long worker = host().worker();
            rows.addAll(measure("free slice cut anew, no executor", "6000", COLD, () -> {
                endExecutors();
                cutOtherwise();
            }));
            if (host().worker() != worker) {
                throw new IOException("the Worker was started anew while free slices were cut");
            }
            requireRight();
            return rows;
        }
    }

    /** STAT jobs on a host whose every slice has a routine job that runs. */
    private List<Row> urgent() throws IOException {
        var setting = new Setting(HOLD, 15, 3, List.of("hosta"), Optional.empty());
        try (BenchCluster started = start(setting)) {
            cluster = started;
            fillAndPreempt();
            double[] millis = new double[STAT];
            for (int i = 0; i < STAT; i++) {
                millis[i] = fillAndPreempt();
            }
            requireRight();
            return rows("STAT job on a full host, warm executor", "2000", millis);
        }
    }

    private double fillAndPreempt() throws IOException {
        String one = cluster.feed().submit();
        String other = cluster.feed().submit();
        cluster.await("the host is full", PATIENCE, () -> runs(one) && runs(other));
        double millis = millis(cluster.feed().submitUrgent());
        cluster.await("the others are done, too", PATIENCE, () -> done(one) && done(other));
        return millis;
    }

    private BenchCluster start(Setting setting) throws IOException {
        return BenchCluster.start(Files.createTempDirectory(Files.createDirectories(root), "warm"), setting);
    }

    private void requireRight() throws IOException {
        List<String> wrong = new ArrayList<>(cluster.owners().violations());
        wrong.addAll(cluster.feed().refused());
        if (!wrong.isEmpty()) {
            throw new IOException("slices or results were doubled: " + wrong);
        }
    }

    private List<Row> measure(String name, String target, int jobs, Preparation preparation) throws IOException {
        double[] millis = new double[jobs];
        for (int i = 0; i < jobs; i++) {
            preparation.make();
            millis[i] = millis(cluster.feed().submit());
        }
        return rows(name, target, millis);
    }

    private List<Row> rows(String name, String target, double... values) {
        double[] millis = values.clone();
        int jobs = millis.length;
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

    private double millis(String study) throws IOException {
        cluster.await("a job is done", PATIENCE, () -> done(study));
        Database.Job job = cluster.database().job(study).orElseThrow();
        Instant first =
                cluster.owners().begin(job.id(), job.attempt()).orElseThrow().first();
        return Duration.between(job.created(), first).toNanos() / 1e6;
    }

    private boolean runs(String study) throws IOException {
        Optional<Database.Job> job = cluster.database().job(study);
        return job.isPresent()
                && cluster.owners().begin(job.get().id(), job.get().attempt()).isPresent();
    }

    private boolean done(String study) throws IOException {
        return cluster.database()
                .job(study)
                .filter(job -> job.state().equals("DONE"))
                .isPresent();
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
        cluster.await("Spark has noticed", PATIENCE, cluster::ready);
    }

    /** So that the next job's slice must be cut first. */
    private void cutOtherwise() throws IOException {
        host().client().make(SliceKey.parse(host().name() + "-gpu0-7g-0"));
    }

    private List<Slice> slices() {
        return host().client().inventory().gpus().stream()
                .map(Gpu::slices)
                .flatMap(List::stream)
                .toList();
    }
}
