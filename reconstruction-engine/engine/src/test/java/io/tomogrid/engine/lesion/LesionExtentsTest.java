package io.tomogrid.engine.lesion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.Phantoms;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** QNT-04: volumes by thresholds and by the gradient, against formulas and brute force. */
class LesionExtentsTest {
    private static final VolumeGeometry GRID = Phantoms.aligned(51, 49, 41, 2, 2.1, 2.4);
    private static final double RADIUS = 14;
    private static final double BLUR = 1.5;

    /** A ball of SUV 10 on SUV 1, its edge blurred: halfway up, at SUV 5.5, it is steepest. */
    private static double ball(Vec3 p) {
        return 1 + 9 / (1 + Math.exp((p.length() - RADIUS) / BLUR));
    }

    @Test
    void a_threshold_gives_the_voxels_that_the_formula_has_above_it() {
        Volume suv = Phantoms.of(GRID, LesionExtentsTest::ball);
        LesionExtents extents = extents(suv, p -> ball(p) >= 4, 2);
        double max = ball(new Vec3(0, 0, 0));
        double[] thresholds = {2.5, 4, 0.41 * max, 0.5 * max};
        for (int way = 0; way < thresholds.length; way++) {
            Extent extent = extents.perLesion().get(0).get(way);
            assertThat(extent.threshold()).isCloseTo(thresholds[way], within(1e-5));
            double level = extent.threshold();
            int count = 0;
            double sum = 0;
            for (float value : suv.voxels()) {
                if (value >= level) {
                    count++;
                    sum += value;
                }
            }
            assertThat(extent.voxels())
                    .as(extent.method().label())
                    .isEqualTo(count)
                    .isPositive();
            assertThat(extent.mtvMl()).isCloseTo(count * 2 * 2.1 * 2.4 / 1000, within(1e-9));
            assertThat(extent.tlg()).isCloseTo(sum * 2 * 2.1 * 2.4 / 1000, within(1e-6));
            // where the formula has this value: r = R + w ln(9 / (SUV − 1) − 1)
            double r = RADIUS + BLUR * Math.log(9 / (level - 1) - 1);
            assertThat(extent.mtvMl()).isCloseTo(ballMl(r), within(0.05 * ballMl(r)));
            assertThat(extents.total().get(way).mtvMl()).isCloseTo(extent.mtvMl(), within(1e-9));
            assertThat(extents.total().get(way).tlg()).isCloseTo(extent.tlg(), within(1e-6));
        }
    }

    @Test
    void the_gradient_finds_the_edge_whatever_the_background() {
        for (double background : new double[] {0.2, 1, 4}) {
            Volume suv = Phantoms.of(
                    GRID, p -> background + (10 - background) / (1 + Math.exp((p.length() - RADIUS) / BLUR)));
            Extent extent =
                    extents(suv, p -> p.length() < RADIUS, 2).perLesion().get(0).get(4);
            assertThat(extent.method()).isEqualTo(new Delineation.Gradient());
            assertThat(extent.mtvMl())
                    .as("on SUV " + background)
                    .isCloseTo(ballMl(RADIUS), within(0.06 * ballMl(RADIUS)));
            // a threshold of the maximum drifts with the background: half of it is above the edge where that is high
            assertThat(extent.threshold()).isCloseTo((10 + background) / 2, within(0.6));
        }
    }

    @Test
    void what_runs_on_into_its_surroundings_has_no_volume_and_no_sum() {
        Volume suv = Phantoms.of(GRID, p -> 3 + 7 / (1 + Math.exp((p.length() - 6) / BLUR)));
        LesionExtents extents = extents(suv, p -> p.length() < 6, 2);
        Extent fixed = extents.perLesion().get(0).get(0);
        assertThat(fixed.available()).isFalse();
        assertThat(fixed.mtvMl()).isNaN();
        assertThat(fixed.notAvailable()).contains("runs on");
        assertThat(extents.perLesion().get(0).get(1).available()).isTrue();
        assertThat(extents.total().get(0).mtvMl()).isNaN();
        assertThat(extents.total().get(0).notAvailable()).contains("lesions [1]");
        assertThat(extents.total().get(1).mtvMl()).isPositive();
    }

    @Test
    void a_lesion_below_a_fixed_threshold_has_the_volume_nought() {
        Volume suv = Phantoms.of(GRID, p -> p.length() < 10 ? 2 : 0.5);
        Extent fixed = extents(suv, p -> p.length() < 10, 2).perLesion().get(0).get(0);
        assertThat(fixed.available()).isTrue();
        assertThat(fixed.mtvMl()).isZero();
    }

    /** At SUV 2.5 the two are one; each voxel counts once. */
    @Test
    void what_two_lesions_claim_counts_once() {
        Vec3 left = new Vec3(-8.5, 0, 0);
        Vec3 right = new Vec3(8.5, 0, 0);
        Volume suv = Phantoms.of(GRID, p -> {
            double nearest = Math.min(p.minus(left).length(), p.minus(right).length());
            return nearest < 7 ? 9 : nearest < 9.4 ? 3 : 1;
        });
        LesionExtents extents = extents(
                suv, p -> Math.min(p.minus(left).length(), p.minus(right).length()) < 7, 2);
        assertThat(extents.perLesion()).hasSize(2);
        long above = IntStream.range(0, suv.voxels().length)
                .filter(n -> suv.voxels()[n] >= 2.5)
                .count();
        assertThat(extents.total().get(0).mtvMl()).isCloseTo(above * 2 * 2.1 * 2.4 / 1000, within(1e-9));
        double each =
                extents.perLesion().stream().mapToDouble(l -> l.get(0).mtvMl()).sum();
        assertThat(each).isGreaterThan(extents.total().get(0).mtvMl());
        double hot =
                extents.perLesion().stream().mapToDouble(l -> l.get(3).mtvMl()).sum();
        assertThat(extents.total().get(3).mtvMl()).isCloseTo(hot, within(1e-9));
    }

    @Test
    void on_noise_a_region_is_what_can_be_walked_to_from_the_hottest_voxel() {
        VolumeGeometry grid = Phantoms.sheared(24, 22, 20, 6);
        Volume noise = Phantoms.random(grid, 7, 0, 4);
        Volume suv = Phantoms.of(grid, p -> {
            Vec3 v = grid.toVoxel(p);
            int n = grid.size().index((int) Math.rint(v.x()), (int) Math.rint(v.y()), (int) Math.rint(v.z()));
            return noise.voxels()[n] + 12 * Math.exp(-p.length() / 12);
        });
        LesionExtents extents = extents(suv, p -> p.length() < 14, 2);
        Lesion lesion = lesions(suv, p -> p.length() < 14).lesions().get(0);
        for (Extent extent : extents.perLesion().get(0)) {
            if (extent.available()) {
                assertThat(extent.voxels())
                        .as(extent.method().label())
                        .isEqualTo(walked(suv, lesion, extent.threshold()));
            }
        }
        assertThat(extents.perLesion().get(0)).filteredOn(Extent::available).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void any_number_of_threads_gives_the_same() {
        Volume suv = Phantoms.of(GRID, LesionExtentsTest::ball);
        assertThat(extents(suv, p -> ball(p) >= 4, 5)).isEqualTo(extents(suv, p -> ball(p) >= 4, 1));
    }

    private static int walked(Volume suv, Lesion lesion, double threshold) {
        GridSize size = suv.geometry().size();
        Vec3 v = suv.geometry().toVoxel(lesion.suvMaxAt());
        int start = size.index((int) Math.rint(v.x()), (int) Math.rint(v.y()), (int) Math.rint(v.z()));
        BitSet seen = new BitSet();
        var queue = new ArrayDeque<Integer>(List.of(start));
        seen.set(start);
        while (!queue.isEmpty()) {
            int at = queue.poll();
            int x = at % size.nx();
            int y = at / size.nx() % size.ny();
            int z = at / size.nx() / size.ny();
            for (int n = 0; n < 27; n++) {
                int i = x + n % 3 - 1;
                int j = y + n / 3 % 3 - 1;
                int k = z + n / 9 - 1;
                boolean inside = i >= 0 && j >= 0 && k >= 0 && i < size.nx() && j < size.ny() && k < size.nz();
                if (inside && suv.at(i, j, k) >= threshold && !seen.get(size.index(i, j, k))) {
                    seen.set(size.index(i, j, k));
                    queue.add(size.index(i, j, k));
                }
            }
        }
        return seen.cardinality();
    }

    private static LesionExtents extents(Volume suv, Predicate<Vec3> mask, int threads) {
        return LesionExtents.of(suv, lesions(suv, mask), Delineation.STANDARD, new Parallel(threads));
    }

    static Lesions lesions(Volume suv, Predicate<Vec3> inside) {
        GridSize size = suv.geometry().size();
        byte[] mask = new byte[size.voxels()];
        for (int n = 0; n < mask.length; n++) {
            Vec3 p = suv.geometry().toPatient(n % size.nx(), n / size.nx() % size.ny(), n / size.nx() / size.ny());
            mask[n] = (byte) (inside.test(p) ? 1 : 0);
        }
        return new LesionMeasures(new Parallel(2)).measure(suv, mask);
    }

    private static double ballMl(double r) {
        return 4 * Math.PI / 3000 * r * r * r;
    }
}
