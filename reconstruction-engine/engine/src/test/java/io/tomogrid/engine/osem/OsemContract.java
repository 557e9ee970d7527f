package io.tomogrid.engine.osem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.PlaneJoseph;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.projector.TestScanner;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** REC-03: what every backend's OSEM must do: invariants of maximum likelihood, Shepp & Vardi 1982. */
public abstract class OsemContract {
    private static final CylindricalScanner SCANNER = TestScanner.SCANNER;
    private static final PetGrid GRID = TestScanner.GRID;
    private static final Parallel PARALLEL = new Parallel(2);
    private final Projector projector = new PlaneJoseph(SCANNER, GRID, PARALLEL);

    private final List<Osem> open = new ArrayList<>();

    /** Of the test scanner. */
    protected abstract Osem osem(PetGrid grid, EmissionData data, int subsets, Parallel parallel);

    /** It is closed after the test. */
    private Osem open(PetGrid grid, EmissionData data, int subsets, Parallel parallel) {
        Osem osem = osem(grid, data, subsets, parallel);
        open.add(osem);
        return osem;
    }

    @AfterEach
    final void close() {
        open.forEach(Osem::close);
    }

    /** A warm cylinder with a hot ball beside its axis. */
    public static float[] object() {
        float[] image = new float[GRID.voxels()];
        for (int i = 0, n = 0; i < GRID.nx(); i++) {
            for (int j = 0; j < GRID.ny(); j++) {
                for (int k = 0; k < GRID.nz(); k++, n++) {
                    Vec3 p = GRID.centre(i, j, k);
                    double ball = p.minus(new Vec3(20, -10, 0)).length();
                    image[n] = ball < 12 ? 4 : Math.hypot(p.x(), p.y()) < 55 ? 1 : 0;
                }
            }
        }
        return image;
    }

    public static EmissionData data(float[] image, double additive, long noise) {
        Projector projector = new PlaneJoseph(SCANNER, GRID, PARALLEL);
        float[] multiplicative = new float[SCANNER.bins()];
        Random random = new Random(4);
        for (int n = 0; n < multiplicative.length; n++) {
            multiplicative[n] = n % 17 == 0 ? 0 : 0.1f + 0.4f * random.nextFloat();
        }
        float[] background = new float[SCANNER.lines()];
        Arrays.fill(background, (float) additive);
        float[] counts = new float[SCANNER.bins()];
        projector.forward(image, TestScanner.allViews(), counts);
        Random errors = new Random(noise);
        for (int n = 0; n < counts.length; n++) {
            double expected = multiplicative[n] * counts[n] + additive;
            counts[n] = (float)
                    (noise == 0
                            ? expected
                            : Math.max(0, Math.rint(expected + Math.sqrt(expected) * errors.nextGaussian())));
        }
        return new EmissionData(counts, multiplicative, background);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 5})
    void the_likelihood_never_decreases(double additive) {
        Osem mlem = open(GRID, data(object(), additive, 7), 1, PARALLEL);
        float[] image = mlem.start();
        double before = mlem.logLikelihood(image);
        for (int n = 0; n < 12; n++) {
            mlem.update(image, 0);
            double after = mlem.logLikelihood(image);
            assertThat(after).as("update %d", n).isGreaterThan(before);
            before = after;
        }
    }

    @Test
    void without_a_background_the_counts_are_kept() {
        EmissionData data = data(object(), 0, 7);
        double counted = 0;
        for (int n = 0; n < data.counts().length; n++) {
            counted += data.counts()[n];
        }
        Osem mlem = open(GRID, data, 1, PARALLEL);
        float[] image = mlem.start();
        for (int n = 0; n < 3; n++) {
            mlem.update(image, 0);
            double expected = TestScanner.dot(mlem.sensitivity(0), image);
            assertThat(expected / counted).as("update %d", n).isCloseTo(1, within(1e-5));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 2})
    void the_truth_is_a_fixed_point_of_data_without_noise(double additive) {
        float[] truth = object();
        Osem osem = open(GRID, data(truth, additive, 0), 4, PARALLEL);
        float[] image = truth.clone();
        osem.iterate(image, 2, n -> {});
        for (int v = 0; v < truth.length; v++) {
            assertThat(image[v]).as("voxel %d", v).isCloseTo(truth[v], within(2e-4f * Math.max(1, truth[v])));
        }
    }

    /** The same background given once for a line, or for each of its bins. */
    @Test
    void an_additive_term_of_each_bin_is_that_of_its_line() {
        EmissionData ofLines = data(object(), 0.5, 7);
        float[] bins = new float[SCANNER.bins()];
        for (int n = 0; n < bins.length; n++) {
            bins[n] = ofLines.additive()[n / SCANNER.planes()];
        }
        EmissionData ofBins = new EmissionData(ofLines.counts(), ofLines.multiplicative(), bins);
        Osem lines = open(GRID, ofLines, 4, PARALLEL);
        Osem each = open(GRID, ofBins, 4, PARALLEL);
        float[] expected = lines.start();
        float[] found = each.start();
        lines.iterate(expected, 1, n -> {});
        each.iterate(found, 1, n -> {});
        assertThat(found).isEqualTo(expected);
        assertThat(each.logLikelihood(found)).isEqualTo(lines.logLikelihood(expected));
    }

    /** Scatter differs from plane to plane; without noise the truth stays. */
    @Test
    void the_truth_is_a_fixed_point_with_an_additive_term_that_differs_in_each_bin() {
        float[] truth = object();
        EmissionData none = data(truth, 0, 0);
        float[] additive = TestScanner.random(SCANNER.bins(), 12);
        float[] counts = none.counts().clone();
        for (int n = 0; n < counts.length; n++) {
            counts[n] += additive[n];
        }
        Osem osem = open(GRID, new EmissionData(counts, none.multiplicative(), additive), 4, PARALLEL);
        float[] image = truth.clone();
        osem.iterate(image, 2, n -> {});
        for (int v = 0; v < truth.length; v++) {
            assertThat(image[v]).as("voxel %d", v).isCloseTo(truth[v], within(2e-4f * Math.max(1, truth[v])));
        }
    }

    /** MLEM as the textbook has it, in double precision but for the projections. */
    @Test
    void one_subset_is_mlem() {
        EmissionData data = data(object(), 1, 7);
        Osem osem = open(GRID, data, 1, PARALLEL);
        float[] image = osem.start();
        float[] expected = image.clone();
        osem.iterate(image, 2, n -> {});
        float[] sensitivity = new float[GRID.voxels()];
        projector.back(data.multiplicative(), TestScanner.allViews(), sensitivity);
        for (int iteration = 0; iteration < 2; iteration++) {
            float[] line = new float[SCANNER.bins()];
            projector.forward(expected, TestScanner.allViews(), line);
            for (int n = 0; n < line.length; n++) {
                line[n] = (float) ((double) data.multiplicative()[n]
                        * data.counts()[n]
                        / ((double) data.multiplicative()[n] * line[n] + data.additive()[n / SCANNER.planes()]));
            }
            float[] correction = new float[GRID.voxels()];
            projector.back(line, TestScanner.allViews(), correction);
            for (int v = 0; v < expected.length; v++) {
                expected[v] = sensitivity[v] > 0 ? (float) ((double) expected[v] * correction[v] / sensitivity[v]) : 0;
            }
        }
        for (int v = 0; v < image.length; v++) {
            assertThat(image[v]).as("voxel %d", v).isCloseTo(expected[v], within(1e-5f * Math.max(1, expected[v])));
        }
    }

    @Test
    void subsets_hasten_the_likelihood() {
        EmissionData data = data(object(), 0.5, 7);
        Osem mlem = open(GRID, data, 1, PARALLEL);
        Osem osem = open(GRID, data, 8, PARALLEL);
        float[] slow = mlem.start();
        float[] fast = osem.start();
        mlem.iterate(slow, 3, n -> {});
        osem.iterate(fast, 3, n -> {});
        assertThat(mlem.logLikelihood(fast)).isGreaterThan(mlem.logLikelihood(slow));
    }

    @Test
    void voxels_that_no_line_sees_stay_nothing_and_all_others_finite() {
        PetGrid beyondTheRing = new PetGrid(64, 64, 15, 4, 2.5);
        Osem osem = open(beyondTheRing, data(object(), 0.5, 7), 8, PARALLEL);
        float[] image = osem.start();
        osem.iterate(image, 2, n -> {});
        float[] seen = new float[image.length];
        for (int subset = 0; subset < 8; subset++) {
            float[] sensitivity = osem.sensitivity(subset);
            for (int v = 0; v < seen.length; v++) {
                seen[v] += sensitivity[v];
            }
        }
        int unseen = 0;
        for (int v = 0; v < image.length; v++) {
            assertThat(image[v]).as("voxel %d", v).isGreaterThanOrEqualTo(0).isFinite();
            if (seen[v] == 0) {
                assertThat(image[v]).isZero();
                unseen++;
            }
        }
        assertThat(unseen).isGreaterThan(0);
    }

    @Test
    void an_acquisition_without_counts_is_an_empty_image() {
        EmissionData none = new EmissionData(
                new float[SCANNER.bins()], data(object(), 0, 0).multiplicative(), new float[SCANNER.lines()]);
        Osem osem = open(GRID, none, 4, PARALLEL);
        float[] image = osem.start();
        osem.iterate(image, 1, n -> {});
        assertThat(image).containsOnly(0f);
    }

    /** REC-02 */
    @Test
    void the_bits_do_not_depend_on_the_threads() {
        EmissionData data = data(object(), 0.5, 7);
        float[][] images = new float[2][];
        for (int n = 0; n < 2; n++) {
            Parallel parallel = new Parallel(1 + 2 * n);
            Osem osem = open(GRID, data, 4, parallel);
            images[n] = osem.start();
            osem.iterate(images[n], 1, done -> {});
        }
        assertThat(images[1]).isEqualTo(images[0]);
    }

    @Test
    void an_interrupted_thread_reconstructs_no_further() {
        Osem osem = open(GRID, data(object(), 0.5, 7), 4, PARALLEL);
        float[] image = osem.start();
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> osem.iterate(image, 1, done -> {})).isInstanceOf(CancellationException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 8, 21})
    void every_subset_has_its_turn(int count) {
        int[] order = Osem.order(count);
        Arrays.sort(order);
        for (int n = 0; n < count; n++) {
            assertThat(order[n]).isEqualTo(n);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 5, 49})
    void subsets_that_do_not_divide_the_views_are_refused(int subsets) {
        assertThatThrownBy(() -> open(GRID, data(object(), 0, 0), subsets, PARALLEL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("divides 48 views, got " + subsets);
    }
}
