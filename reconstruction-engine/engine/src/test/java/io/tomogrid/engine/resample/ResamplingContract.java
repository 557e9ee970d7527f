package io.tomogrid.engine.resample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Phantoms;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of trilinear resampling, whoever does it (PRC-04). */
public abstract class ResamplingContract {
    protected abstract Volume resample(Volume source, VolumeGeometry target, float outside);

    protected static Stream<VolumeGeometry> sources() {
        return Stream.of(
                Phantoms.aligned(20, 18, 16, 4, 4.1, 3),
                Phantoms.aligned(20, 18, 16, 4, -4.1, -3),
                Phantoms.grid(20, 18, 16, new Vec3(0, 4, 0), new Vec3(0, 0, -4), new Vec3(5, 0, 0)),
                Phantoms.sheared(22, 21, 20, 4));
    }

    /** Within the voxel centres of each source. */
    private static VolumeGeometry inner() {
        return Phantoms.aligned(31, 27, 23, 0.9, 1.1, 1.3);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void a_linear_function_comes_out_exact(VolumeGeometry from) {
        Volume out = resample(Phantoms.of(from, p -> 3 + 0.5 * p.x() - 0.25 * p.y() + 0.125 * p.z()), inner(), -1);
        assertSame(out, Phantoms.of(inner(), p -> 3 + 0.5 * p.x() - 0.25 * p.y() + 0.125 * p.z()), 1e-5);
    }

    @Test
    void a_trilinear_function_comes_out_exact() {
        Volume out = resample(
                Phantoms.of(Phantoms.aligned(20, 18, 16, 4, 4.1, 3), ResamplingContract::trilinear), inner(), -1);
        assertSame(out, Phantoms.of(inner(), ResamplingContract::trilinear), 2e-5);
    }

    private static double trilinear(Vec3 p) {
        return 2
                + 0.1 * p.x()
                - 0.2 * p.y()
                + 0.01 * p.x() * p.y()
                - 0.02 * p.y() * p.z()
                + 0.001 * p.x() * p.y() * p.z();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void a_constant_stays_that_constant(VolumeGeometry from) {
        assertThat(resample(Phantoms.of(from, p -> 0.1), inner(), -1).voxels()).containsOnly(0.1f);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void a_grid_onto_itself_keeps_its_bits(VolumeGeometry grid) {
        Volume source = Phantoms.random(grid, 11, -1000, 3000);
        assertThat(resample(source, grid, -1).voxels()).containsExactly(source.voxels());
    }

    @Test
    void voxels_reach_to_their_faces_and_the_outside_has_its_value() {
        Volume source = Phantoms.of(Phantoms.aligned(1, 1, 1, 4, 4, 4), p -> 7);
        for (double[] shift : new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}) {
            Vec3 axis = new Vec3(shift[0], shift[1], shift[2]);
            assertThat(resample(source, onePoint(axis.times(1.99)), -1).at(0, 0, 0))
                    .isEqualTo(7);
            assertThat(resample(source, onePoint(axis.times(-1.99)), -1).at(0, 0, 0))
                    .isEqualTo(7);
            assertThat(resample(source, onePoint(axis.times(2.01)), -1).at(0, 0, 0))
                    .isEqualTo(-1);
            assertThat(resample(source, onePoint(axis.times(-2.01)), -1).at(0, 0, 0))
                    .isEqualTo(-1);
        }
    }

    private static VolumeGeometry onePoint(Vec3 at) {
        return new VolumeGeometry(
                new GridSize(1, 1, 1), at, new Vec3(1, 0, 0), new Vec3(0, 1, 0), new Vec3(0, 0, 1), Phantoms.FRAME);
    }

    @Test
    void nothing_in_common_is_all_outside() {
        VolumeGeometry far = Phantoms.aligned(3, 3, 3, 1, 1, 1);
        VolumeGeometry away = new VolumeGeometry(
                far.size(), new Vec3(500, 500, 500), far.columnStep(), far.rowStep(), far.sliceStep(), Phantoms.FRAME);
        assertThat(resample(Phantoms.of(far, p -> 1), away, -3).voxels()).containsOnly(-3);
    }

    @Test
    void halving_the_voxels_conserves_the_sum() {
        Volume source = Phantoms.random(Phantoms.aligned(12, 10, 8, 4, 4, 4), 12, 0, 10);
        Volume fine = resample(source, Phantoms.aligned(24, 20, 16, 2, 2, 2), 0);
        assertThat(sum(fine) / 8).isCloseTo(sum(source), within(1e-5 * sum(source)));
    }

    private static double sum(Volume volume) {
        double sum = 0;
        for (float value : volume.voxels()) {
            sum += value;
        }
        return sum;
    }

    @Test
    void interpolation_stays_between_its_neighbours() {
        Volume source = Phantoms.random(Phantoms.sheared(9, 9, 9, 4), 13, 5, 6);
        for (float value : resample(source, inner(), 5.5f).voxels()) {
            assertThat(value).isBetween(5f, 6f);
        }
    }

    @Test
    void another_frame_of_reference_is_refused() {
        VolumeGeometry g = Phantoms.aligned(3, 3, 3, 1, 1, 1);
        VolumeGeometry other =
                new VolumeGeometry(g.size(), g.origin(), g.columnStep(), g.rowStep(), g.sliceStep(), "2.25.99");
        assertThatThrownBy(() -> resample(Phantoms.of(g, p -> 1), other, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2.25.99")
                .hasMessageContaining(Phantoms.FRAME)
                .hasMessageContaining("register");
    }

    private static void assertSame(Volume actual, Volume expected, double tolerance) {
        assertThat(actual.geometry()).isEqualTo(expected.geometry());
        for (int n = 0; n < expected.voxels().length; n++) {
            assertThat(actual.voxels()[n]).isCloseTo(expected.voxels()[n], within((float) tolerance));
        }
    }
}
