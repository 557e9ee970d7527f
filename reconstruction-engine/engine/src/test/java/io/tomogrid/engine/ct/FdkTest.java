package io.tomogrid.engine.ct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CtPhantom;
import io.tomogrid.imaging.ct.FlatScan;
import io.tomogrid.imaging.ct.SimulatedCt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CTR-02: parallel, fan and cone beam against what was measured. */
class FdkTest {
    private static final double WATER = CtPhantom.WATER_PER_MM;
    private static final CtGrid SLICE = new CtGrid(96, 96, 1, 2.5, 2.5, new Vec3(0, 0, 0));
    private final Fdk fdk = new Fdk(Kernel.RAMP, new Parallel(2));

    @Test
    void parallel_beams_give_water_its_attenuation() {
        var scan = SimulatedCt.parallel(180, 128, 2, TestCt.water(90));
        float[] image = new ParallelFbp(Kernel.RAMP, new Parallel(2)).reconstruct(scan, SLICE);
        assertThat(TestCt.mean(image, SLICE, 0, 0, 20, 0, 0)).isCloseTo(WATER, within(0.002 * WATER));
        assertThat(TestCt.mean(image, SLICE, 0, 70, 10, 0, 0)).isCloseTo(WATER, within(0.003 * WATER));
        assertThat(TestCt.mean(image, SLICE, 0, 105, 8, 0, 0)).isCloseTo(0, within(0.01 * WATER));
    }

    /** A full turn, a full turn the other way, and short scans with and without more than they need. */
    @ParameterizedTest
    @CsvSource({"1, 240", "-1, 240", "0.58, 150", "0.7, 180", "-0.7, 180"})
    void a_fan_beam_gives_water_its_attenuation(double turn, int views) {
        FlatScan scan = SimulatedCt.flat(TestCt.flat(192, 1, views, turn), TestCt.water(90));
        float[] image = fdk.reconstruct(scan, SLICE);
        assertThat(TestCt.mean(image, SLICE, 0, 0, 20, 0, 0)).isCloseTo(WATER, within(0.002 * WATER));
        assertThat(TestCt.mean(image, SLICE, 70, 0, 10, 0, 0)).isCloseTo(WATER, within(0.003 * WATER));
        assertThat(TestCt.mean(image, SLICE, -50, -50, 10, 0, 0)).isCloseTo(WATER, within(0.003 * WATER));
        assertThat(TestCt.mean(image, SLICE, 0, -105, 8, 0, 0)).isCloseTo(0, within(0.015 * WATER));
    }

    @Test
    void a_cone_beam_puts_a_ball_where_it_is() {
        Vec3 centre = new Vec3(41, -23, 9);
        FlatScan scan = SimulatedCt.flat(TestCt.flat(128, 48, 160, 1), TestCt.ball(centre, 30));
        CtGrid grid = new CtGrid(80, 80, 24, 2, 2, new Vec3(0, 0, 0));
        float[] image = fdk.reconstruct(scan, grid);
        assertThat(TestCt.centre(image, grid, centre, 22).minus(centre).length())
                .isLessThan(0.2);
        double volume = 0;
        for (float value : image) {
            volume += value / WATER * 8;
        }
        assertThat(volume).isCloseTo(Math.PI / 6 * 30 * 30 * 30, within(700.0));
    }

    /** The plain way: one voxel and view after another, four reads each. Also where quarters of a turn share work. */
    @ParameterizedTest
    @CsvSource({"18, 3, 1", "20, 0, 1", "20, 0, -1"})
    void columns_of_voxels_are_what_single_voxels_are(int ny, double x, int turn) {
        FlatScan scan = SimulatedCt.flat(TestCt.flat(96, 40, 60, turn), TestCt.ball(new Vec3(20, 10, -6), 40));
        CtGrid grid = new CtGrid(20, ny, 30, 4, 3.1, new Vec3(x, 0, 1));
        float[] image = fdk.reconstruct(scan, grid);
        float[][] filtered = fdk.filter(scan);
        double difference = 0;
        double square = 0;
        for (int j = 0; j < grid.ny(); j++) {
            for (int i = 0; i < grid.nx(); i++) {
                for (int k = 0; k < grid.nz(); k++) {
                    double plain = 0;
                    for (int view = 0; view < filtered.length; view++) {
                        plain += plain(scan, filtered[view], view, grid.x(i), grid.y(j), grid.z(k));
                    }
                    double voxel = image[grid.index(i, j, k)];
                    difference += (voxel - plain) * (voxel - plain);
                    square += plain * plain;
                }
            }
        }
        assertThat(Math.sqrt(difference / square)).isLessThan(1e-4);
    }

    private static double plain(FlatScan scan, float[] filtered, int view, double x, double y, double z) {
        double cos = Math.cos(scan.angle(view));
        double sin = Math.sin(scan.angle(view));
        double distance = 600 + x * sin - y * cos;
        double u = (x * cos + y * sin) * 900 / distance / scan.columnMm() + (scan.columns() - 1) / 2.0;
        double v = z * 900 / distance / scan.rowMm() + (scan.rows() - 1) / 2.0;
        int iu = (int) Math.floor(u);
        int iv = (int) Math.floor(v);
        if (iu < 0 || iv < 0 || iu >= scan.columns() - 1 || iv >= scan.rows() - 1) {
            return 0;
        }
        int at = iu * scan.rows() + iv;
        double left = filtered[at] * (1 - v + iv) + filtered[at + 1] * (v - iv);
        double right = filtered[at + scan.rows()] * (1 - v + iv) + filtered[at + scan.rows() + 1] * (v - iv);
        return (left * (1 - u + iu) + right * (u - iu)) * 600 / distance * 600 / distance;
    }

    /** CTR-01 */
    @Test
    void reconstruction_is_linear_and_the_same_bits_on_any_threads() {
        FlatScan one = SimulatedCt.flat(TestCt.flat(64, 16, 90, 1), TestCt.ball(new Vec3(10, 0, 2), 50));
        FlatScan other = SimulatedCt.flat(TestCt.flat(64, 16, 90, 1), TestCt.ball(new Vec3(-30, 20, 0), 60));
        float[][] sum = new float[90][64 * 16];
        for (int v = 0; v < 90; v++) {
            for (int n = 0; n < sum[v].length; n++) {
                sum[v][n] = one.projections()[v][n] + 2 * other.projections()[v][n];
            }
        }
        FlatScan both =
                new FlatScan(64, 16, one.columnMm(), one.rowMm(), 600, 900, one.firstAngle(), one.angleStep(), sum);
        CtGrid grid = CtGrid.cube(24, 5);
        float[] a = fdk.reconstruct(one, grid);
        float[] b = fdk.reconstruct(other, grid);
        float[] c = fdk.reconstruct(both, grid);
        for (int n = 0; n < c.length; n++) {
            assertThat((double) c[n]).isCloseTo(a[n] + 2.0 * b[n], within(2e-5 * WATER * 10));
        }
        for (int threads : new int[] {1, 3, 8}) {
            assertThat(new Fdk(Kernel.RAMP, new Parallel(threads)).reconstruct(both, grid))
                    .isEqualTo(c);
        }
    }

    @Test
    void less_than_half_a_turn_and_the_fan_is_refused() {
        assertThatThrownBy(() -> TestCt.flat(64, 1, 90, 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not close");
    }
}
