package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.engine.CpuBackend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.Phantoms;
import io.tomogrid.engine.ct.CtReconstruction;
import io.tomogrid.engine.ct.FilteredBackProjection;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.engine.ct.WeightedFbp;
import io.tomogrid.engine.projector.TestScanner;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CtView;
import io.tomogrid.imaging.ct.CurvedDetector;
import io.tomogrid.imaging.ct.CurvedScan;
import io.tomogrid.imaging.ct.FlatScan;
import io.tomogrid.imaging.ct.ParallelScan;
import io.tomogrid.imaging.ct.SimulatedCt;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Filtered back projection on the device: the same bits as on the processors (GPU-01, GPU-03). */
class CudaFbpTest {
    private static final long MIB = 1 << 20;
    private static final List<CtView.Spot> SPOTS =
            List.of(new CtView.Spot(0.0008, 0.3, -2), new CtView.Spot(-0.0008, -0.3, 2));

    private static CudaDevice device;
    private static long freeBefore;

    @BeforeAll
    static void device() {
        device = TestDevice.get();
        freeBefore = device.memory().free();
    }

    @AfterAll
    static void everything_is_freed() {
        assertThat(device.memory().free()).isEqualTo(freeBefore);
    }

    private static FilteredBackProjection cuda(Kernel kernel) {
        return new CudaBackend(device, new Parallel(2)).fbp(kernel);
    }

    private static FilteredBackProjection cpu(Kernel kernel) {
        return new CpuBackend(new Parallel(2)).fbp(kernel);
    }

    private static void same(float[] found, float[] expected) {
        assertThat(IntStream.range(0, expected.length).filter(n -> expected[n] != 0))
                .as("values that say something")
                .hasSizeGreaterThan(expected.length / 20);
        assertThat(Phantoms.sha256(found)).isEqualTo(Phantoms.sha256(expected));
    }

    @ParameterizedTest
    @EnumSource(Kernel.class)
    void parallel_beams_give_the_bits_of_the_processors(Kernel kernel) {
        ParallelScan scan = new ParallelScan(45, 2.1, values(31, 45, 1));
        CtGrid grid = new CtGrid(33, 29, 1, 2.6, 1, new Vec3(3, -2, 0));
        same(cuda(kernel).parallel(scan, grid), cpu(kernel).parallel(scan, grid));
    }

    /** Full turns that share work by quarters, either way round, and those that do not; short scans; one row and many. */
    @ParameterizedTest
    @CsvSource({
        "16, 1, 40, 20, 18, 1",
        "16, -1, 44, 20, 300, 1",
        "18, 1, 40, 20, 18, 1",
        "16, 1, 42, 20, 9, 0",
        "16, 0.7, 60, 67, 7, 1",
        "16, -0.58, 60, 130, 5, 1",
        "16, 1, 40, 1, 1, 0",
        "15, 1, 40, 2, 3, 0"
    })
    void cone_beams_give_the_bits_of_the_processors(int ny, double turn, int views, int rows, int nz, double z) {
        FlatScan scan = flat(24, rows, views, turn);
        CtGrid grid = new CtGrid(16, ny, nz, 11, 5.3, new Vec3(0, 0, z));
        same(cuda(Kernel.HANN).circular(scan, grid), cpu(Kernel.HANN).circular(scan, grid));
    }

    @ParameterizedTest
    @CsvSource({"2.2, 16, 1", "2.2, 16, 2", "1.4, 5, 1", "3, 70, 2"})
    void helices_give_the_bits_of_the_processors(double turns, int rows, int spots) {
        CurvedScan scan = helix(turns, rows, 12, SPOTS.subList(0, spots));
        CtGrid grid = new CtGrid(14, 17, 21, 14, 1.7, new Vec3(1, 2, -1));
        WeightedFbp.Image found = cuda(Kernel.RAMP).helical(scan, grid);
        WeightedFbp.Image expected = cpu(Kernel.RAMP).helical(scan, grid);
        same(found.attenuation(), expected.attenuation());
        assertThat(found.complete()).isEqualTo(expected.complete());
    }

    @Test
    void a_circle_of_a_curved_detector_becomes_the_same_image_in_hounsfield_units() throws Exception {
        CurvedScan scan = helix(1, 8, 0, List.of(CtView.Spot.CENTRE));
        var wanted = new CtReconstruction.Wanted(24, 0, 0, Kernel.HANN);
        CtReconstruction found = CtReconstruction.of(scan, 0.0193, wanted, cuda(Kernel.HANN));
        CtReconstruction expected = CtReconstruction.of(scan, 0.0193, wanted, new Parallel(2));
        assertThat(found.grid()).isEqualTo(expected.grid());
        same(found.hu(), expected.hu());
    }

    /** Blocks of one view and slabs of a few rows give the same bits as all at once. */
    @Test
    void what_does_not_fit_is_done_in_slabs_with_the_same_bits() {
        assumeTrue(device.emulated(), "fills the memory of the stand-in; a GPU may be shared");
        FlatScan scan = flat(24, 20, 40, 1);
        CtGrid large = new CtGrid(40, 40, 150, 4, 1.2, new Vec3(0, 0, 0));
        CurvedScan helix = helix(1.8, 16, 12, SPOTS);
        CtGrid other = new CtGrid(30, 31, 130, 6, 0.3, new Vec3(0, 0, 0));
        try (DeviceBuffer hog =
                DeviceBuffer.allocate(device, "others", device.memory().free() - MIB)) {
            assertThat(ImageSlabs.fitting(device, large, Float.BYTES).rows()).isBetween(2, 39);
            same(cuda(Kernel.RAMP).circular(scan, large), cpu(Kernel.RAMP).circular(scan, large));
            same(
                    cuda(Kernel.RAMP).helical(helix, other).attenuation(),
                    cpu(Kernel.RAMP).helical(helix, other).attenuation());
            assertThat(hog.argument()).isNotNull();
        }
    }

    @Test
    void a_device_that_holds_not_one_view_says_what_would() {
        assumeTrue(device.emulated(), "fills the memory of the stand-in; a GPU may be shared");
        FlatScan scan = flat(24, 20, 40, 1);
        long free = device.memory().free();
        try (DeviceBuffer hog = DeviceBuffer.allocate(device, "others", free - 4000)) {
            assertThatThrownBy(() -> cuda(Kernel.RAMP).circular(scan, CtGrid.cube(8, 5)))
                    .isInstanceOfSatisfying(
                            CudaException.class,
                            refused -> assertThat(refused.outOfMemory()).isTrue())
                    .hasMessageContaining("lease a slice of at least");
            assertThat(hog.argument()).isNotNull();
        }
        assertThat(device.memory().free()).isEqualTo(free);
    }

    private static FlatScan flat(int columns, int rows, int views, double turn) {
        return new FlatScan(
                columns,
                rows,
                300 * 1.5 / columns,
                7,
                600,
                900,
                0.3,
                2 * Math.PI * turn / views,
                values(views, columns * rows, 2));
    }

    private static CurvedScan helix(double turns, int rows, double feedMm, List<CtView.Spot> spots) {
        var detector = new CurvedDetector(31, rows, 15, 2.9, 1085.6, 15.25, (rows - 1) / 2.0);
        int perTurn = 48;
        int views = (int) (turns * perTurn);
        List<CtView> places = SimulatedCt.views(views, perTurn, -turns / 2 * feedMm, feedMm, 595, spots);
        return new CurvedScan(detector, places, values(views, detector.elements(), 3));
    }

    private static float[][] values(int views, int ofView, long seed) {
        float[][] values = new float[views][];
        for (int v = 0; v < views; v++) {
            values[v] = TestScanner.random(ofView, 1000 * seed + v);
        }
        return values;
    }
}
