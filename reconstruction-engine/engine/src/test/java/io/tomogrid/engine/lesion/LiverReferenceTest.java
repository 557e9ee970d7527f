package io.tomogrid.engine.lesion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Phantoms;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import org.junit.jupiter.api.Test;

/** QNT-05: PERCIST's threshold of a liver by formula. */
class LiverReferenceTest {
    private static final VolumeGeometry GRID = Phantoms.aligned(40, 40, 40, 2, 2, 2);
    private static final Vec3 LIVER = new Vec3(-10, 0, 5);

    /** Even columns 1.8, odd ones 2.2: mean 2, deviation 0.2. */
    private static double liver(Vec3 p) {
        return Math.floorMod((int) Math.rint((p.x() - GRID.origin().x()) / 2), 2) == 0 ? 1.8 : 2.2;
    }

    @Test
    void the_threshold_is_one_and_a_half_means_and_two_deviations() {
        Volume suv = Phantoms.of(GRID, LiverReferenceTest::liver);
        Lesions none = LesionExtentsTest.lesions(suv, p -> false);
        byte[] mask = new byte[GRID.size().voxels()];
        for (int k = 10; k < 30; k++) {
            for (int j = 10; j < 30; j++) {
                for (int i = 10; i < 30; i++) {
                    mask[GRID.size().index(i, j, k)] = 1;
                }
            }
        }
        var measured = (LiverReference.Measured) LiverReference.of(suv, mask, none);
        assertThat(measured.mean()).isCloseTo(2, within(1e-6));
        assertThat(measured.deviation()).isCloseTo(0.2 * Math.sqrt(8000 / 7999.0), within(1e-6));
        assertThat(measured.threshold()).isCloseTo(3.4, within(1e-4));
        assertThat(measured.ml()).isCloseTo(64, within(1e-9));
        assertThat(measured.centre().minus(GRID.toPatient(19.5, 19.5, 19.5)).length())
                .isLessThan(1e-9);
        var sphere = (LiverReference.Measured) LiverReference.of(suv, LIVER, none);
        assertThat(sphere.ml()).isCloseTo(4 * Math.PI / 3 * 3.375, within(0.4));
        assertThat(sphere.mean()).isCloseTo(2, within(0.02));
    }

    @Test
    void lesions_in_the_liver_do_not_count() {
        Volume suv = Phantoms.of(GRID, p -> p.minus(LIVER).length() < 6 ? 12 : liver(p));
        Lesions lesions = LesionExtentsTest.lesions(suv, p -> p.minus(LIVER).length() < 6);
        assertThat(lesions.lesions()).hasSize(1);
        var sphere = (LiverReference.Measured) LiverReference.of(suv, LIVER, lesions);
        assertThat(sphere.mean()).isCloseTo(2, within(0.05));
    }

    @Test
    void a_region_that_is_too_small_is_not_taken() {
        Volume suv = Phantoms.of(GRID, LiverReferenceTest::liver);
        Lesions none = LesionExtentsTest.lesions(suv, p -> false);
        byte[] empty = new byte[GRID.size().voxels()];
        assertThat(LiverReference.of(suv, empty, none))
                .isEqualTo(new LiverReference.NotAvailable(
                        "the liver's region has 0.0 ml without lesions, less than a sphere of 3 cm"));
        assertThat(LiverReference.of(suv, new Vec3(500, 0, 0), none)).isInstanceOf(LiverReference.NotAvailable.class);
        assertThatThrownBy(() -> LiverReference.of(suv, new byte[3], none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 64000 voxels, got 3");
    }
}
