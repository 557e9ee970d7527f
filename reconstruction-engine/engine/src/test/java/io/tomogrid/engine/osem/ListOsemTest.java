package io.tomogrid.engine.osem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.BlurredProjector;
import io.tomogrid.engine.projector.PlaneJoseph;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.projector.TestScanner;
import io.tomogrid.engine.projector.TofPlaneJoseph;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.TofBins;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** REC-23: reconstruction of single events. */
class ListOsemTest {
    private static final CylindricalScanner SCANNER = TestScanner.SCANNER;
    private static final PetGrid GRID = TestScanner.GRID;
    private static final TofBins BINS = new TofBins(9, 18, 33);
    private static final Parallel PARALLEL = new Parallel(2);

    /** Events drawn from what an object and a background are expected to give. */
    private static ListEvents drawn(float[] object, float[] multiplicative, float background, int about) {
        var projector = new TofPlaneJoseph(SCANNER, GRID, BINS, PARALLEL);
        float[] expected = new float[projector.values(48)];
        projector.forward(object, TestScanner.allViews(), expected);
        double all = 0;
        for (int n = 0; n < expected.length; n++) {
            expected[n] = expected[n] * multiplicative[line(n)] + background;
            all += expected[n];
        }
        double scale = about / all;
        Random random = new Random(3);
        int[] lines = new int[2 * about];
        short[] bins = new short[2 * about];
        int count = 0;
        for (int n = 0; n < expected.length; n++) {
            // few expect more than a fraction of a count: rounded up or down by chance keeps the mean
            int counts = (int) Math.floor(expected[n] * scale + random.nextDouble());
            for (int c = 0; c < counts; c++, count++) {
                lines[count] = line(n);
                bins[count] = (short) (n / SCANNER.planes() % BINS.count());
            }
        }
        return new ListEvents(SCANNER, BINS, Arrays.copyOf(lines, count), Arrays.copyOf(bins, count));
    }

    /** Bin without time of flight of a value of the projections. */
    private static int line(int n) {
        return n / (SCANNER.planes() * BINS.count()) * SCANNER.planes() + n % SCANNER.planes();
    }

    @Test
    void an_object_comes_back_and_without_background_the_counts_are_kept() {
        float[] object = OsemContract.object();
        float[] multiplicative = new float[SCANNER.bins()];
        for (int n = 0; n < multiplicative.length; n++) {
            multiplicative[n] = n % 13 == 0 ? 0 : 0.2f + n % 7 * 0.05f;
        }
        ListEvents events = drawn(object, multiplicative, 0, 150_000);
        var projector = new PlaneJoseph(SCANNER, GRID, PARALLEL);
        var one = new ListOsem(projector, events, multiplicative, new float[SCANNER.bins()], 1, PARALLEL);
        float[] image = new float[GRID.voxels()];
        Arrays.fill(image, 1);
        for (int n = 0; n < 2; n++) {
            one.iterate(image, 1);
            double seen = TestScanner.dot(one.sensitivity(), image);
            assertThat(seen / events.count()).isCloseTo(1, within(1e-4));
        }
        var subsets = new ListOsem(projector, events, multiplicative, new float[SCANNER.bins()], 4, PARALLEL);
        subsets.iterate(image, 3);
        assertThat(ratioOfBallToCylinder(image)).isBetween(3.0, 4.6);
    }

    /** The same counts as events and as sinograms with time of flight: the same image to 1e-3, and the counts in sum. */
    @Test
    void events_and_sinograms_agree_and_keep_the_counts() {
        float[] multiplicative = new float[SCANNER.bins()];
        Arrays.fill(multiplicative, 0.3f);
        ListEvents events = drawn(OsemContract.object(), multiplicative, 0, 100_000);
        float[] counts = new float[SCANNER.bins() * BINS.count()];
        int planes = SCANNER.planes();
        for (int n = 0; n < events.count(); n++) {
            int line = events.lines()[n] / planes;
            counts[(line * BINS.count() + events.bins()[n]) * planes + events.lines()[n] % planes]++;
        }
        for (double psf : new double[] {0, 6}) {
            Projector list = projector(psf);
            float[] ofEvents = new float[GRID.voxels()];
            Arrays.fill(ofEvents, 1);
            var one = new ListOsem(list, events, multiplicative, new float[SCANNER.bins()], 1, PARALLEL);
            one.iterate(ofEvents, 3);
            float[] ofBins = new float[GRID.voxels()];
            Arrays.fill(ofBins, 1);
            try (Osem osem = new Osem(new TofUpdates(
                    projector(psf), BINS, counts, multiplicative, new float[counts.length], 1, PARALLEL))) {
                osem.iterate(ofBins, 3, done -> {});
            }
            double squares = 0;
            double all = 0;
            for (int v = 0; v < ofBins.length; v++) {
                squares += Math.pow(ofBins[v] - ofEvents[v], 2);
                all += Math.pow(ofBins[v], 2);
            }
            assertThat(Math.sqrt(squares / all)).as("psf %s", psf).isLessThan(1e-3);
            assertThat(TestScanner.dot(one.sensitivity(), ofBins) / events.count())
                    .isCloseTo(1, within(1e-4));
            assertThat(TestScanner.dot(one.sensitivity(), ofEvents) / events.count())
                    .isCloseTo(1, within(1e-4));
        }
    }

    /** Along the prior the objective grows, and what is alike stays more alike. */
    @Test
    void a_prior_smooths_what_few_events_say() {
        float[] multiplicative = new float[SCANNER.bins()];
        Arrays.fill(multiplicative, 0.3f);
        ListEvents events = drawn(OsemContract.object(), multiplicative, 0, 30_000);
        var osem = new ListOsem(projector(0), events, multiplicative, new float[SCANNER.bins()], 1, PARALLEL);
        float[] image = osem.start(events.count());
        osem.iterate(image, 2);
        double seen = 0;
        for (float value : osem.sensitivity()) {
            seen = Math.max(seen, value);
        }
        var bsrem = new Bsrem(osem, new RelativeDifferencePrior(GRID, 2, 1e-6, PARALLEL), 0.02 * seen, 0.1);
        double before = bsrem.objective(image);
        bsrem.iterate(image, 5);
        assertThat(bsrem.objective(image)).isGreaterThan(before);
        float[] without = osem.start(events.count());
        osem.iterate(without, 7);
        assertThat(bsrem.prior().value(image)).isLessThan(bsrem.prior().value(without));
    }

    private static Projector projector(double psf) {
        Projector sharp = new PlaneJoseph(SCANNER, GRID, PARALLEL);
        return psf > 0 ? new BlurredProjector(sharp, psf, PARALLEL) : sharp;
    }

    @Test
    void a_background_is_taken_off() {
        float[] object = OsemContract.object();
        float[] multiplicative = new float[SCANNER.bins()];
        Arrays.fill(multiplicative, 0.3f);
        float[] expected = new float[SCANNER.bins()];
        ListEvents events = drawn(object, multiplicative, 0.8f, 200_000);
        // the drawing is scaled to a number of events; the background is scaled alike
        double all = 0;
        var projector = new PlaneJoseph(SCANNER, GRID, PARALLEL);
        projector.forward(object, TestScanner.allViews(), expected);
        for (float value : expected) {
            all += 0.3 * value + 0.8 * BINS.count();
        }
        float[] background = new float[SCANNER.bins()];
        Arrays.fill(background, (float) (0.8 * 200_000 / all));
        float[] image = new float[GRID.voxels()];
        Arrays.fill(image, 1);
        new ListOsem(projector, events, multiplicative, background, 4, PARALLEL).iterate(image, 4);
        double scale = 200_000 / all;
        assertThat(meanInside(image) / meanInside(object) / scale).isCloseTo(1, within(0.06));
        float[] blind = new float[GRID.voxels()];
        Arrays.fill(blind, 1);
        new ListOsem(projector, events, multiplicative, new float[SCANNER.bins()], 4, PARALLEL).iterate(blind, 4);
        assertThat(meanInside(blind) / meanInside(object) / scale).isGreaterThan(1.09);
    }

    private static double meanInside(float[] image) {
        float[] object = OsemContract.object();
        double sum = 0;
        int count = 0;
        for (int v = 0; v < image.length; v++) {
            if (object[v] > 0) {
                sum += image[v];
                count++;
            }
        }
        return sum / count;
    }

    /** The object's ball has 4 times as much. */
    private static double ratioOfBallToCylinder(float[] image) {
        float[] object = OsemContract.object();
        double[] sums = new double[2];
        int[] counts = new int[2];
        for (int v = 0; v < image.length; v++) {
            if (object[v] > 0) {
                int which = object[v] > 2 ? 1 : 0;
                sums[which] += image[v];
                counts[which]++;
            }
        }
        return sums[1] / counts[1] / (sums[0] / counts[0]);
    }
}
