package io.tomogrid.engine.osem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.BlurredProjector;
import io.tomogrid.engine.projector.PlaneJoseph;
import io.tomogrid.engine.projector.TestScanner;
import io.tomogrid.imaging.pet.PetGrid;
import org.junit.jupiter.api.Test;

/** REC-24: maximum a posteriori, and resolution in the image. */
class BsremTest {
    private static final PetGrid GRID = TestScanner.GRID;
    private static final Parallel PARALLEL = new Parallel(2);
    private static final RelativeDifferencePrior PRIOR = new RelativeDifferencePrior(GRID, 2, 1e-3, PARALLEL);

    private static Osem osem(EmissionData data, int subsets) {
        return new Osem(new PlaneJoseph(TestScanner.SCANNER, GRID, PARALLEL), data, subsets, PARALLEL);
    }

    @Test
    void the_gradient_is_the_slope_of_the_value() {
        PetGrid small = new PetGrid(5, 4, 3, 4, 2.5);
        var prior = new RelativeDifferencePrior(small, 2, 0.1, new Parallel(1));
        float[] image = TestScanner.random(small.voxels(), 1);
        float[] gradient = new float[image.length];
        prior.gradient(image, gradient);
        for (int v = 0; v < image.length; v++) {
            float was = image[v];
            float step = 1 / 256f;
            image[v] = was + step;
            double more = prior.value(image);
            image[v] = was - step;
            double less = prior.value(image);
            image[v] = was;
            assertThat((double) gradient[v])
                    .as("voxel %d", v)
                    .isCloseTo((more - less) / (2 * step), within(2e-3 * (1 + Math.abs(gradient[v]))));
        }
    }

    @Test
    void without_a_prior_the_first_step_is_mlem() {
        EmissionData data = OsemContract.data(OsemContract.object(), 1, 7);
        Osem mlem = osem(data, 1);
        float[] expected = mlem.start();
        float[] found = expected.clone();
        mlem.iterate(expected, 1, n -> {});
        new Bsrem(mlem, PRIOR, 0, 0.1).iterate(found, 1);
        for (int v = 0; v < found.length; v++) {
            assertThat(found[v]).as("voxel %d", v).isCloseTo(expected[v], within(1e-4f * Math.max(1, expected[v])));
        }
    }

    /** What MAP seeks is found, and it is smoother than what likelihood alone gives. */
    @Test
    void the_objective_rises_above_that_of_osem_and_noise_is_less() {
        EmissionData data = OsemContract.data(OsemContract.object(), 0.5, 7);
        Osem osem = osem(data, 8);
        float[] image = osem.start();
        osem.iterate(image, 2, n -> {});
        float[] likeliest = image.clone();
        Bsrem map = new Bsrem(osem, PRIOR, 3, 0.1);
        double before = map.objective(image);
        for (int n = 0; n < 3; n++) {
            map.iterate(image, 2);
            double after = map.objective(image);
            assertThat(after).as("round %d", n).isGreaterThan(before);
            before = after;
        }
        osem.iterate(likeliest, 6, n -> {});
        assertThat(before).isGreaterThan(map.objective(likeliest));
        assertThat(deviation(image)).isLessThan(0.8 * deviation(likeliest));
    }

    /** Between the voxels of the cylinder that are far from its edge and from the ball. */
    private static double deviation(float[] image) {
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (int i = 0, n = 0; i < GRID.nx(); i++) {
            for (int j = 0; j < GRID.ny(); j++) {
                for (int k = 0; k < GRID.nz(); k++, n++) {
                    var p = GRID.centre(i, j, k);
                    if (Math.hypot(p.x() + 15, p.y()) < 22) {
                        sum += image[n];
                        squares += (double) image[n] * image[n];
                        count++;
                    }
                }
            }
        }
        double mean = sum / count;
        return Math.sqrt(squares / count - mean * mean) / mean;
    }

    /** The blur keeps the mass, is its own adjoint, and has the width that it says. */
    @Test
    void resolution_in_the_image_is_a_gaussian_and_its_projections_have_an_adjoint() {
        var sharp = new PlaneJoseph(TestScanner.SCANNER, GRID, PARALLEL);
        var projector = new BlurredProjector(sharp, 9, PARALLEL);
        float[] point = new float[GRID.voxels()];
        int middle = (GRID.nx() / 2 * GRID.ny() + GRID.ny() / 2) * GRID.nz() + 7;
        point[middle] = 1;
        float[] spread = projector.blurred(point);
        double sum = 0;
        double second = 0;
        for (int i = 0, n = 0; i < GRID.nx(); i++) {
            for (int j = 0; j < GRID.ny(); j++) {
                for (int k = 0; k < GRID.nz(); k++, n++) {
                    double x = (i - GRID.nx() / 2) * GRID.voxelMm();
                    sum += spread[n];
                    second += spread[n] * x * x;
                }
            }
        }
        assertThat(sum).isCloseTo(1, within(1e-3));
        assertThat(Math.sqrt(second / sum) * 2.3548).isCloseTo(9, within(0.3));
        float[] x = TestScanner.random(GRID.voxels(), 2);
        float[] y = TestScanner.random(TestScanner.SCANNER.bins(), 3);
        float[] ax = new float[y.length];
        float[] aty = new float[x.length];
        projector.forward(x, TestScanner.allViews(), ax);
        projector.back(y, TestScanner.allViews(), aty);
        assertThat(TestScanner.dot(ax, y) / TestScanner.dot(x, aty)).isCloseTo(1, within(1e-6));
    }

    @Test
    void with_the_resolution_a_ball_regains_contrast_and_the_counts_are_kept() {
        float[] object = OsemContract.object();
        var blurring = new BlurredProjector(new PlaneJoseph(TestScanner.SCANNER, GRID, PARALLEL), 9, PARALLEL);
        EmissionData data = OsemContract.data(blurring.blurred(object), 0, 0);
        Osem plain = osem(data, 1);
        Osem resolved = new Osem(blurring, data, 1, PARALLEL);
        float[] without = plain.start();
        plain.iterate(without, 10, n -> {});
        float[] with = resolved.start();
        double before = resolved.logLikelihood(with);
        for (int n = 0; n < 10; n++) {
            resolved.iterate(with, 1, done -> {});
            double after = resolved.logLikelihood(with);
            assertThat(after).isGreaterThan(before);
            before = after;
        }
        double counted = 0;
        for (float count : data.counts()) {
            counted += count;
        }
        assertThat(TestScanner.dot(resolved.sensitivity(0), with) / counted).isCloseTo(1, within(1e-5));
        assertThat(distance(with, object)).isLessThan(distance(without, object));
    }

    private static double distance(float[] image, float[] truth) {
        double sum = 0;
        for (int v = 0; v < image.length; v++) {
            sum += ((double) image[v] - truth[v]) * (image[v] - truth[v]);
        }
        return sum;
    }

    @Test
    void impossible_weights_are_refused() {
        assertThatThrownBy(() -> new RelativeDifferencePrior(GRID, 2, 0, PARALLEL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("epsilon over 0, got 2.0 and 0.0");
        assertThatThrownBy(() -> new BlurredProjector(
                        new PlaneJoseph(TestScanner.SCANNER, GRID, PARALLEL), Double.NaN, PARALLEL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got NaN");
    }
}
