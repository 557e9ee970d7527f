package io.tomogrid.slices.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tomogrid.slices.Interference;
import io.tomogrid.slices.MoveRules;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.simulation.ReferencePolicy.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SLC-08. Everything here is simulated. */
class SimulationTest {
    private static final Path DATA =
            Path.of(System.getenv().getOrDefault("TOMOGRID_DATA", "../../../shared/data"), "trace", "mig_replay.csv");

    /** First outputs of CPython 3.11: random.Random(5).random(), and randint(1, 457) of random.Random(0). */
    @Test
    void the_generator_is_that_of_the_first_implementation() {
        assertThat(new MersenneTwister(5).nextDouble()).isEqualTo(0.6229016948897019);
        assertThat(new MersenneTwister(0).nextInt(457)).isEqualTo(432);
    }

    /** Mean useful utilisation over 20 seeds as the first implementation of the reference workload gave it. */
    @ParameterizedTest
    @CsvSource({
        "FIRST_FIT,            false, .874, .894, .862, .860",
        "ROUND_ROBIN,          false, .774, .793, .817, .746",
        "BEST_FIT,             false, .903, .913, .892, .900",
        "WORST_FIT,            false, .674, .719, .693, .555",
        "LEAST_FRAGMENTATION,  false, .906, .898, .916, .899",
        "LEAST_LOST_CAPACITY,  false, .920, .891, .918, .907",
    })
    void the_rules_of_others_do_as_well_as_they_did_elsewhere(
            Rule rule, boolean moving, double uniform, double small, double big, double bimodal) {
        List<Double> known = List.of(uniform, small, big, bimodal);
        for (int m = 0; m < known.size(); m++) {
            Mix mix = Mix.ALL.get(m);
            assertThat(utilisation(mix, 100, 20, seed -> new ReferencePolicy(mix, 100, rule, moving)))
                    .isCloseTo(known.get(m), within(0.0006));
        }
    }

    @Test
    void gpus_that_are_cut_once_and_for_all_do_as_badly_as_they_did_elsewhere() {
        assertThat(utilisation(Mix.ALL.get(0), 100, 20, seed -> StaticPolicy.half(100)))
                .isCloseTo(.696, within(0.0006));
        assertThat(utilisation(Mix.ALL.get(3), 100, 20, seed -> StaticPolicy.whole(100)))
                .isCloseTo(.491, within(0.0006));
    }

    @ParameterizedTest
    @CsvSource({"0, .939", "1, .944", "2, .941", "3, .927"})
    void the_planner_does_no_worse_than_the_best_of_them(int mix, double best) {
        assertThat(utilisation(Mix.ALL.get(mix), 100, 20, seed -> new PlannerPolicy(100, 100, MoveRules.USUAL)))
                .isGreaterThanOrEqualTo(best);
    }

    @Test
    void whole_gpus_are_given_at_least_as_often_as_best_fit_gives_them() {
        for (Mix mix : Mix.ALL) {
            assertThat(large(mix, seed -> new PlannerPolicy(100, 100, MoveRules.USUAL)))
                    .isGreaterThanOrEqualTo(large(mix, seed -> new ReferencePolicy(mix, 100, Rule.BEST_FIT, false)));
        }
    }

    @Test
    void with_a_queue_little_is_left_idle() {
        for (Mix mix : Mix.ALL) {
            assertThat(QueueRun.of(mix, 100, 1, 1)
                            .run(new PlannerPolicy(100, 100, MoveRules.USUAL))
                            .utilisation())
                    .isGreaterThanOrEqualTo(0.95);
        }
    }

    /** SLC-50. The same requests; the truth is assumed, see {@link ContentionRun}. */
    @Test
    void who_knows_the_neighbours_loses_less_to_them() {
        ContentionRun run = new ContentionRun(Mix.ALL.get(0), 40, 0.8, 0.2, 1500, 7);
        Interference streaming = new Interference(ContentionRun.STREAMING, Map.of(ContentionRun.STREAMING, 0.4));
        Interference calm = new Interference(ContentionRun.CALM, Map.of());
        ContentionRun.Outcome blind = run.run(new PlannerPolicy(40, 40, MoveRules.NONE));
        ContentionRun.Outcome knowing = run.run(new PlannerPolicy(
                40, 40, MoveRules.NONE, job -> run.workload(job).equals(ContentionRun.CALM) ? calm : streaming));
        assertThat(blind.slowDown()).isGreaterThan(1.02);
        assertThat(knowing.slowDown() - 1).isLessThan(0.9 * (blind.slowDown() - 1));
        assertThat(knowing.acceptance()).isGreaterThan(blind.acceptance() - 0.01);
        ContentionRun harmless = new ContentionRun(Mix.ALL.get(0), 40, 0.8, 0, 1500, 7);
        assertThat(harmless.run(new PlannerPolicy(40, 40, MoveRules.NONE)).slowed())
                .isZero();
    }

    @Test
    void no_decision_makes_a_layout_that_the_device_refuses() {
        Legality.Outcome outcome = new Legality(SimulatedInventory.A100_40GB, 20, 20261125).run(20_000);
        assertThat(outcome.illegal()).isZero();
        assertThat(outcome.moves()).isGreaterThan(1000);
    }

    /** Mean waits in seconds over the trace's last 30 days, whole GPUs, first come first served with backfill. */
    @Test
    void a_trace_waits_as_long_as_elsewhere() throws IOException {
        assumeThat(DATA).as("the trace, in TOMOGRID_DATA").matches(Files::exists);
        QueueRun run = new QueueRun(Trace.read(DATA, false, false), 40, 10326485, 12902960, Double.POSITIVE_INFINITY);
        assertThat(run.run(new PlannerPolicy(40, 8, MoveRules.NONE)).single().mean())
                .isCloseTo(772, within(0.5));
    }

    private static double utilisation(Mix mix, int gpus, int seeds, IntFunction<Policy> policy) {
        double sum = 0;
        for (int seed = 0; seed < seeds; seed++) {
            sum += new LossRun(mix, gpus, 1, seed).run(policy.apply(seed)).utilisation();
        }
        return sum / seeds;
    }

    private static double large(Mix mix, IntFunction<Policy> policy) {
        double sum = 0;
        for (int seed = 0; seed < 20; seed++) {
            sum += new LossRun(mix, 100, 1, seed).run(policy.apply(seed)).large();
        }
        return sum / 20;
    }
}
