package io.tomogrid.node.bench.heal;

import io.tomogrid.node.bench.cluster.BenchCluster;
import io.tomogrid.node.bench.cluster.Database;
import io.tomogrid.node.bench.cluster.OwnerLog;
import io.tomogrid.node.bench.cluster.Setting;
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

    /** How long a job has its slice: longer than it takes to put a fault in under it. */
    static final Duration HOLD = Duration.ofSeconds(2);
    /** How much longer than that a kernel may stand still; the bound of the time until a hung one is noticed. */
    static final Duration STALL = Duration.ofSeconds(6);

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
     * @param resume whether to go on with the last run, whose faults count; else another one begins
     * @return whether all went right
     */
    public boolean run(int faults, double minutes, List<String> kinds, boolean resume) throws IOException {
        List<FaultKind> wanted = kinds.isEmpty()
                ? List.of(FaultKind.values())
                : kinds.stream().map(FaultKind::named).toList();
        HealReport report = HealReport.open(root.resolve("docs/benchmarks"), resume);
        List<FaultKind> toDo = toDo(faults, wanted, report);
        long begin = System.nanoTime();
        long end = begin + (long) (minutes * 60e9);
        Path folder = Files.createTempDirectory(Files.createDirectories(root.resolve(".tomogrid/bench")), "heal");
        try (BenchCluster cluster = BenchCluster.start(folder, Setting.small(HOLD, STALL, "hosta", "hostb"))) {
            round(cluster, Optional.empty());
            for (int i = 0; i < toDo.size() && System.nanoTime() < end; i++) {
                Healed healed = round(cluster, Optional.of(toDo.get(i))).orElseThrow();
                // at once: whatever ends this run, its faults are kept
                report.add(healed);
                double passed = (System.nanoTime() - begin) / 60e9;
                tell(i + 1, toDo.size(), passed * (toDo.size() - i - 1) / (i + 1), healed);
            }
        }
        out.println();
        out.print(report.table(wanted));
        out.flush();
        return report.run().stream().allMatch(Healed::right);
    }

    /** One of each kind after the other, as often as they are wanting. */
    private static List<FaultKind> toDo(int faults, List<FaultKind> wanted, HealReport report) {
        List<FaultKind> toDo = new ArrayList<>();
        for (int i = 0; i < faults; i++) {
            for (FaultKind kind : wanted) {
                if (report.run().stream().filter(h -> h.kind() == kind).count() <= i) {
                    toDo.add(kind);
                }
            }
        }
        return toDo;
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

    private void tell(int number, int of, double minutesLeft, Healed healed) {
        out.printf(
                Locale.ROOT,
                "%d of %d (%.0f min left), %s: detected %.2f, decided %.2f, placed %.2f, running %.2f, first good result %.2f, newcomer %.2f s%s%n",
                number,
                of,
                minutesLeft,
                healed.kind().label(),
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
