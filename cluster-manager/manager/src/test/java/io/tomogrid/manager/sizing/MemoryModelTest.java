package io.tomogrid.manager.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.manager.sizing.MemoryModel.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** JOB-26 */
class MemoryModelTest {
    private static final long SEED = 26;
    private static final long MIB = 1 << 20;

    @Test
    void of_a_protocol_that_takes_a_multiple_of_its_series_it_learns_the_multiple() {
        List<Run> runs = new ArrayList<>();
        for (long i = 1; i <= 20; i++) {
            runs.add(new Run(i * 100 * MIB, i * 300 * MIB));
        }
        MemoryModel model = MemoryModel.learn(runs).orElseThrow();
        assertThat(model.factor()).isEqualTo(3.0);
        assertThat(model.predict(1000 * MIB)).isEqualTo(512 * MIB + 3450 * MIB);
        assertThat(model.predict(MIB))
                .as("the smallest that was seen, with margin")
                .isEqualTo(512 * MIB + 345 * MIB);
    }

    @Test
    void few_attempts_teach_nothing_and_neither_do_those_without_a_device() {
        List<Run> runs = new ArrayList<>();
        for (int i = 1; i < MemoryModel.FEWEST; i++) {
            runs.add(new Run(MIB, MIB));
        }
        assertThat(MemoryModel.learn(runs)).isEmpty();
        runs.add(new Run(MIB, 0));
        runs.add(new Run(0, MIB));
        assertThat(MemoryModel.learn(runs)).isEmpty();
        runs.add(new Run(MIB, MIB));
        assertThat(MemoryModel.learn(runs)).isPresent();
    }

    /** Of new attempts from the same distribution at most about one in twenty needs more than the learned factor. */
    @Test
    void it_is_enough_for_nearly_all_that_come() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            runs.add(run(random));
        }
        MemoryModel model = MemoryModel.learn(runs).orElseThrow();
        int more = 0;
        int tooSmall = 0;
        for (int i = 0; i < 10_000; i++) {
            Run next = run(random);
            more += next.peak() > model.factor() * next.series() ? 1 : 0;
            tooSmall += next.peak() + MemoryModel.CONTEXT > model.predict(next.series()) ? 1 : 0;
        }
        assertThat(more / 10_000.0).isCloseTo(0.05, within(0.035));
        assertThat(tooSmall).isLessThan(more);
    }

    private static Run run(Random random) {
        long series = (200 + random.nextInt(800)) * MIB;
        return new Run(series, Math.round(series * (3 + 0.3 * random.nextGaussian())));
    }

    @Test
    void the_largest_series_counts_unless_images_are_compressed() {
        assertThat(StudyBytes.largestSeries(study("1.2.840.10008.1.2.1", 5, 7))).hasValue(70);
        assertThat(StudyBytes.largestSeries(study("1.2.840.10008.1.2.4.70", 5, 7)))
                .isEmpty();
    }

    private static StudyComplete study(String transferSyntax, int... instances) {
        List<SeriesRef> series = new ArrayList<>();
        for (int count : instances) {
            List<InstanceRef> refs = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                refs.add(new InstanceRef("1.2", "2.25." + i, transferSyntax, "s", 0, 10, "ab"));
            }
            series.add(new SeriesRef("2.25." + count, "PT", refs));
        }
        return new StudyComplete(1, "2.25.1", 1, StudyComplete.Completeness.OPERATOR, series);
    }
}
