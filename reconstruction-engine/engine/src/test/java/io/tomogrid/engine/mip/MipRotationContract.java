package io.tomogrid.engine.mip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.Phantoms;
import io.tomogrid.engine.resample.Resampler;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of rotating projections, whoever makes them (PRC-05, PRC-07). */
public abstract class MipRotationContract {
    /** The one to test, with so many threads on the processors. */
    protected abstract MipRotation rotations(int threads);

    private MipRotation mip() {
        return rotations(2);
    }

    protected static Stream<VolumeGeometry> grids() {
        return Stream.of(
                Phantoms.aligned(15, 13, 70, 4, 4.2, 3),
                Phantoms.aligned(31, 30, 9, -1.5, -1.4, -5),
                Phantoms.sheared(14, 15, 16, 4));
    }

    @ParameterizedTest
    @MethodSource("grids")
    void pet_equals_brute_force_bit_for_bit(VolumeGeometry grid) {
        Volume suv = Phantoms.random(grid, 31, -1, 20);
        for (int frames : new int[] {7, 12}) {
            GreyRotation mip = mip().pet(suv, frames, 2.5);
            assertThat(Arrays.equals(mip.pixels(), bruteForce(suv, mip.geometry(), 0, 256)))
                    .as(frames + " frames")
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("grids")
    void ct_equals_brute_force_bit_for_bit(VolumeGeometry grid) {
        RotationGeometry frames = mip().pet(Phantoms.random(Phantoms.sheared(14, 15, 16, 4), 32, 0, 9), 5, 3)
                .geometry();
        Volume hu = Phantoms.random(grid, 33, -1024, 3071);
        short[] pixels = mip().ct(hu, frames, MipRotation.BONE_WINDOW).pixels();
        assertThat(Arrays.equals(pixels, bruteForce(hu, frames, -32768, 1))).isTrue();
    }

    /** The definition of {@link MipRotation}, word by word. */
    private static short[] bruteForce(Volume volume, RotationGeometry frames, float zero, float perUnit) {
        VolumeGeometry grid = frames.nodes();
        GridSize size = grid.size();
        float[] sampled =
                new Resampler(new Parallel(1)).resample(volume, grid, Float.NaN).voxels();
        int[] nodes = new int[sampled.length];
        for (int n = 0; n < nodes.length; n++) {
            nodes[n] = stored(sampled[n], zero, perUnit);
        }
        GridSize voxels = volume.geometry().size();
        for (int n = 0; n < volume.voxels().length; n++) {
            Vec3 at = grid.toVoxel(volume.geometry()
                    .toPatient(n % voxels.nx(), n / voxels.nx() % voxels.ny(), n / voxels.nx() / voxels.ny()));
            int i = (int) Math.floor(at.x() + 0.5 + 1e-6);
            int j = (int) Math.floor(at.y() + 0.5 + 1e-6);
            int k = (int) Math.floor(at.z() + 0.5 + 1e-6);
            if (i >= 0 && j >= 0 && k >= 0 && i < size.nx() && j < size.ny() && k < size.nz()) {
                nodes[size.index(i, j, k)] =
                        Math.max(nodes[size.index(i, j, k)], stored(volume.voxels()[n], zero, perUnit));
            }
        }
        short[] pixels = new short[frames.pixels()];
        int half = frames.frames() % 2 == 0 ? frames.frames() / 2 : frames.frames();
        for (int frame = 0; frame < frames.frames(); frame++) {
            double cos = StrictMath.cos(2 * Math.PI * (frame % half) / frames.frames());
            double sin = StrictMath.sin(2 * Math.PI * (frame % half) / frames.frames());
            for (int n = 0; n < nodes.length; n++) {
                int a = n % size.nx() - frames.reach();
                int b = n / size.nx() % size.ny() - frames.reach();
                if (a * a + b * b <= frames.reach() * frames.reach()) {
                    int column = (int) Math.floor(a * cos + (frames.reach() + 0.5) + b * sin);
                    int pixel = frames.index(
                            frame, n / size.nx() / size.ny(), frame < half ? column : 2 * frames.reach() - column);
                    pixels[pixel] = (short) Math.max(Short.toUnsignedInt(pixels[pixel]), nodes[n]);
                }
            }
        }
        return pixels;
    }

    private static int stored(float value, float zero, float perUnit) {
        return Float.isNaN(value) ? 0 : Math.max(0, (int) Math.floor((value - zero) * perUnit + 0.5f));
    }

    @ParameterizedTest
    @MethodSource("grids")
    void the_maximum_of_the_volume_is_the_maximum_of_every_frame(VolumeGeometry grid) {
        Volume suv = Phantoms.random(grid, 34, 0, 20);
        float largest = 0;
        for (float value : suv.voxels()) {
            largest = Math.max(largest, value);
        }
        GreyRotation mip = mip().pet(suv, 36);
        for (int frame = 0; frame < 36; frame++) {
            int[] at = hottest(mip, frame);
            assertThat(mip.value(frame, at[0], at[1])).isCloseTo(largest, within(0.5 / 256));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 36, 60})
    void a_hot_voxel_follows_its_sinusoid(int frames) {
        VolumeGeometry grid = Phantoms.aligned(41, 41, 21, 4, 4, 3);
        Vec3 hot = grid.toPatient(33, 11, 4);
        double r = Math.hypot(hot.x(), hot.y());
        double phi0 = Math.atan2(hot.y(), hot.x());
        GreyRotation mip = mip().pet(Phantoms.of(grid, p -> p.minus(hot).length() < 1 ? 9 : 0), frames, 2);
        for (int frame = 0; frame < frames; frame++) {
            int[] at = hottest(mip, frame);
            double x = (at[1] - mip.geometry().reach()) * 2;
            double z = ((mip.geometry().rows() - 1) / 2.0 - at[0]) * 2;
            assertThat(x).isCloseTo(r * Math.cos(phi0 - 2 * Math.PI * frame / frames), within(1 + Math.sqrt(2)));
            assertThat(z).isCloseTo(hot.z(), within(1.0));
            // The same by way of the attributes that a frame carries.
            Vec3 pixel = mip.geometry()
                    .position(frame)
                    .plus(mip.geometry().columnDirection(frame).times(2.0 * at[1]))
                    .plus(mip.geometry().rowDirection().times(2.0 * at[0]));
            Vec3 offset = hot.minus(pixel);
            assertThat(offset.dot(mip.geometry().columnDirection(frame))).isCloseTo(0, within(1 + Math.sqrt(2)));
            assertThat(offset.dot(mip.geometry().rowDirection())).isCloseTo(0, within(1.0));
        }
    }

    @Test
    void the_viewer_goes_from_the_front_by_the_left_to_the_back() {
        VolumeGeometry grid = Phantoms.aligned(41, 41, 5, 4, 4, 4);
        GreyRotation leftSide = mip().pet(spot(grid, new Vec3(60, 0, 0)), 4);
        GreyRotation front = mip().pet(spot(grid, new Vec3(0, -60, 0)), 4);
        int axis = leftSide.geometry().reach();
        assertThat(hottest(leftSide, 0)[1]).isGreaterThan(axis + 10);
        assertThat(hottest(leftSide, 1)[1]).isCloseTo(axis, within(1));
        assertThat(hottest(leftSide, 2)[1]).isLessThan(axis - 10);
        assertThat(hottest(front, 1)[1]).isLessThan(axis - 10);
        assertThat(leftSide.geometry().viewDirection(0).minus(new Vec3(0, 1, 0)).length())
                .isLessThan(1e-12);
        assertThat(leftSide.geometry()
                        .viewDirection(1)
                        .minus(new Vec3(-1, 0, 0))
                        .length())
                .isLessThan(1e-12);
    }

    private static Volume spot(VolumeGeometry grid, Vec3 at) {
        return Phantoms.of(grid, p -> p.minus(at).length() < 2 ? 9 : 0);
    }

    @Test
    void a_uniform_cylinder_has_no_gaps_and_its_width_at_every_angle() {
        VolumeGeometry grid = Phantoms.aligned(61, 61, 9, 4, 4, 4);
        GreyRotation mip = mip().pet(Phantoms.of(grid, p -> Math.hypot(p.x(), p.y()) <= 80 ? 3 : 0), 60, 2);
        RotationGeometry g = mip.geometry();
        for (int frame = 0; frame < 60; frame++) {
            for (int row = 0; row < g.rows(); row++) {
                for (int column = 0; column < g.columns(); column++) {
                    double x = Math.abs(column - g.reach()) * 2;
                    if (x <= 80 - 2 * 4) {
                        assertThat(mip.value(frame, row, column)).isEqualTo(3);
                    } else if (x >= 80 + 4 + 2) {
                        assertThat(mip.value(frame, row, column)).isZero();
                    }
                }
            }
        }
    }

    @Test
    void nothing_hot_gives_dark_frames() {
        VolumeGeometry grid = Phantoms.aligned(9, 9, 1, 4, 4, 4);
        GreyRotation mip = mip().pet(Phantoms.of(grid, p -> Double.NaN), 3);
        assertThat(mip.geometry().rows()).isEqualTo(1);
        assertThat(mip.pixels()).containsOnly((short) 0);
    }

    @Test
    void values_beyond_sixteen_bit_are_the_largest() {
        VolumeGeometry grid = Phantoms.aligned(9, 9, 3, 4, 4, 4);
        GreyRotation mip = mip().pet(spot(grid, new Vec3(0, 0, 0)), 2);
        assertThat(mip.slope()).isEqualTo(0.00390625);
        GreyRotation hot = mip().pet(Phantoms.of(grid, p -> 1e6), 2);
        assertThat(hot.value(1, 1, hot.geometry().reach())).isEqualTo(65535 / 256.0);
    }

    @Test
    void fused_pixels_follow_the_formula() {
        VolumeGeometry grid = Phantoms.aligned(15, 15, 12, 4, 4, 4);
        GreyRotation pet = mip().pet(Phantoms.random(grid, 35, 0, 8), 6);
        GreyRotation ct = mip().ct(
                        Phantoms.random(Phantoms.aligned(11, 11, 7, 4, 4, 5), 36, -900, 1500),
                        pet.geometry(),
                        new Window(0, 1200));
        byte[] rgb = mip().fused(pet, ct).rgb();
        for (int n = 0; n < pet.pixels().length; n++) {
            int p = level(Short.toUnsignedInt(pet.pixels()[n]) / 256.0, 0, 7);
            int g = level(Short.toUnsignedInt(ct.pixels()[n]) - 32768.0, 0, 1200);
            int[] hot = {Math.min(255, 3 * p), Math.max(0, Math.min(255, 3 * p - 255)), Math.max(0, 3 * p - 510)};
            for (int channel = 0; channel < 3; channel++) {
                assertThat(Byte.toUnsignedInt(rgb[3 * n + channel]))
                        .isEqualTo((g * (255 - p) + hot[channel] * p + 127) / 255);
            }
        }
    }

    private static int level(double value, double low, double high) {
        return (int) Math.floor(Math.max(0, Math.min(1, (value - low) / (high - low))) * 255 + 0.5);
    }

    @Test
    void without_pet_the_ct_shows_as_it_is_and_beyond_its_window_pet_hides_it() {
        VolumeGeometry grid = Phantoms.aligned(9, 9, 3, 4, 4, 4);
        GreyRotation cold = mip().pet(Phantoms.of(grid, p -> 0), 2);
        GreyRotation grey = mip().ct(Phantoms.of(grid, p -> 600), cold.geometry(), new Window(0, 1200));
        int middle = cold.geometry().index(0, 1, cold.geometry().reach());
        byte[] shown = mip().fused(cold, grey).rgb();
        assertThat(new byte[] {shown[3 * middle], shown[3 * middle + 1], shown[3 * middle + 2]})
                .containsOnly((byte) 128);
        GreyRotation hot = mip().pet(Phantoms.of(grid, p -> 50), 2);
        GreyRotation black = mip().ct(Phantoms.of(grid, p -> -1000), hot.geometry(), new Window(0, 1200));
        byte[] hidden = mip().fused(hot, black).rgb();
        assertThat(hidden[3 * hot.geometry().index(0, 1, hot.geometry().reach()) + 2])
                .isEqualTo((byte) 255);
    }

    @Test
    void any_number_of_threads_gives_the_same_bytes() {
        Volume suv = Phantoms.random(Phantoms.sheared(24, 25, 66, 4), 37, 0, 20);
        Volume hu = Phantoms.random(Phantoms.aligned(40, 40, 60, 2, 2, 5), 38, -1000, 1500);
        String one = rendered(suv, hu, 1);
        for (int threads = 2; threads <= 4; threads++) {
            assertThat(rendered(suv, hu, threads)).isEqualTo(one);
        }
    }

    private String rendered(Volume suv, Volume hu, int threads) {
        MipRotation mip = rotations(threads);
        GreyRotation pet = mip.pet(suv, 9);
        GreyRotation ct = mip.ct(hu, pet.geometry(), MipRotation.BONE_WINDOW);
        assertThat(pet.geometry().rows()).isGreaterThan(64);
        return Phantoms.sha256(pet.pixels())
                + Phantoms.sha256(ct.pixels())
                + Phantoms.sha256(mip.fused(pet, ct).rgb());
    }

    @Test
    void what_does_not_fit_together_is_refused() {
        VolumeGeometry g = Phantoms.aligned(9, 9, 3, 4, 4, 4);
        GreyRotation pet = mip().pet(Phantoms.of(g, p -> 1), 3);
        VolumeGeometry elsewhere =
                new VolumeGeometry(g.size(), g.origin(), g.columnStep(), g.rowStep(), g.sliceStep(), "2.25.99");
        assertThatThrownBy(() -> mip().ct(Phantoms.of(elsewhere, p -> 1), pet.geometry(), MipRotation.BONE_WINDOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2.25.99");
        GreyRotation other = mip().pet(Phantoms.of(g, p -> 1), 4);
        assertThatThrownBy(() -> mip().fused(pet, other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("geometry");
        assertThatThrownBy(() -> mip().pet(Phantoms.of(g, p -> 1), 0)).hasMessageContaining("frames");
        assertThatThrownBy(() -> mip().pet(Phantoms.of(g, p -> 1), 3, 1e-4)).hasMessageContaining("larger pixels");
        assertThatThrownBy(() -> new Window(5, 5)).hasMessageContaining("window");
    }

    /** Row and column of a frame's first largest pixel. */
    private static int[] hottest(GreyRotation mip, int frame) {
        int[] at = {0, 0};
        for (int row = 0; row < mip.geometry().rows(); row++) {
            for (int column = 0; column < mip.geometry().columns(); column++) {
                if (mip.value(frame, row, column) > mip.value(frame, at[0], at[1])) {
                    at = new int[] {row, column};
                }
            }
        }
        return at;
    }
}
