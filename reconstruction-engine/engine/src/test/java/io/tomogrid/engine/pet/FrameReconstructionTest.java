package io.tomogrid.engine.pet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.CpuBackend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.scatter.SingleScatter;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.pet.ContrastRecovery;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** REC-20, REC-21: the whole model on the image quality phantom. */
class FrameReconstructionTest {
    private static final PetGrid GRID = PetGrid.of(ScatteredScan.SCANNER);

    private static FrameReconstruction reconstruction(int threads) {
        return reconstruction(threads, 4);
    }

    private static FrameReconstruction reconstruction(int threads, int iterations) {
        Parallel parallel = new Parallel(threads);
        return new FrameReconstruction(
                new CpuBackend(parallel),
                GRID,
                ScatteredScan.WINDOW,
                new SingleScatter.Sampling(32, 3, 26, 10),
                iterations,
                12,
                parallel);
    }

    private static List<ContrastRecovery> recovery(PetAcquisition frame, float[] image) {
        double factor = frame.time().decayFactor(ScatteredScan.HALF_LIFE_S)
                / (frame.sensitivity() * frame.time().liveS() * ScatteredScan.POSITRON_FRACTION);
        Volume volume = GRID.volume(image, factor, GRID.geometry(frame.centre(), "2.25.1"), "Bq/ml");
        return ContrastRecovery.of(volume, ScatteredScan.PHANTOM, ScatteredScan.CENTRE);
    }

    @Test
    void activity_and_contrast_come_back_with_randoms_scatter_dead_time_and_normalisation() {
        PetAcquisition frame = ScatteredScan.frame(1800, true, 5);
        FrameReconstruction.Result result = reconstruction(2).reconstruct(frame, Optional.empty(), stage -> {});
        List<ContrastRecovery> all = recovery(frame, result.image());
        System.out.printf(
                "scatter fraction %.3f, scaled by %.2f%n",
                result.scatterFraction(), result.scatter().orElseThrow().factor());
        for (ContrastRecovery sphere : all) {
            System.out.printf(
                    "%.0f mm: recovery %.2f, variability %.3f, background %.0f Bq/ml%n",
                    sphere.sphere().diameterMm(), sphere.recovery(), sphere.variability(), sphere.background());
        }
        ContrastRecovery largest = all.get(5);
        assertThat(largest.background()).isCloseTo(5300, within(0.03 * 5300));
        assertThat(largest.recovery()).isBetween(0.8, 1.05);
        assertThat(all.get(4).recovery()).isBetween(0.7, 1.05);
        assertThat(all.get(0).recovery()).isBetween(0.15, 0.9);
        assertThat(largest.variability()).isLessThan(0.08);
        assertThat(result.scatter().orElseThrow().factor())
                .isCloseTo(ScatteredScan.MULTIPLE, within(0.15 * ScatteredScan.MULTIPLE));
        assertThat(result.scatterFraction()).isBetween(0.1, 0.4);
    }

    /** What the correction is for: left out, activity that is not there shows. */
    @Test
    void without_the_correction_the_background_is_too_high() {
        PetAcquisition frame = ScatteredScan.frame(0, false, 0);
        FrameReconstruction.Result result = reconstruction(2, 2).reconstruct(frame, Optional.empty(), stage -> {});
        assertThat(result.scatter()).isEmpty();
        assertThat(recovery(frame, result.image()).get(5).background()).isGreaterThan(1.1 * 5300);
    }

    @Test
    void the_bits_do_not_depend_on_the_threads() {
        PetAcquisition frame = ScatteredScan.frame(0, true, 5);
        float[] one = reconstruction(1, 1)
                .reconstruct(frame, Optional.empty(), stage -> {})
                .image();
        float[] three = reconstruction(3, 1)
                .reconstruct(frame, Optional.empty(), stage -> {})
                .image();
        assertThat(three).isEqualTo(one);
    }

    @Test
    void missing_views_and_missing_attenuation_are_refused() {
        PetAcquisition frame = ScatteredScan.frame(0, true, 0);
        float[] counts = frame.prompts().clone();
        int perView = counts.length / ScatteredScan.SCANNER.views();
        Arrays.fill(counts, 7 * perView, 8 * perView, 0);
        assertThatThrownBy(() -> reconstruction(1)
                        .reconstruct(with(frame, counts, frame.attenuation()), Optional.empty(), stage -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("view 7 of 96 has no counts");
        assertThatThrownBy(() -> reconstruction(1)
                        .reconstruct(with(frame, frame.prompts(), new float[0]), Optional.empty(), stage -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected attenuation factors, or a CT");
    }

    private static PetAcquisition with(PetAcquisition frame, float[] counts, float[] attenuation) {
        return new PetAcquisition(
                frame.scanner(),
                frame.centre(),
                frame.time(),
                frame.sensitivity(),
                counts,
                attenuation,
                frame.normalisation(),
                frame.background(),
                frame.scatterInBackground());
    }
}
