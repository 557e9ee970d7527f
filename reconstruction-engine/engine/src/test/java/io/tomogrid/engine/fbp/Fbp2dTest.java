package io.tomogrid.engine.fbp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** REC-24 */
class Fbp2dTest {
    private static final CylindricalScanner SCANNER =
            new CylindricalScanner(200, 150, 2, 6, 100, AxialSegment.michelogram(2, 3, 1));
    private static final PetGrid GRID = PetGrid.of(SCANNER, 2.3);

    /** 5 in a cylinder of 50 mm beside the axis, 2 more in one of 20 mm inside it, from exact chords. */
    private static float[] integrals() {
        float[] integrals = new float[SCANNER.bins()];
        for (int line = 0; line < SCANNER.lines(); line++) {
            CylindricalScanner.TransaxialLine ends = SCANNER.line(line / 100, line % 100);
            double value = 5 * chord(ends.distance(12, -7), 50) + 2 * chord(ends.distance(30, 5), 20);
            Arrays.fill(integrals, line * SCANNER.planes(), (line + 1) * SCANNER.planes(), (float) value);
        }
        return integrals;
    }

    private static double chord(double s, double r) {
        return s < r ? 2 * Math.sqrt(r * r - s * s) : 0;
    }

    @Test
    void cylinders_come_back_where_they_are() {
        float[] image = new Fbp2d(SCANNER, GRID, new Parallel(2)).reconstruct(integrals());
        double[] sums = new double[3];
        int[] counts = new int[3];
        for (int i = 0, n = 0; i < GRID.nx(); i++) {
            for (int j = 0; j < GRID.ny(); j++) {
                for (int k = 0; k < GRID.nz(); k++, n++) {
                    Vec3 p = GRID.centre(i, j, k);
                    double large = Math.hypot(p.x() - 12, p.y() + 7);
                    double small = Math.hypot(p.x() - 30, p.y() - 5);
                    int where = small < 15
                            ? 0
                            : small > 25 && large < 45 ? 1 : large > 56 && Math.hypot(p.x(), p.y()) < 100 ? 2 : -1;
                    if (where >= 0) {
                        sums[where] += image[n];
                        counts[where]++;
                        assertThat(image[n])
                                .as("%s", p)
                                .isCloseTo(where == 0 ? 7f : where == 1 ? 5f : 0f, within(0.35f));
                    }
                }
            }
        }
        assertThat(sums[0] / counts[0]).isCloseTo(7, within(0.07));
        assertThat(sums[1] / counts[1]).isCloseTo(5, within(0.05));
        assertThat(sums[2] / counts[2]).isCloseTo(0, within(0.05));
    }

    @Test
    void background_and_factors_are_taken_off_and_the_bits_do_not_depend_on_the_threads() {
        float[] integrals = integrals();
        float[] factors = new float[integrals.length];
        float[] counts = new float[integrals.length];
        float[] additive = new float[SCANNER.lines()];
        Arrays.fill(additive, 3);
        for (int n = 0; n < counts.length; n++) {
            factors[n] = 0.25f + n % 3 * 0.25f;
            counts[n] = factors[n] * integrals[n] + 3;
        }
        float[] found = Fbp2d.corrected(new EmissionData(counts, factors, additive));
        for (int n = 0; n < found.length; n++) {
            assertThat(found[n]).isCloseTo(integrals[n], within(1e-3f));
        }
        assertThat(new Fbp2d(SCANNER, GRID, new Parallel(4)).reconstruct(found))
                .isEqualTo(new Fbp2d(SCANNER, GRID, new Parallel(1)).reconstruct(found));
    }

    @Test
    void a_grid_of_other_slices_is_refused() {
        assertThatThrownBy(() -> new Fbp2d(SCANNER, new PetGrid(8, 8, 5, 2, 3), new Parallel(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("each of 5 slices");
    }
}
