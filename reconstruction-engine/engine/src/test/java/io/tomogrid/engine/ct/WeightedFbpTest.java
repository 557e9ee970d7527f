package io.tomogrid.engine.ct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CtPhantom;
import io.tomogrid.imaging.ct.CtScanException;
import io.tomogrid.imaging.ct.CtView;
import io.tomogrid.imaging.ct.CurvedScan;
import io.tomogrid.imaging.ct.SimulatedCt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CTR-03, CTR-04: helical scans. */
class WeightedFbpTest {
    private static final Parallel TWO = new Parallel(2);
    private static final CtReconstruction.Wanted WANTED = new CtReconstruction.Wanted(64, 3.2, 2, Kernel.RAMP);

    /** About the balls. */
    private static final CtReconstruction.Wanted NARROW = new CtReconstruction.Wanted(54, 2, 1.2, Kernel.RAMP);

    @Test
    void water_is_0_hu_everywhere_in_it() throws Exception {
        CtReconstruction ct =
                CtReconstruction.of(TestCt.helix(3, TestCt.water(80)), CtPhantom.WATER_PER_MM, WANTED, TWO);
        assertThat(ct.method()).isEqualTo("helical weighted FBP");
        int slices = ct.grid().nz();
        assertThat(slices * ct.grid().sliceMm()).isBetween(15.0, 60.0);
        for (int k = 0; k < slices; k++) {
            double middle = TestCt.mean(ct.hu(), ct.grid(), 0, 0, 15, k, k);
            assertThat(middle).as("slice %d, middle", k).isCloseTo(0, within(4.0));
            for (double[] at : new double[][] {{55, 0}, {0, 55}, {-55, 0}, {0, -55}}) {
                assertThat(TestCt.mean(ct.hu(), ct.grid(), at[0], at[1], 12, k, k))
                        .as("slice %d, edge", k)
                        .isCloseTo(middle, within(5.0));
            }
            assertThat(TestCt.mean(ct.hu(), ct.grid(), 0, 96, 6, k, k)).isCloseTo(-1000, within(15.0));
        }
    }

    /** Both ways of turning, both ways of the table, and a circle. */
    @ParameterizedTest
    @CsvSource({"1, 20", "-1, 20", "1, -20", "1, 0"})
    void a_ball_is_found_where_it_is(int turns, double feed) throws Exception {
        Vec3 centre = new Vec3(35, -20, 2.4);
        List<CtView> views = SimulatedCt.views(
                        feed == 0 ? 192 : 384,
                        192,
                        feed == 0 ? 0 : -feed,
                        feed,
                        TestCt.SOURCE_MM,
                        List.of(CtView.Spot.CENTRE))
                .stream()
                .map(v -> new CtView(turns * v.angle() + 0.4, v.z(), v.radius(), v.spot()))
                .toList();
        CurvedScan scan = SimulatedCt.curved(TestCt.DETECTOR, views, TestCt.ball(centre, 14));
        CtReconstruction ct = CtReconstruction.of(scan, CtPhantom.WATER_PER_MM, NARROW, TWO);
        Vec3 found = TestCt.centre(attenuation(ct), ct.grid(), centre, 12);
        assertThat(found.minus(centre).length()).isLessThan(0.2);
    }

    /** A spot that flies along the fan, along z and both ways puts a ball where one that stands still does, to 0.1 voxel. */
    @ParameterizedTest
    @CsvSource({"0.0009, 0, 0", "0, 0.7, -5", "0.0009, 0.7, -5"})
    void a_flying_focal_spot_moves_nothing(double angle, double z, double radius) throws Exception {
        Vec3 centre = new Vec3(-42, 31, 1.3);
        List<CtView.Spot> spots = new ArrayList<>();
        spots.add(new CtView.Spot(angle, z, radius));
        spots.add(new CtView.Spot(-angle, -z, -radius));
        CtPhantom ball = TestCt.ball(centre, 14);
        CtReconstruction off = CtReconstruction.of(TestCt.helix(2, ball), CtPhantom.WATER_PER_MM, NARROW, TWO);
        CtReconstruction on = CtReconstruction.of(TestCt.helix(2, spots, ball), CtPhantom.WATER_PER_MM, NARROW, TWO);
        Vec3 still = TestCt.centre(attenuation(off), off.grid(), centre, 12);
        Vec3 flying = TestCt.centre(attenuation(on), on.grid(), centre, 12);
        assertThat(Math.abs(flying.x() - still.x())).isLessThan(0.1 * 2);
        assertThat(Math.abs(flying.y() - still.y())).isLessThan(0.1 * 2);
        assertThat(Math.abs(flying.z() - still.z())).isLessThan(0.1 * 1.2);
        assertThat(flying.minus(centre).length()).isLessThan(0.2);
    }

    /** CTR-01 */
    @Test
    void the_same_bits_on_any_threads() {
        CurvedScan scan = TestCt.helix(1.5, CtPhantom.quality(0, 400));
        CtGrid grid = new CtGrid(40, 40, 12, 5, 2, new Vec3(0, 0, 0));
        float[] one = new WeightedFbp(Kernel.HANN, new Parallel(1))
                .reconstruct(scan, grid)
                .attenuation();
        for (int threads : new int[] {2, 5}) {
            assertThat(new WeightedFbp(Kernel.HANN, new Parallel(threads))
                            .reconstruct(scan, grid)
                            .attenuation())
                    .isEqualTo(one);
        }
    }

    /** Noise: no bias, and the smooth kernel has less of it. */
    @Test
    void photon_noise_leaves_the_mean_of_water() throws Exception {
        CurvedScan scan = TestCt.helix(2, TestCt.water(60));
        var noisy = new CurvedScan(scan.detector(), scan.views(), SimulatedCt.noisy(scan.projections(), 2e4, 7));
        Map<Kernel, Double> deviation = new EnumMap<>(Kernel.class);
        for (Kernel kernel : Kernel.values()) {
            CtReconstruction ct = CtReconstruction.of(
                    noisy, CtPhantom.WATER_PER_MM, new CtReconstruction.Wanted(64, 3.2, 2, kernel), TWO);
            int last = ct.grid().nz() - 1;
            double mean = TestCt.mean(ct.hu(), ct.grid(), 0, 0, 40, 0, last);
            assertThat(mean).isCloseTo(0, within(4.0));
            float[] squares = new float[ct.hu().length];
            for (int n = 0; n < squares.length; n++) {
                squares[n] = (float) ((ct.hu()[n] - mean) * (ct.hu()[n] - mean));
            }
            deviation.put(kernel, Math.sqrt(TestCt.mean(squares, ct.grid(), 0, 0, 40, 0, last)));
        }
        assertThat(deviation.get(Kernel.RAMP)).isBetween(5.0, 200.0);
        assertThat(deviation.get(Kernel.HANN)).isLessThan(0.7 * deviation.get(Kernel.RAMP));
    }

    @Test
    void faults_of_a_scan_are_named() {
        CurvedScan scan = TestCt.helix(2, TestCt.water(60));
        List<CtView> gap = new ArrayList<>(scan.views());
        gap.remove(100);
        refused(with(scan, gap), "(7031,1001)", "a view is missing");
        scan.projections()[17][5] = Float.NaN;
        refused(scan, "(7FE0,0010) of view 18", "NaN");
        scan.projections()[17][5] = Float.POSITIVE_INFINITY;
        refused(scan, "(7FE0,0010) of view 18", "Infinity");
        scan.projections()[17][5] = 0;
        List<CtView> beside = new ArrayList<>(scan.views());
        beside.set(
                50, new CtView(beside.get(50).angle(), beside.get(50).z() + 9, TestCt.SOURCE_MM, CtView.Spot.CENTRE));
        refused(with(scan, beside), "(7031,1002)", "beside the helix");
        List<CtView> stray = new ArrayList<>(scan.views());
        stray.set(60, new CtView(stray.get(60).angle(), stray.get(60).z(), TestCt.SOURCE_MM, new CtView.Spot(0, 1, 0)));
        refused(with(scan, stray), "(7033,100B to 100D)", "view 62 out of turn");
        refused(with(scan, scan.views().subList(0, 90)), "(7031,1001)", "does not close");
        List<CtView> fast = scan.views().stream()
                .map(v -> new CtView(v.angle(), 8 * v.z(), v.radius(), v.spot()))
                .toList();
        refused(with(scan, fast), "no slice is seen from all around", "160.0 mm");
        assertThatThrownBy(() -> CtReconstruction.of(scan, 19.28, WANTED, TWO))
                .isInstanceOf(CtScanException.class)
                .hasMessageContaining("(7041,1001)")
                .hasMessageContaining("19.28");
        assertThatThrownBy(() -> new CtReconstruction.Wanted(512, 1e-3, 0, Kernel.RAMP))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.001");
        assertThatThrownBy(() -> CtReconstruction.of(
                        scan, CtPhantom.WATER_PER_MM, new CtReconstruction.Wanted(2048, 0.1, 0.15, Kernel.RAMP), TWO))
                .isInstanceOf(CtScanException.class)
                .hasMessageContaining("MB are free");
    }

    private static CurvedScan with(CurvedScan scan, List<CtView> views) {
        float[][] projections = Arrays.copyOf(scan.projections(), views.size());
        return new CurvedScan(scan.detector(), views, projections);
    }

    private static void refused(CurvedScan scan, String... words) {
        assertThatThrownBy(() -> CtReconstruction.of(scan, CtPhantom.WATER_PER_MM, WANTED, TWO))
                .isInstanceOf(CtScanException.class)
                .hasMessageContainingAll(words);
    }

    /** HU from air up, 0 outside the field of view. */
    private static float[] attenuation(CtReconstruction ct) {
        float[] above = new float[ct.hu().length];
        for (int n = 0; n < above.length; n++) {
            above[n] = Float.isNaN(ct.hu()[n]) ? 0 : ct.hu()[n] + 1000;
        }
        return above;
    }
}
