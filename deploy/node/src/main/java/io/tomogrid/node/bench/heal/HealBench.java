package io.tomogrid.node.bench.heal;

import io.tomogrid.node.bench.cluster.BenchCluster;
import io.tomogrid.node.bench.cluster.Database;
import io.tomogrid.node.bench.cluster.OwnerLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Two simulated hosts with jobs in flight. One fault after another is put in; each must leave every job done once, its
 * results stored once, and no slice with two owners. All clocks are one machine's.
 */
public final class HealBench {
    /** One per processor: what is lost together starts anew together, and a new executor takes seconds of one. */
    static final int IN_FLIGHT = Math.max(2, Runtime.getRuntime().availableProcessors());

    private static final Duration HOLD = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path root;
    private final PrintWriter out;

    /** @param root of the checkout */
    public HealBench(Path root, PrintWriter out) {
        this.root = root;
        this.out = out;
    }

    /**
     * @param faults of each kind
     * @param minutes after which no further fault is put in
     * @param kinds their labels; empty for all
     * @return whether all went right
     */
    public boolean run(int faults, double minutes, List<String> kinds) throws IOException {
        List<FaultKind> wanted = kinds.isEmpty()
                ? List.of(FaultKind.values())
                : kinds.stream().map(FaultKind::named).toList();
        long end = System.nanoTime() + (long) (minutes * 60e9);
        List<Healed> all = new ArrayList<>();
        Path folder = Files.createTempDirectory(Files.createDirectories(root.resolve(".tomogrid/bench")), "heal");
        try (BenchCluster cluster = BenchCluster.start(folder, BenchCluster.Setting.small(HOLD, "hosta", "hostb"))) {
            round(cluster, Optional.empty());
            for (int i = 0; i < faults; i++) {
                for (FaultKind kind : wanted) {
                    if (System.nanoTime() < end) {
                        Healed healed = round(cluster, Optional.of(kind)).orElseThrow();
                        all.add(healed);
                        tell(i + 1, healed);
                    }
                }
            }
        }
        new HealReport(root.resolve("docs/benchmarks"), out).write(all, wanted);
        return all.stream().allMatch(Healed::right);
    }

    /** Jobs that run, and a fault in the middle of them; without one it only warms everything up. */
    private static Optional<Healed> round(BenchCluster cluster, Optional<FaultKind> kind) throws IOException {
        List<String> studies = new ArrayList<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
            studies.add(cluster.feed().submit());
        }
        cluster.await("the jobs begin", PATIENCE, () -> begun(cluster, studies));
        if (kind.isEmpty()) {
            cluster.await("the jobs are done", PATIENCE, () -> done(cluster, studies));
            return Optional.empty();
        }
        Fault fault = kind.get().make();
        Fault.Victim victim = victim(cluster, studies);
        int refusedBefore = cluster.feed().refused().size();
        int violationsBefore = cluster.owners().violations().size();
        Instant injected = Instant.now();
        fault.inject(cluster, victim);
        String newcomer = cluster.feed().submit();
        List<String> all = new ArrayList<>(studies);
        all.add(newcomer);
        double detected = Double.NaN;
        String wrong = "";
        try {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (Double.isNaN(detected) || !done(cluster, all)) {
                if (Double.isNaN(detected) && noticed(cluster, fault, victim)) {
                    detected = seconds(injected, Instant.now());
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException("not every job was done after " + PATIENCE.toSeconds() + " s");
                }
                BenchCluster.pause();
            }
        } catch (IOException hangs) {
            wrong = hangs.getMessage();
        }
        undo(cluster, fault, victim);
        Healed healed = judge(cluster, kind.get(), studies, injected, detected);
        Healed came = judge(cluster, kind.get(), List.of(newcomer), injected, detected);
        cluster.await("the cluster is whole again", PATIENCE, cluster::ready);
        List<String> refused = cluster.feed().refused();
        List<String> violations = cluster.owners().violations();
        wrong += String.join("; ", refused.subList(refusedBefore, refused.size()))
                + String.join("; ", violations.subList(violationsBefore, violations.size()));
        return Optional.of(new Healed(
                healed.kind(),
                healed.detected(),
                healed.decided(),
                healed.placed(),
                healed.running(),
                healed.good(),
                came.newcomer(),
                wrong + healed.wrong() + came.wrong()));
    }

    /** The agent may be starting again just then. */
    private static void undo(BenchCluster cluster, Fault fault, Fault.Victim victim) throws IOException {
        cluster.await("the fault can be undone", PATIENCE, () -> {
            fault.undo(cluster, victim);
            return true;
        });
    }

    /** Its own answer, or not yet while whoever would answer is down. */
    private static boolean noticed(BenchCluster cluster, Fault fault, Fault.Victim victim) {
        try {
            return fault.noticed(cluster, victim);
        } catch (IOException nobodyAnswers) {
            return false;
        }
    }

    private static boolean begun(BenchCluster cluster, List<String> studies) throws IOException {
        for (String study : studies) {
            Optional<Database.Job> job = cluster.database().job(study);
            if (job.isEmpty()
                    || cluster.owners()
                            .begin(job.get().id(), job.get().attempt())
                            .isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private static boolean done(BenchCluster cluster, List<String> studies) throws IOException {
        for (String study : studies) {
            if (cluster.database()
                    .job(study)
                    .filter(job -> job.state().equals("DONE"))
                    .isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** The job that began last: it runs for longest. */
    private static Fault.Victim victim(BenchCluster cluster, List<String> studies) throws IOException {
        OwnerLog.Begin last = null;
        for (String study : studies) {
            Database.Job job = cluster.database().job(study).orElseThrow();
            OwnerLog.Begin begin =
                    cluster.owners().begin(job.id(), job.attempt()).orElseThrow();
            if (last == null || begin.first().isAfter(last.first())) {
                last = begin;
            }
        }
        return new Fault.Victim(
                last.jobId(),
                last.attempt(),
                last.executor().orElseThrow(() -> new IOException("an executor ended by itself")),
                last.slice(),
                cluster.host(last.slice().host()));
    }

    /** The slowest of the jobs that had to be tried again tells; the first that is done is the first good result. */
    private static Healed judge(
            BenchCluster cluster, FaultKind kind, List<String> studies, Instant injected, double detected)
            throws IOException {
        double decided = Double.NaN;
        double placed = Double.NaN;
        double running = Double.NaN;
        double good = Double.NaN;
        double last = Double.NaN;
        Set<String> wrong = new HashSet<>();
        for (String study : studies) {
            Database.Job job = cluster.database().job(study).orElseThrow();
            List<Database.Transition> history = cluster.database().transitions(job.id());
            for (String once : List.of("STORING", "DONE")) {
                long times =
                        history.stream().filter(t -> t.state().equals(once)).count();
                if (times != 1) {
                    wrong.add("job " + job.id() + " was " + once + " " + times + " times: " + job.reason());
                }
            }
            if (!cluster.feed().holds(job.id())) {
                wrong.add("job " + job.id() + " has no results");
            }
            boolean again = false;
            for (Database.Transition step : history) {
                double at = seconds(injected, step.at());
                boolean later = at > 0;
                if (later && step.state().equals("QUEUED")) {
                    decided = latest(decided, at);
                    again = true;
                } else if (later && again && step.state().equals("LEASED")) {
                    placed = latest(placed, at);
                } else if (later && step.state().equals("DONE")) {
                    good = Double.isNaN(good) ? at : Math.min(good, at);
                }
            }
            Optional<OwnerLog.Begin> begin = cluster.owners().begin(job.id(), job.attempt());
            if (begin.isPresent()) {
                last = latest(last, seconds(injected, begin.get().first()));
                running = again ? latest(running, seconds(injected, begin.get().first())) : running;
            }
        }
        return new Healed(kind, detected, decided, placed, running, good, last, String.join("; ", wrong));
    }

    private static double latest(double a, double b) {
        return Double.isNaN(a) ? b : Math.max(a, b);
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e9;
    }

    private void tell(int number, Healed healed) {
        out.printf(
                Locale.ROOT,
                "%s %d: detected %.2f, decided %.2f, placed %.2f, running %.2f, first good result %.2f, newcomer %.2f s%s%n",
                healed.kind().label(),
                number,
                healed.detected(),
                healed.decided(),
                healed.placed(),
                healed.running(),
                healed.good(),
                healed.newcomer(),
                healed.right() ? "" : "; WRONG: " + healed.wrong());
        out.flush();
    }
}
