package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.Phantoms;
import io.tomogrid.engine.projector.PlaneJoseph;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.projector.ProjectorContract;
import io.tomogrid.engine.projector.TestScanner;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On the device, and the same bits there as on the processors (GPU-01). */
class CudaPlaneJosephTest extends ProjectorContract {
    /** Segments of more planes than a thread's chunk has, ring differences that are no whole numbers, one beyond the grid. */
    private static final CylindricalScanner LONG = new CylindricalScanner(
            24,
            60,
            80,
            5,
            11,
            java.util.List.of(
                    new AxialSegment(159, 0),
                    new AxialSegment(130, 2.5),
                    new AxialSegment(129, -7.25),
                    new AxialSegment(1, 70)));

    private static long freeBefore;

    @BeforeAll
    static void device() {
        freeBefore = TestDevice.get().memory().free();
    }

    @AfterAll
    static void everything_is_freed() {
        assertThat(TestDevice.get().memory().free()).isEqualTo(freeBefore);
    }

    @Override
    protected Projector projector(CylindricalScanner scanner, PetGrid grid, Parallel parallel) {
        return new CudaBackend(TestDevice.get(), parallel).projector(scanner, grid);
    }

    /** Grids wider, narrower, longer and shorter than the scanner, with even and odd sides. */
    @ParameterizedTest
    @CsvSource({"42,42,15,4", "61,40,15,4", "7,9,15,3", "30,30,4,4", "30,31,40,5", "1,1,1,10", "5,6,300,9"})
    void the_bits_are_those_of_the_processors(int nx, int ny, int nz, double voxelMm) {
        compare(TestScanner.SCANNER, new PetGrid(nx, ny, nz, voxelMm, 2.5), TestScanner.allViews());
        compare(TestScanner.SCANNER, new PetGrid(nx, ny, nz, voxelMm, 2.5), new int[] {17, 3, 40});
        compare(
                LONG,
                new PetGrid(nx, ny, nz, voxelMm, 2.5),
                IntStream.range(0, 12).toArray());
    }

    /** With negative values too, whose sums cancel. */
    private void compare(CylindricalScanner scanner, PetGrid grid, int[] views) {
        float[] image = values(grid.voxels(), 21);
        float[] projections = values(views.length * scanner.radialBins() * scanner.planes(), 22);
        float[][] found = {projections.clone(), image.clone()};
        float[][] expected = {projections.clone(), image.clone()};
        try (Projector cuda = projector(scanner, grid, new Parallel(2))) {
            cuda.forward(image, views, found[0]);
            cuda.back(projections, views, found[1]);
        }
        Projector cpu = new PlaneJoseph(scanner, grid, new Parallel(2));
        cpu.forward(image, views, expected[0]);
        cpu.back(projections, views, expected[1]);
        assertThat(Phantoms.sha256(found[0])).as("forward").isEqualTo(Phantoms.sha256(expected[0]));
        assertThat(Phantoms.sha256(found[1])).as("back").isEqualTo(Phantoms.sha256(expected[1]));
    }

    private static float[] values(int count, long seed) {
        float[] values = TestScanner.random(count, seed);
        for (int n = 0; n < count; n++) {
            values[n] -= 0.4f;
        }
        return values;
    }

    @Test
    void back_projection_is_the_same_bytes_on_every_run() {
        float[] projections = values(TestScanner.SCANNER.bins(), 23);
        float[] image = new float[TestScanner.GRID.voxels()];
        try (Projector cuda = projector(TestScanner.SCANNER, TestScanner.GRID, new Parallel(2))) {
            cuda.back(projections, TestScanner.allViews(), image);
            String first = Phantoms.sha256(image);
            for (int run = 0; run < 5; run++) {
                Arrays.fill(image, Float.NaN);
                cuda.back(projections, TestScanner.allViews(), image);
                assertThat(Phantoms.sha256(image)).as("run %d", run).isEqualTo(first);
            }
        }
    }

    /** GPU-03 */
    @Test
    void views_that_do_not_fit_at_once_come_in_parts_with_the_same_bits() {
        CudaDevice device = TestDevice.get();
        assumeTrue(device.emulated(), "fills the memory of the stand-in; a GPU may be shared");
        long projections = (long) TestScanner.SCANNER.bins() * Float.BYTES;
        long tables = CudaGeometry.bytes(TestScanner.SCANNER, TestScanner.GRID);
        long image = (long) TestScanner.GRID.voxels() * Float.BYTES;
        long room = tables + image + projections / 3;
        try (DeviceBuffer hog =
                DeviceBuffer.allocate(device, "others", device.memory().free() - room)) {
            compare(TestScanner.SCANNER, TestScanner.GRID, TestScanner.allViews());
            assertThat(hog.argument()).isNotNull();
        }
    }

    @Test
    void other_slices_than_half_a_ring_pitch_are_refused() {
        assertThatThrownBy(() -> projector(TestScanner.SCANNER, new PetGrid(4, 4, 4, 4, 5), new Parallel(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2.5 mm, got 5.0");
    }
}
