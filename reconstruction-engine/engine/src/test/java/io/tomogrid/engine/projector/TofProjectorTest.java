package io.tomogrid.engine.projector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.TofBins;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** REC-23: time of flight, of sinograms and of single events. */
class TofProjectorTest {
    private static final CylindricalScanner SCANNER = TestScanner.SCANNER;
    private static final PetGrid GRID = TestScanner.GRID;
    /** 9 bins of 18 mm: shorter than the lines, so that the outermost ones have more. */
    private static final TofBins BINS = new TofBins(9, 18, 33);

    private static TofPlaneJoseph sinogram(int threads) {
        return new TofPlaneJoseph(SCANNER, GRID, BINS, new Parallel(threads));
    }

    private static ListEvents events(int count, long seed) {
        Random random = new Random(seed);
        int[] lines = new int[count];
        short[] bins = new short[count];
        for (int n = 0; n < count; n++) {
            lines[n] = random.nextInt(SCANNER.bins());
            bins[n] = (short) random.nextInt(BINS.count());
        }
        return new ListEvents(SCANNER, BINS, lines, bins);
    }

    private static ListJoseph list(ListEvents events, int threads) {
        return new ListJoseph(new PlaneGeometry(SCANNER, GRID), events, new Parallel(threads));
    }

    @Test
    void the_bins_of_a_line_sum_to_the_line() {
        float[] image = TestScanner.random(GRID.voxels(), 1);
        float[] tof = new float[sinogram(2).values(48)];
        float[] whole = new float[SCANNER.bins()];
        sinogram(2).forward(image, TestScanner.allViews(), tof);
        new PlaneJoseph(SCANNER, GRID, new Parallel(2)).forward(image, TestScanner.allViews(), whole);
        for (int line = 0; line < SCANNER.lines(); line++) {
            for (int plane = 0; plane < SCANNER.planes(); plane++) {
                double sum = 0;
                for (int bin = 0; bin < BINS.count(); bin++) {
                    sum += tof[(line * BINS.count() + bin) * SCANNER.planes() + plane];
                }
                double expected = whole[line * SCANNER.planes() + plane];
                assertThat(sum)
                        .as("line %d, plane %d", line, plane)
                        .isCloseTo(expected, within(2e-5 * Math.max(1, expected)));
            }
        }
    }

    @Test
    void back_is_the_adjoint_of_forward() {
        float[] x = TestScanner.random(GRID.voxels(), 2);
        float[] y = TestScanner.random(sinogram(2).values(48), 3);
        float[] ax = new float[y.length];
        float[] aty = new float[x.length];
        sinogram(2).forward(x, TestScanner.allViews(), ax);
        sinogram(2).back(y, TestScanner.allViews(), aty);
        assertThat(TestScanner.dot(ax, y) / TestScanner.dot(x, aty)).isCloseTo(1, within(1e-6));
        ListJoseph list = list(events(30_000, 4), 2);
        float[] v = TestScanner.random(list.count(), 5);
        float[] av = new float[list.count()];
        list.forward(x, av);
        list.back(v, aty);
        assertThat(TestScanner.dot(av, v) / TestScanner.dot(x, aty)).isCloseTo(1, within(1e-6));
    }

    /** The two ways are one model. */
    @Test
    void an_event_expects_what_its_bin_of_the_sinogram_does() {
        float[] image = TestScanner.random(GRID.voxels(), 6);
        float[] tof = new float[sinogram(2).values(48)];
        sinogram(2).forward(image, TestScanner.allViews(), tof);
        ListEvents events = events(20_000, 7);
        ListJoseph list = list(events, 2);
        float[] found = new float[list.count()];
        list.forward(image, found);
        int[] order = list.order();
        for (int n = 0; n < found.length; n++) {
            int line = events.lines()[order[n]] / SCANNER.planes();
            int plane = events.lines()[order[n]] % SCANNER.planes();
            float expected = tof[(line * BINS.count() + events.bins()[order[n]]) * SCANNER.planes() + plane];
            assertThat(found[n]).as("event %d", n).isCloseTo(expected, within(2e-4f * Math.max(1, expected)));
        }
    }

    /** A small thing is measured around where it is, after the normal distribution of the resolution. */
    @Test
    void a_point_is_spread_by_the_resolution() {
        float[] image = new float[GRID.voxels()];
        int i = GRID.nx() / 2 + 8;
        int j = GRID.ny() / 2;
        image[(i * GRID.ny() + j) * GRID.nz() + 7] = 1;
        Vec3 at = GRID.centre(i, j, 7);
        float[] tof = new float[sinogram(2).values(48)];
        sinogram(2).forward(image, TestScanner.allViews(), tof);
        int checked = 0;
        for (int line = 0; line < SCANNER.lines(); line++) {
            CylindricalScanner.TransaxialLine ends = SCANNER.line(line / 40, line % 40);
            double[] values = new double[BINS.count()];
            double sum = 0;
            for (int bin = 0; bin < BINS.count(); bin++) {
                values[bin] = tof[(line * BINS.count() + bin) * SCANNER.planes() + 7];
                sum += values[bin];
            }
            if (sum < 2) {
                continue;
            }
            double mm = ((at.x() - (ends.x0() + ends.x1()) / 2) * (ends.x1() - ends.x0())
                            + (at.y() - (ends.y0() + ends.y1()) / 2) * (ends.y1() - ends.y0()))
                    / ends.length();
            for (int bin = 1; bin < BINS.count() - 1; bin++) {
                double expected = normal(((bin + 1 - 4.5) * 18 - mm) / BINS.sigmaMm())
                        - normal(((bin - 4.5) * 18 - mm) / BINS.sigmaMm());
                // voxels of 4 mm: what counts is where the line crosses the row, up to half a voxel away
                assertThat(values[bin] / sum).as("line %d, bin %d", line, bin).isCloseTo(expected, within(0.05));
            }
            checked++;
        }
        assertThat(checked).isGreaterThan(40);
    }

    private static double normal(double x) {
        int steps = 200;
        double sum = 0;
        for (int n = 0; n < steps; n++) {
            double t = -6 + (x + 6) * (n + 0.5) / steps;
            sum += Math.exp(-t * t / 2);
        }
        return sum * (x + 6) / steps / Math.sqrt(2 * Math.PI);
    }

    /** REC-02 */
    @Test
    void the_bits_do_not_depend_on_the_threads() {
        float[] x = TestScanner.random(GRID.voxels(), 8);
        float[] y = TestScanner.random(sinogram(1).values(48), 9);
        ListEvents events = events(60_000, 10);
        float[] v = TestScanner.random(events.count(), 11);
        float[][] results = new float[8][];
        for (int n = 0; n < 2; n++) {
            int threads = 1 + 3 * n;
            results[n] = new float[y.length];
            sinogram(threads).forward(x, TestScanner.allViews(), results[n]);
            results[2 + n] = new float[x.length];
            sinogram(threads).back(y, TestScanner.allViews(), results[2 + n]);
            ListJoseph list = list(events, threads);
            results[4 + n] = new float[v.length];
            list.forward(x, results[4 + n]);
            results[6 + n] = new float[x.length];
            list.back(v, results[6 + n]);
        }
        for (int n = 0; n < 8; n += 2) {
            assertThat(results[n + 1]).as("operation %d", n / 2).isEqualTo(results[n]);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 18, 33", "9, 0, 33", "9, 18, -1", "9, NaN, 33", "5000, 18, 33"})
    void impossible_bins_are_refused(int count, double width, double fwhm) {
        assertThatThrownBy(() -> new TofBins(count, width, fwhm))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("time of flight: expected");
    }

    @Test
    void events_that_are_no_lines_are_refused() {
        assertThatThrownBy(() -> new ListEvents(SCANNER, BINS, new int[] {3, -1}, new short[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got line -1, bin 0 in event 1");
        assertThatThrownBy(() -> new ListEvents(SCANNER, BINS, new int[2], new short[] {0, 9}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bin 9 in event 1");
    }
}
