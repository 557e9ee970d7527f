package io.tomogrid.engine.osem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.PlaneJoseph;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.pet.ContrastRecovery;
import io.tomogrid.imaging.pet.ExampleScan;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.List;
import org.junit.jupiter.api.Test;

/** REC-07: noisy counts of the image quality phantom become Bq/ml again. */
class ExampleScanTest {
    private static final double HALF_LIFE_S = 6586.2;

    @Test
    void contrast_and_activity_are_recovered() {
        PetAcquisition scan = ExampleScan.measured(HALF_LIFE_S, 0.967, 1);
        PetGrid grid = PetGrid.of(scan.scanner());
        Parallel parallel = new Parallel(2);
        Osem osem = new Osem(
                new PlaneJoseph(scan.scanner(), grid, parallel),
                new EmissionData(scan.prompts(), scan.multiplicative(), scan.background()),
                14,
                parallel);
        float[] image = osem.start();
        osem.iterate(image, 4, n -> {});
        double decay = Math.log(2) / HALF_LIFE_S * scan.durationS();
        double factor = decay / -Math.expm1(-decay) / (scan.sensitivity() * scan.durationS() * 0.967);
        Volume volume = grid.volume(image, factor, grid.geometry(scan.centre(), "2.25.1"), "Bq/ml");
        List<ContrastRecovery> all = ContrastRecovery.of(volume, ExampleScan.PHANTOM, ExampleScan.CENTRE);
        for (ContrastRecovery sphere : all) {
            System.out.printf(
                    "%.0f mm: recovery %.2f, variability %.3f, background %.0f Bq/ml%n",
                    sphere.sphere().diameterMm(), sphere.recovery(), sphere.variability(), sphere.background());
            boolean large = sphere.sphere().diameterMm() >= 28;
            assertThat(sphere.recovery()).isBetween(large ? 0.85 : 0.4, 1.05);
            assertThat(sphere.background()).isCloseTo(5300, within(0.02 * 5300));
            assertThat(sphere.variability()).isLessThan(0.1);
        }
        assertThat(all).hasSize(6);
    }
}
