package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.CpuBackend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.Phantoms;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.ListOsem;
import io.tomogrid.engine.osem.Osem;
import io.tomogrid.engine.projector.EventProjector;
import io.tomogrid.engine.projector.Projector;
import io.tomogrid.engine.projector.TestScanner;
import io.tomogrid.engine.projector.TofProjector;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.TofBins;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Time of flight and resolution on the device, as on the processors (GPU-01, GPU-03, REC-23, REC-24). */
class CudaTofTest {
    private static final CylindricalScanner SCANNER = TestScanner.SCANNER;
    private static final PetGrid GRID = TestScanner.GRID;
    private static final TofBins BINS = TofBins.ofTimes(9, 150, 300);
    private static final long MIB = 1 << 20;

    private static CudaDevice device;
    private static long freeBefore;
    private static Backend cuda;
    private static Backend cpu;

    @BeforeAll
    static void device() {
        device = TestDevice.get();
        freeBefore = device.memory().free();
        cuda = new CudaBackend(device, new Parallel(2));
        cpu = new CpuBackend(new Parallel(2));
    }

    @AfterAll
    static void everything_is_freed() {
        assertThat(device.memory().free()).isEqualTo(freeBefore);
    }

    /** Few wide bins, many narrow ones, one; grids wider and narrower than the scanner, longer and shorter. */
    @ParameterizedTest
    @CsvSource({"42,42,15,4,9,150", "30,31,40,5,5,60", "7,9,4,3,13,400", "13,12,15,10,1,100"})
    void sinograms_have_the_bits_of_the_processors(int nx, int ny, int nz, double voxelMm, int count, double ps) {
        PetGrid grid = new PetGrid(nx, ny, nz, voxelMm, 2.5);
        TofBins bins = TofBins.ofTimes(count, ps, 250);
        int[] views = {17, 3, 40, 25};
        String[] expected = tof(cpu, grid, bins, views);
        assertThat(tof(cuda, grid, bins, views)).isEqualTo(expected);
    }

    private static String[] tof(Backend backend, PetGrid grid, TofBins bins, int[] views) {
        try (TofProjector projector = backend.tof(SCANNER, grid, bins)) {
            float[] image = values(grid.voxels(), 1);
            float[] projections = values(projector.values(views.length), 2);
            float[] ofImage = projections.clone();
            float[] ofProjections = image.clone();
            projector.forward(image, views, ofImage);
            projector.back(projections, views, ofProjections);
            return new String[] {Phantoms.sha256(ofImage), Phantoms.sha256(ofProjections)};
        }
    }

    /** Forward to the bit; back to what single precision rounds, and the same bytes on every run. */
    @ParameterizedTest
    @ValueSource(ints = {1, 9})
    void events_have_the_bits_of_the_processors_forward_and_the_exact_sums_back(int count) {
        ListEvents events = events(3000, TofBins.ofTimes(count, 150, 300));
        float[] image = values(GRID.voxels(), 3);
        float[] weights = values(events.count(), 4);
        float[][] found = both(cuda, events, image, weights);
        float[][] expected = both(cpu, events, image, weights);
        assertThat(Phantoms.sha256(found[0])).isEqualTo(Phantoms.sha256(expected[0]));
        close(found[1], expected[1], 1e-6f);
        for (int run = 0; run < 5; run++) {
            assertThat(both(cuda, events, image, weights)[1]).isEqualTo(found[1]);
        }
        assertThat(TestScanner.dot(found[0], weights))
                .as("the adjoint")
                .isCloseTo(
                        TestScanner.dot(found[1], image), within(1e-6 * TestScanner.dot(abs(found[0]), abs(weights))));
    }

    private static float[][] both(Backend backend, ListEvents events, float[] image, float[] weights) {
        float[] integrals = new float[events.count()];
        float[] back = image.clone();
        try (EventProjector projector = backend.events(GRID, events)) {
            projector.forward(image, integrals);
            projector.back(weights, back);
        }
        return new float[][] {integrals, back};
    }

    private static void close(float[] found, float[] expected, float part) {
        float greatest = 0;
        for (float value : expected) {
            greatest = Math.max(greatest, Math.abs(value));
        }
        for (int n = 0; n < expected.length; n++) {
            assertThat(found[n]).isCloseTo(expected[n], within(part * greatest));
        }
    }

    @Test
    void values_of_any_size_keep_their_digits() {
        ListEvents events = events(500, BINS);
        float[] image = new float[GRID.voxels()];
        float[] weights = values(500, 5);
        float[] unscaled = both(cuda, events, image, weights)[1];
        for (float by : new float[] {0x1p-60f, 0x1p60f}) {
            float[] scaled = new float[weights.length];
            for (int n = 0; n < scaled.length; n++) {
                scaled[n] = by * weights[n];
            }
            float[] back = both(cuda, events, image, scaled)[1];
            for (int n = 0; n < back.length; n++) {
                assertThat(back[n] / by).isEqualTo(unscaled[n]);
            }
        }
        assertThat(both(cuda, events, image, new float[500])[1]).containsOnly(0);
        assertThat(both(cuda, events(0, BINS), image, new float[0])[1]).containsOnly(0);
    }

    @Test
    void what_does_not_fit_is_done_in_parts_with_the_same_bits() {
        assumeTrue(device.emulated(), "fills the memory of the stand-in; a GPU may be shared");
        int[] views = TestScanner.allViews();
        ListEvents events = events(100_000, BINS);
        float[] image = values(GRID.voxels(), 6);
        float[] weights = values(events.count(), 7);
        String[] whole = tof(cuda, GRID, BINS, views);
        float[][] wholeEvents = both(cuda, events, image, weights);
        try (DeviceBuffer hog =
                DeviceBuffer.allocate(device, "others", device.memory().free() - 3 * MIB / 2)) {
            assertThat(device.memory().free())
                    .isLessThan(SCANNER.bins() * (long) BINS.count() * Float.BYTES)
                    .isLessThan(events.count() * 16L);
            assertThat(tof(cuda, GRID, BINS, views)).isEqualTo(whole);
            float[][] parts = both(cuda, events, image, weights);
            assertThat(parts[0]).isEqualTo(wholeEvents[0]);
            assertThat(parts[1]).isEqualTo(wholeEvents[1]);
            assertThat(hog.argument()).isNotNull();
        }
    }

    @Test
    void a_resolution_has_the_bits_of_the_processors_alone_and_within_osem() {
        int[] views = {2, 40, 11};
        float[] counts = new float[SCANNER.bins()];
        float[] factors = TestScanner.random(SCANNER.bins(), 8);
        for (int n = 0; n < counts.length; n++) {
            counts[n] = n % 7;
        }
        float[] additive = TestScanner.random(SCANNER.bins(), 9);
        EmissionData data = new EmissionData(counts, factors, additive);
        assertThat(blurred(cuda, views, data)).isEqualTo(blurred(cpu, views, data));
    }

    private static String[] blurred(Backend backend, int[] views, EmissionData data) {
        float[] image = values(GRID.voxels(), 10);
        float[] projections = values(views.length * SCANNER.radialBins() * SCANNER.planes(), 11);
        float[] ofImage = projections.clone();
        float[] ofProjections = image.clone();
        try (Projector projector = backend.projector(SCANNER, GRID, 7.5)) {
            projector.forward(image, views, ofImage);
            projector.back(projections, views, ofProjections);
        }
        try (Osem osem = backend.osem(SCANNER, GRID, data, 4, 7.5)) {
            float[] found = osem.start();
            osem.iterate(found, 1, done -> {});
            return new String[] {Phantoms.sha256(ofImage), Phantoms.sha256(ofProjections), Phantoms.sha256(found)};
        }
    }

    @Test
    void list_mode_reconstructs_the_same_bytes_on_every_run_and_what_the_processors_do() {
        ListEvents events = events(20_000, BINS);
        float[] factors = TestScanner.random(SCANNER.bins(), 12);
        float[] background = TestScanner.random(SCANNER.bins(), 13);
        float[] found = reconstructed(cuda, events, factors, background);
        close(found, reconstructed(cpu, events, factors, background), 1e-4f);
        assertThat(reconstructed(cuda, events, factors, background)).isEqualTo(found);
    }

    private static float[] reconstructed(Backend backend, ListEvents events, float[] factors, float[] background) {
        float[] image = new float[GRID.voxels()];
        Arrays.fill(image, 1);
        try (Projector projector = backend.projector(SCANNER, GRID);
                ListOsem osem =
                        new ListOsem(projector, events, factors, background, 3, some -> backend.events(GRID, some))) {
            osem.iterate(image, 2);
        }
        return image;
    }

    private static ListEvents events(int count, TofBins bins) {
        Random random = new Random(31);
        int[] lines = random.ints(count, 0, SCANNER.bins()).toArray();
        short[] of = new short[count];
        for (int n = 0; n < count; n++) {
            of[n] = (short) random.nextInt(bins.count());
        }
        return new ListEvents(SCANNER, bins, lines, of);
    }

    private static float[] values(int count, long seed) {
        float[] values = TestScanner.random(count, seed);
        for (int n = 0; n < count; n++) {
            values[n] -= 0.4f;
        }
        return values;
    }

    private static float[] abs(float[] values) {
        float[] abs = values.clone();
        for (int n = 0; n < abs.length; n++) {
            abs[n] = Math.abs(abs[n]);
        }
        return abs;
    }
}
