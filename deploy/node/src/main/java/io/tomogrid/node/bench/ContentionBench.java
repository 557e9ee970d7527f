package io.tomogrid.node.bench;

import io.tomogrid.manager.contention.Contention;
import io.tomogrid.manager.contention.Worked;
import io.tomogrid.slices.Interference;
import io.tomogrid.slices.MoveRules;
import io.tomogrid.slices.simulation.ContentionRun;
import io.tomogrid.slices.simulation.Mix;
import io.tomogrid.slices.simulation.Placing;
import io.tomogrid.slices.simulation.PlannerPolicy;
import io.tomogrid.slices.simulation.ReferencePolicy;
import io.tomogrid.slices.simulation.ReferencePolicy.Rule;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What it is worth to place by neighbours: the live planner with what the manager's own code learned from a quiet time's leases, beside
 * the planner that knows nothing and the rules of others, under the same requests. Half of the jobs hurt each other, by a part that is assumed.
 */
final class ContentionBench {
    private static final int SEEDS = 10;
    private static final double LOAD = 0.8;
    private static final double QUIET = 0.04;
    private static final double EXCESS = 0.2;
    private static final int SLOTS = 3000;
    private static final int QUIET_SLOTS = 1_500_000;
    private static final int MOST = 5000;
    private static final int[] FLEETS = {8, 100};

    private final PrintWriter out;
    private final List<Row> rows = new ArrayList<>();

    ContentionBench(PrintWriter out) {
        this.out = out;
    }

    List<Row> run() {
        Contention learned = learned();
        out.printf(
                Locale.ROOT,
                "%nsimulated, contention: half of the jobs take %.0f %% longer for each other one of them on their GPU (assumed); load"
                        + " %.1f, what does not fit is lost, %d seeds. Learned from a quiet time: %s%n",
                100 * EXCESS,
                LOAD,
                SEEDS,
                learned.pairs().stream()
                        .map(p -> String.format(
                                Locale.ROOT,
                                "%s beside %s %.2f (%.2f to %.2f, %d leases)",
                                p.protocol(),
                                p.beside(),
                                p.times().value(),
                                p.times().low(),
                                p.times().high(),
                                p.times().n()))
                        .toList());
        for (int gpus : FLEETS) {
            for (Mix mix : Mix.ALL) {
                policies(mix, gpus, learned).forEach((name, policy) -> fleet(mix, gpus, name, policy));
            }
        }
        return rows;
    }

    private static Map<String, Function<ContentionRun, Placing>> policies(Mix mix, int gpus, Contention learned) {
        Map<String, Function<ContentionRun, Placing>> result = new LinkedHashMap<>();
        result.put("FIRST_FIT", run -> new ReferencePolicy(mix, gpus, Rule.FIRST_FIT, false));
        result.put("LEAST_LOST_CAPACITY", run -> new ReferencePolicy(mix, gpus, Rule.LEAST_LOST_CAPACITY, false));
        result.put("planner, nothing known", run -> new PlannerPolicy(gpus, gpus, MoveRules.NONE));
        result.put(
                "planner, by what was learned",
                run -> new PlannerPolicy(gpus, gpus, MoveRules.NONE, job -> learned.of(run.workload(job))));
        result.put(
                "planner, by the truth",
                run -> new PlannerPolicy(gpus, gpus, MoveRules.NONE, job -> truth(run.workload(job))));
        return result;
    }

    private static Interference truth(String workload) {
        return new Interference(
                workload,
                workload.equals(ContentionRun.STREAMING) ? Map.of(ContentionRun.STREAMING, 2 * EXCESS) : Map.of());
    }

    /** From leases as the ledger would have them, on a few GPUs on which jobs are alone at times. */
    private static Contention learned() {
        ContentionRun quiet = new ContentionRun(Mix.ALL.get(1), FLEETS[0], QUIET, EXCESS, QUIET_SLOTS, SEEDS);
        List<Worked> leases = new ArrayList<>();
        for (ContentionRun.Ended ended : quiet.run(new PlannerPolicy(FLEETS[0], FLEETS[0], MoveRules.NONE))
                .all()) {
            Instant end = Instant.EPOCH.plusSeconds(ended.end());
            leases.add(new Worked(
                    "job-" + leases.size(),
                    ended.workload(),
                    "simulated-gpu" + ended.gpu(),
                    Worked.alike(
                            ended.workload(), Mix.PROFILES.get(ended.profile()).name(), "simulated", ended.alone()),
                    Instant.EPOCH.plusSeconds(ended.begin()),
                    end,
                    end,
                    true,
                    true));
        }
        return Contention.learn(
                leases.subList(Math.max(0, leases.size() - MOST), leases.size()), Instant.MIN, Map.of());
    }

    private void fleet(Mix mix, int gpus, String name, Function<ContentionRun, Placing> policy) {
        List<ContentionRun.Outcome> outcomes = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            ContentionRun run = new ContentionRun(mix, gpus, LOAD, EXCESS, SLOTS, seed);
            outcomes.add(run.run(policy.apply(run)));
        }
        String title = gpus + " GPUs that contend, " + mix.name() + ", " + name;
        double slowDown = add(title, "time per time alone", outcomes, ContentionRun.Outcome::slowDown);
        double slowed = add(title, "share of jobs slowed by more than 10 %", outcomes, ContentionRun.Outcome::slowed);
        double used = add(title, "utilisation", outcomes, ContentionRun.Outcome::utilisation);
        double accepted = add(title, "acceptance", outcomes, ContentionRun.Outcome::acceptance);
        out.printf(
                Locale.ROOT,
                "simulated  %3d GPUs  %-11s %-29s time %.3f of that alone, slowed %.3f, utilisation %.3f, acceptance %.3f%n",
                gpus,
                mix.name(),
                name,
                slowDown,
                slowed,
                used,
                accepted);
        out.flush();
    }

    private double add(
            String title,
            String metric,
            List<ContentionRun.Outcome> outcomes,
            ToDoubleFunction<ContentionRun.Outcome> figure) {
        double[] values = outcomes.stream().mapToDouble(figure).toArray();
        rows.add(Row.of(title, metric, "", "", true, values));
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
