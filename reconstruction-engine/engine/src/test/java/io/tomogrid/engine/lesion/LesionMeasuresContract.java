package io.tomogrid.engine.lesion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Phantoms;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Arrays;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of lesions' measures, whoever finds them (PRC-06, PRC-07). */
public abstract class LesionMeasuresContract {
    /** The one to test, with so many threads on the processors. */
    protected abstract LesionMeasures measures(int threads);

    private static final VolumeGeometry GRID = Phantoms.aligned(45, 41, 35, 2, 2.1, 2.5);

    @ParameterizedTest
    @ValueSource(doubles = {10.5, 13, 17, 22, 28, 37, 60})
    void a_sphere_has_its_volume_and_centre(double diameter) {
        for (VolumeGeometry grid : new VolumeGeometry[] {GRID, Phantoms.sheared(60, 60, 50, 1.9)}) {
            Vec3 centre = new Vec3(0.7, -1.3, 0.4);
            double r = diameter / 2;
            byte[] mask = mask(grid, p -> p.minus(centre).length() <= r);
            Lesions found = measure(Phantoms.of(grid, p -> 4), mask, 2);
            assertThat(found.lesions()).hasSize(1);
            Lesion lesion = found.lesions().get(0);
            // A voxel's centre lies within the sphere; the voxel itself reaches half its longest diagonal further.
            double reach = halfDiagonal(grid);
            assertThat(lesion.mtvMl()).isBetween(ballMl(r - reach), ballMl(r + reach));
            assertThat(lesion.mtvMl()).isCloseTo(ballMl(r), within(ballMl(r) * 0.12));
            assertThat(lesion.centroid().minus(centre).length()).isLessThan(0.6);
            assertThat(lesion.suvMax()).isEqualTo(4);
            assertThat(lesion.suvMean()).isEqualTo(4);
            assertThat(lesion.suvPeak()).isCloseTo(4, within(1e-12));
            assertThat(lesion.tlg()).isCloseTo(4 * lesion.mtvMl(), within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.98, 2, 4.07})
    void the_peak_of_a_paraboloid_is_lower_by_three_fifths_of_the_squared_radius(double spacing) {
        int n = 2 * (int) Math.ceil(12 / spacing) + 1;
        VolumeGeometry grid = Phantoms.aligned(n, n, n, spacing, spacing, spacing);
        Volume suv = Phantoms.of(grid, p -> 100 - p.dot(p));
        Lesion lesion = only(measure(suv, mask(grid, p -> p.length() < 6), 2));
        // A voxel is uniform, so that up to its own second moment, spacing²/4, is missing.
        double r2 = PeakSphere.RADIUS_MM * PeakSphere.RADIUS_MM;
        assertThat(lesion.suvPeak()).isCloseTo(100 - 0.6 * r2, within(spacing * spacing / 4 + 0.1));
        assertThat(lesion.suvPeakAt().length()).isLessThan(1e-9);
        assertThat(lesion.suvMax()).isEqualTo(100);
    }

    @Test
    void on_a_slope_the_peak_is_the_value_at_the_centre_of_the_hottest_sphere() {
        VolumeGeometry grid = Phantoms.sheared(30, 30, 30, 3);
        Volume suv = Phantoms.of(grid, p -> 20 + 0.1 * p.x() + 0.05 * p.y() + 0.2 * p.z());
        Lesion lesion = only(measure(suv, mask(grid, p -> p.length() < 9), 2));
        assertThat(lesion.suvPeakAt()).isEqualTo(lesion.suvMaxAt());
        assertThat(lesion.suvPeak()).isCloseTo(lesion.suvMax(), within(1e-5));
    }

    @Test
    void the_peak_is_the_largest_mean_over_the_points_of_a_sphere() {
        VolumeGeometry grid = Phantoms.sheared(16, 16, 14, 3.3);
        Volume suv = Phantoms.random(grid, 24, 0, 30);
        Lesion lesion = only(measure(suv, mask(grid, p -> p.length() < 8.5), 2));
        double largest = 0;
        for (int n = 0; n < grid.size().voxels(); n++) {
            Vec3 centre = grid.toPatient(n % 16, n / 16 % 16, n / 256);
            largest = centre.length() < 8.5 ? Math.max(largest, sphereMean(suv, centre)) : largest;
        }
        assertThat(lesion.suvPeak()).isCloseTo(largest, within(0.01 * largest));
        assertThat(sphereMean(suv, lesion.suvPeakAt())).isCloseTo(lesion.suvPeak(), within(0.01 * largest));
    }

    /** On points 0.4 mm apart, each of which has the value of the voxel that it lies in. */
    private static double sphereMean(Volume suv, Vec3 centre) {
        double sum = 0;
        int count = 0;
        for (int n = 0; n < 33 * 33 * 33; n++) {
            Vec3 offset = new Vec3(n % 33 - 16, n / 33 % 33 - 16, n / 1089 - 16).times(0.4);
            if (offset.length() <= PeakSphere.RADIUS_MM) {
                Vec3 voxel = suv.geometry().toVoxel(centre.plus(offset));
                sum += suv.at((int) Math.rint(voxel.x()), (int) Math.rint(voxel.y()), (int) Math.rint(voxel.z()));
                count++;
            }
        }
        return sum / count;
    }

    @Test
    void the_radius_is_that_of_one_millilitre() {
        assertThat(ballMl(PeakSphere.RADIUS_MM)).isCloseTo(1, within(1e-12));
    }

    @Test
    void a_volume_thinner_than_the_sphere_has_no_peak() {
        VolumeGeometry thin = Phantoms.aligned(30, 30, 2, 3, 3, 3);
        Lesion lesion = only(measure(Phantoms.of(thin, p -> 5), mask(thin, p -> p.length() < 12), 1));
        assertThat(lesion.suvPeak()).isNaN();
        assertThat(lesion.suvPeakAt()).isNull();
        assertThat(lesion.suvMax()).isEqualTo(5);
    }

    @Test
    void all_hot_is_one_lesion_whose_peak_lies_within_the_volume() {
        byte[] mask = new byte[GRID.size().voxels()];
        Arrays.fill(mask, (byte) 1);
        Lesion lesion = only(measure(Phantoms.of(GRID, p -> 10 + p.x() / 10), mask, 3));
        assertThat(lesion.mtvMl()).isCloseTo(45 * 41 * 35 * 2 * 2.1 * 2.5 / 1000, within(1e-9));
        assertThat(lesion.suvPeakAt().x())
                .isLessThan(lesion.suvMaxAt().x() - 5)
                .isGreaterThan(lesion.suvMaxAt().x() - 9);
        assertThat(lesion.centroid().length()).isLessThan(1e-9);
    }

    @Test
    void an_empty_mask_has_no_lesions() {
        Lesions none = measure(Phantoms.of(GRID, p -> 5), new byte[GRID.size().voxels()], 2);
        assertThat(none.lesions()).isEmpty();
        assertThat(none.tooSmall()).isZero();
        assertThat(none.labels()).containsOnly((short) 0);
        assertThat(none.totalMtvMl()).isZero();
    }

    @Test
    void half_a_millilitre_is_a_lesion_and_one_voxel_less_is_not() {
        VolumeGeometry grid = Phantoms.aligned(20, 20, 20, 2.5, 2.5, 2.5); // 32 voxels are 0.5 ml
        byte[] mask = new byte[grid.size().voxels()];
        block(grid.size(), mask, 1, 1, 1, 4, 4, 2);
        block(grid.size(), mask, 10, 10, 10, 4, 4, 2);
        mask[grid.size().index(10, 10, 10)] = 0;
        Lesions found = measure(Phantoms.of(grid, p -> 5), mask, 2);
        assertThat(only(found).mtvMl()).isEqualTo(0.5);
        assertThat(found.tooSmall()).isEqualTo(1);
        assertThat(found.labels()[grid.size().index(1, 1, 1)]).isEqualTo((short) 1);
        assertThat(found.labels()[grid.size().index(11, 11, 11)]).isZero();
    }

    @Test
    void one_voxel_may_be_a_lesion() {
        VolumeGeometry coarse = Phantoms.aligned(5, 5, 5, 10, 10, 10);
        byte[] mask = new byte[coarse.size().voxels()];
        mask[coarse.size().index(2, 2, 2)] = 1;
        Lesion lesion = only(measure(Phantoms.of(coarse, p -> 3 - p.length() / 100), mask, 1));
        assertThat(lesion.voxels()).isEqualTo(1);
        assertThat(lesion.mtvMl()).isEqualTo(1);
        assertThat(lesion.suvMax()).isEqualTo(3);
        assertThat(lesion.suvPeak()).isBetween(2.9, 3.0);
    }

    @Test
    void larger_ones_come_first_and_equal_ones_by_their_first_voxel() {
        VolumeGeometry grid = Phantoms.aligned(30, 30, 30, 3, 3, 3);
        GridSize size = grid.size();
        byte[] mask = new byte[size.voxels()];
        block(size, mask, 1, 1, 1, 4, 4, 3);
        block(size, mask, 20, 1, 1, 4, 4, 3);
        block(size, mask, 10, 10, 20, 6, 6, 6);
        Lesions found = measure(Phantoms.of(grid, p -> p.x() + 100), mask, 2);
        assertThat(found.lesions()).extracting(Lesion::voxels).containsExactly(216, 48, 48);
        assertThat(found.labels()[size.index(10, 10, 20)]).isEqualTo((short) 1);
        assertThat(found.labels()[size.index(1, 1, 1)]).isEqualTo((short) 2);
        assertThat(found.labels()[size.index(20, 1, 1)]).isEqualTo((short) 3);
    }

    @Test
    void more_lesions_than_a_byte_counts_have_labels_of_their_own() {
        VolumeGeometry grid = Phantoms.aligned(40, 40, 10, 8, 8, 8);
        GridSize size = grid.size();
        byte[] mask = new byte[size.voxels()];
        for (int n = 0; n < 20 * 20 * 5; n++) {
            mask[size.index(n % 20 * 2, n / 20 % 20 * 2, n / 400 * 2)] = 1;
        }
        Lesions found = measure(Phantoms.random(grid, 21, 1, 9), mask, 2);
        assertThat(found.lesions()).hasSize(2000);
        assertThat(found.labels()[size.index(38, 38, 8)]).isEqualTo((short) 2000);
    }

    @Test
    void sums_and_maxima_are_those_of_a_plain_loop() {
        Volume suv = Phantoms.random(GRID, 22, 0, 30);
        Lesions found = measure(suv, mask(GRID, p -> Math.abs(p.x()) > 9 && p.length() < 36), 4);
        assertThat(found.lesions()).hasSize(2);
        for (Lesion lesion : found.lesions()) {
            double sum = 0;
            int count = 0;
            int hottest = -1;
            for (int n = 0; n < found.labels().length; n++) {
                if (found.labels()[n] == lesion.number()) {
                    sum += suv.voxels()[n];
                    count++;
                    hottest = hottest < 0 || suv.voxels()[n] > suv.voxels()[hottest] ? n : hottest;
                }
            }
            assertThat(lesion.voxels()).isEqualTo(count);
            assertThat(lesion.suvMean()).isCloseTo(sum / count, within(1e-12));
            assertThat(lesion.suvMax()).isEqualTo(suv.voxels()[hottest]);
            Vec3 at = GRID.toVoxel(lesion.suvMaxAt());
            assertThat(GRID.size().index((int) Math.rint(at.x()), (int) Math.rint(at.y()), (int) Math.rint(at.z())))
                    .isEqualTo(hottest);
        }
    }

    @Test
    void a_masked_voxel_without_a_value_is_named() {
        Volume suv = Phantoms.of(GRID, p -> 5);
        suv.voxels()[GRID.size().index(20, 19, 18)] = Float.NaN;
        assertThatThrownBy(() -> measure(suv, mask(GRID, p -> p.length() < 12), 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 19, slice 18");
    }

    @Test
    void any_number_of_threads_gives_the_same() {
        Volume suv = Phantoms.random(GRID, 23, 0, 30);
        byte[] mask = mask(GRID, p -> Math.sin(p.x() / 5) * Math.sin(p.y() / 5) * Math.sin(p.z() / 5) > 0.1);
        Lesions one = measure(suv, mask, 1);
        assertThat(one.lesions()).hasSizeGreaterThan(20);
        for (int threads = 2; threads <= 4; threads++) {
            Lesions many = measure(suv, mask, threads);
            assertThat(many.lesions()).isEqualTo(one.lesions());
            assertThat(Phantoms.sha256(many.labels())).isEqualTo(Phantoms.sha256(one.labels()));
        }
    }

    private Lesions measure(Volume suv, byte[] mask, int threads) {
        return measures(threads).measure(suv, mask);
    }

    private static Lesion only(Lesions lesions) {
        assertThat(lesions.lesions()).hasSize(1);
        return lesions.lesions().get(0);
    }

    private static byte[] mask(VolumeGeometry grid, Predicate<Vec3> hot) {
        Volume ones = Phantoms.of(grid, p -> hot.test(p) ? 1 : 0);
        byte[] mask = new byte[ones.voxels().length];
        for (int n = 0; n < mask.length; n++) {
            mask[n] = (byte) ones.voxels()[n];
        }
        return mask;
    }

    private static void block(GridSize size, byte[] mask, int i, int j, int k, int ni, int nj, int nk) {
        for (int n = 0; n < ni * nj * nk; n++) {
            mask[size.index(i + n % ni, j + n / ni % nj, k + n / ni / nj)] = 1;
        }
    }

    private static double ballMl(double radius) {
        return radius <= 0 ? 0 : 4.0 / 3 * Math.PI * radius * radius * radius / 1000;
    }

    private static double halfDiagonal(VolumeGeometry g) {
        return (g.columnStep().length() + g.rowStep().length() + g.sliceStep().length()) / 2;
    }
}
