package io.tomogrid.node.bench;

import io.tomogrid.slices.MoveRules;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.simulation.Legality;
import io.tomogrid.slices.simulation.LossRun;
import io.tomogrid.slices.simulation.Mix;
import io.tomogrid.slices.simulation.PlannerPolicy;
import io.tomogrid.slices.simulation.Policy;
import io.tomogrid.slices.simulation.PooledPolicy;
import io.tomogrid.slices.simulation.QueueRun;
import io.tomogrid.slices.simulation.ReferencePolicy;
import io.tomogrid.slices.simulation.ReferencePolicy.Rule;
import io.tomogrid.slices.simulation.Speed;
import io.tomogrid.slices.simulation.StaticPolicy;
import io.tomogrid.slices.simulation.Trace;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/**
 * The live planner on the reference workload, beside the rules that others use, under the same requests. No GPU takes part: all
 * of it is simulated. Useful utilisation is requested memory slices in service, of all there are.
 */
final class SlicesBench {
    private static final int SEEDS = 20;
    private static final int LARGE = 100;
    private static final int SMALL = 8;
    private static final int HUGE = 10_000;
    private static final int DECISIONS = 1_000_000;
    private static final int TIMED = 6000;
    private static final int FEW = 100;
    private static final double LOAD = 1;
    private static final double TAIL = 0.99;
    /** Best row of the reference table, mix for mix. */
    private static final double[] BEST = {.939, .944, .941, .927};
    /** The dense part of the trace, seconds, and GPUs for which its jobs of one GPU nearly saturate the fleet. */
    private static final double TRACE_FROM = 10_326_485;

    private static final double TRACE_TO = 12_902_960;
    private static final int TRACE_GPUS = 36;
    private static final int GANG_GPUS = 48;
    private static final int PER_HOST = 8;
    private static final double HOUR = 3600;

    private final PrintWriter out;
    private final List<Row> rows = new ArrayList<>();

    SlicesBench(PrintWriter out) {
        this.out = out;
    }

    List<Row> run(int runs) throws IOException {
        out.println("simulated: no GPU takes part in anything below");
        losses(LARGE);
        losses(SMALL);
        queues(LARGE, runs);
        queues(SMALL, runs);
        legality();
        for (int gpus : new int[] {SMALL, HUGE}) {
            speed(gpus, runs);
        }
        trace();
        rows.addAll(new ContentionBench(out).run());
        return rows;
    }

    private static Map<String, BiFunction<Mix, Integer, Policy>> policies() {
        Map<String, BiFunction<Mix, Integer, Policy>> result = new LinkedHashMap<>();
        result.put("WHOLE", (mix, gpus) -> StaticPolicy.whole(gpus));
        result.put("STATIC", (mix, gpus) -> StaticPolicy.half(gpus));
        for (boolean moving : new boolean[] {false, true}) {
            for (Rule rule : Rule.values()) {
                result.put(
                        rule + (moving ? "+1move" : ""), (mix, gpus) -> new ReferencePolicy(mix, gpus, rule, moving));
            }
        }
        result.put("planner, no moves", (mix, gpus) -> new PlannerPolicy(gpus, gpus, MoveRules.NONE));
        result.put("planner, 1 move", (mix, gpus) -> new PlannerPolicy(gpus, gpus, new MoveRules(1, 32)));
        result.put("planner", (mix, gpus) -> new PlannerPolicy(gpus, gpus, MoveRules.USUAL));
        result.put("(no geometry: bound)", (mix, gpus) -> new PooledPolicy(gpus));
        return result;
    }

    private void losses(int gpus) {
        out.printf(
                Locale.ROOT,
                "%nsimulated, %d GPUs, load 1.0, what does not fit at once is lost, %d seeds: slice-weighted acceptance /"
                        + " useful utilisation, acceptance of 7g, moves per request (a move costs no time)%n%-39s",
                gpus,
                SEEDS,
                "");
        Mix.ALL.forEach(mix -> out.printf("%-30s", mix.name()));
        out.println();
        policies().forEach((name, policy) -> {
            out.printf("simulated  %-28s", name);
            for (int m = 0; m < Mix.ALL.size(); m++) {
                Mix mix = Mix.ALL.get(m);
                List<LossRun.Outcome> outcomes = new ArrayList<>();
                for (int seed = 0; seed < SEEDS; seed++) {
                    outcomes.add(new LossRun(mix, gpus, LOAD, seed).run(policy.apply(mix, gpus)));
                }
                out.printf(
                        Locale.ROOT,
                        "%.3f/%.3f  7g %.3f  %.3f     ",
                        mean(outcomes.stream()
                                .mapToDouble(LossRun.Outcome::weighted)
                                .toArray()),
                        mean(outcomes.stream()
                                .mapToDouble(LossRun.Outcome::utilisation)
                                .toArray()),
                        mean(outcomes.stream()
                                .mapToDouble(LossRun.Outcome::large)
                                .toArray()),
                        mean(outcomes.stream()
                                .mapToDouble(LossRun.Outcome::movesPerRequest)
                                .toArray()));
                String title = gpus + " GPUs, " + mix.name() + ", " + name;
                String asked = !name.equals("planner")
                        ? ""
                        : String.format(
                                Locale.ROOT, " (asked for: mean of %.3f or more)", gpus == LARGE ? BEST[m] : .83);
                add(title, "useful utilisation" + asked, outcomes.stream().mapToDouble(LossRun.Outcome::utilisation));
                if (name.equals("planner") || name.equals(Rule.BEST_FIT.name())) {
                    add(title, "7g acceptance", outcomes.stream().mapToDouble(LossRun.Outcome::large));
                }
            }
            out.println();
            out.flush();
        });
    }

    private void add(String title, String metric, DoubleStream values) {
        double[] all = values.toArray();
        rows.add(Row.of(title, metric + String.format(Locale.ROOT, ", mean %.4f", mean(all)), "", "", true, all));
    }

    private void queues(int gpus, int runs) {
        out.printf(
                Locale.ROOT,
                "%nsimulated, %d GPUs, load 1.0, what does not fit waits, %d seeds: useful utilisation, mean wait, that of 7g,"
                        + " in mean lifetimes%n",
                gpus,
                runs);
        for (Mix mix : Mix.ALL) {
            queue(mix, gpus, runs, "BEST_FIT", () -> new ReferencePolicy(mix, gpus, Rule.BEST_FIT, false));
            queue(mix, gpus, runs, "planner", () -> new PlannerPolicy(gpus, gpus, MoveRules.USUAL));
        }
    }

    private void queue(Mix mix, int gpus, int runs, String name, Supplier<Policy> policy) {
        double[] used = new double[runs];
        double[] wait = new double[runs];
        double[] large = new double[runs];
        for (int seed = 0; seed < runs; seed++) {
            QueueRun run = QueueRun.of(mix, gpus, LOAD, seed);
            QueueRun.Outcome outcome = run.run(policy.get());
            used[seed] = outcome.utilisation();
            wait[seed] = outcome.single().mean() / run.patience();
            large[seed] = outcome.large().mean() / run.patience();
        }
        out.printf(
                Locale.ROOT,
                "simulated  %-12s%-12s%.4f   %.3f   7g %.3f%n",
                mix.name(),
                name,
                mean(used),
                mean(wait),
                mean(large));
        out.flush();
        String asked = name.equals("planner") ? " (asked for: " + (gpus == LARGE ? "0.95" : "0.83") + " or more)" : "";
        String title = gpus + " GPUs with a queue, " + mix.name() + ", " + name;
        add(title, "useful utilisation" + asked, Arrays.stream(used));
        add(title, "mean wait of 7g, in mean lifetimes", Arrays.stream(large));
    }

    private void legality() {
        Legality.Outcome outcome = new Legality(SimulatedInventory.A100_40GB, LARGE, 1).run(DECISIONS);
        out.printf(
                "%nsimulated: %d decisions (%d placed, %d moves): %d that the device would have refused%n",
                outcome.decisions(), outcome.granted(), outcome.moves(), outcome.illegal());
        out.flush();
        rows.add(Row.of(
                "a million decisions, 100 GPUs", "illegal layouts (asked for: none)", "", "", true, outcome.illegal()));
    }

    private void speed(int gpus, int runs) {
        List<double[]> figures = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            Speed.Outcome outcome = new Speed(gpus, run).run(TIMED);
            figures.add(new double[] {
                Speed.Outcome.quantile(outcome.placed(), 0.5),
                Speed.Outcome.quantile(outcome.placed(), TAIL),
                Speed.Outcome.quantile(outcome.rearranged(), 0.5),
                Speed.Outcome.quantile(outcome.rearranged(), TAIL),
                Speed.Outcome.quantile(outcome.beside(), TAIL),
                Speed.Outcome.quantile(new Speed(gpus, run).anew(gpus == SMALL ? TIMED : FEW), TAIL)
            });
        }
        String[] metrics = {
            "place found, p50",
            "place found, p99",
            "moves searched, p50",
            "moves searched, p99",
            "place found beside known neighbours, p99",
            "all GPUs read anew, p99"
        };
        for (int n = 0; n < metrics.length; n++) {
            int at = n;
            double[] values = figures.stream().mapToDouble(f -> f[at]).toArray();
            out.printf(Locale.ROOT, "simulated, %d GPUs: %s: %.1f us%n", gpus, metrics[n], mean(values));
            rows.add(Row.of(
                    "one decision, " + gpus + " GPUs",
                    metrics[n] + ", processor time",
                    "us",
                    gpus == SMALL ? "100" : "2000",
                    true,
                    values));
        }
        out.flush();
    }

    private void trace() throws IOException {
        Path file = Path.of(System.getenv().getOrDefault("TOMOGRID_DATA", "../shared/data"), "trace/mig_replay.csv");
        if (!Files.exists(file)) {
            out.println("trace replay skipped: " + file + " is not there (set TOMOGRID_DATA)");
            return;
        }
        out.printf(
                "%nsimulated, jobs of one GPU of the trace \"openb\", %d GPUs, last 30 days: mean wait in s%n",
                TRACE_GPUS);
        replay(file, "a whole GPU for each job", TRACE_GPUS, false, false, MoveRules.NONE, false);
        replay(file, "slices", TRACE_GPUS, true, false, MoveRules.USUAL, false);
        out.printf("%nsimulated, with jobs of up to 8 GPUs, %d GPUs: mean wait in s%n", GANG_GPUS);
        replay(file, "nobody is kept room for", GANG_GPUS, true, true, MoveRules.USUAL, false);
        replay(file, "who waited for an hour is kept room for", GANG_GPUS, true, true, MoveRules.USUAL, true);
    }

    private void replay(
            Path file, String name, int gpus, boolean shares, boolean gangs, MoveRules rules, boolean keeping)
            throws IOException {
        QueueRun run = new QueueRun(
                Trace.read(file, shares, gangs), gpus, TRACE_FROM, TRACE_TO, keeping ? HOUR : Double.POSITIVE_INFINITY);
        QueueRun.Outcome outcome = run.run(new PlannerPolicy(gpus, PER_HOST, rules));
        out.printf(
                Locale.ROOT,
                "simulated  %-42s one GPU: %.0f%s%n",
                name,
                outcome.single().mean(),
                !gangs
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ", several: %.0f, longest %.0f",
                                outcome.gangs().mean(),
                                outcome.gangs().longest()));
        out.flush();
        String title = "trace, " + gpus + " GPUs, " + name;
        rows.add(Row.of(
                title,
                "mean wait of jobs of one GPU",
                "s",
                "",
                true,
                outcome.single().mean()));
        if (gangs) {
            rows.add(Row.of(
                    title,
                    "mean wait of jobs of several",
                    "s",
                    "",
                    true,
                    outcome.gangs().mean()));
            rows.add(Row.of(
                    title,
                    "longest wait of jobs of several",
                    "s",
                    "",
                    true,
                    outcome.gangs().longest()));
        }
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
