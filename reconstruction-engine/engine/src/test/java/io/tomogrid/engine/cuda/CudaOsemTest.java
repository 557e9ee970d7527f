package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.CpuBackend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.engine.osem.Osem;
import io.tomogrid.engine.osem.OsemContract;
import io.tomogrid.engine.projector.TestScanner;
import io.tomogrid.imaging.pet.PetGrid;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the device, with the same bits as on the processors (GPU-01), and in as little memory as there is (GPU-03). */
@Tag("slow")
class CudaOsemTest extends OsemContract {
    private static final long MIB = 1 << 20;
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
    protected Osem osem(PetGrid grid, EmissionData data, int subsets, Parallel parallel) {
        return new CudaBackend(TestDevice.get(), parallel).osem(TestScanner.SCANNER, grid, data, subsets);
    }

    private static float[] reconstructed(Backend backend, int subsets) {
        EmissionData data = data(object(), 0.5, 7);
        try (Osem osem = backend.osem(TestScanner.SCANNER, TestScanner.GRID, data, subsets)) {
            float[] image = osem.start();
            osem.iterate(image, 2, done -> {});
            return image;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 12})
    void the_bits_are_those_of_the_processors(int subsets) {
        assertThat(reconstructed(new CudaBackend(TestDevice.get(), new Parallel(2)), subsets))
                .isEqualTo(reconstructed(new CpuBackend(new Parallel(2)), subsets));
    }

    /** From room for all subsets down to room for one, which then comes anew for each update. */
    @ParameterizedTest
    @ValueSource(longs = {3000, 2000, 1200, 900, 680})
    void with_little_memory_the_bits_are_the_same(long kib) {
        CudaDevice device = TestDevice.get();
        assumeTrue(device.emulated(), "fills the memory of the stand-in; a GPU may be shared");
        try (DeviceBuffer others = allBut(kib << 10)) {
            assertThat(others.argument()).isNotNull();
            assertThat(reconstructed(new CudaBackend(device, new Parallel(2)), 12))
                    .isEqualTo(reconstructed(new CpuBackend(new Parallel(2)), 12));
        }
    }

    private static DeviceBuffer allBut(long bytes) {
        CudaDevice device = TestDevice.get();
        return DeviceBuffer.allocate(device, "others", device.memory().free() - bytes);
    }

    @Test
    void too_little_memory_says_how_large_a_slice_must_be() {
        CudaDevice device = TestDevice.get();
        assumeTrue(device.emulated(), "fills the memory of the stand-in; a GPU may be shared");
        long total = device.memory().total() / MIB;
        PetGrid fine = new PetGrid(200, 200, 15, 0.8, 2.5);
        // two images and a sensitivity of 2.3 MiB, tables of lines of 3.7 MiB, and little else
        assertRefused(fine, 5 * MIB, "it needs 11 MiB, of the device's " + total + " MiB 5 MiB are free");
        assertRefused(fine, 10 * MIB, "lease a slice of at least " + (total + 1) + " MiB");
    }

    private static void assertRefused(PetGrid grid, long free, String said) {
        EmissionData data = data(object(), 0.5, 7);
        Backend cuda = new CudaBackend(TestDevice.get(), new Parallel(2));
        try (DeviceBuffer others = allBut(free)) {
            assertThat(others.argument()).isNotNull();
            assertThatThrownBy(() -> cuda.osem(TestScanner.SCANNER, grid, data, 12))
                    .isInstanceOfSatisfying(
                            CudaException.class,
                            refused -> assertThat(refused.code()).isEqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY))
                    .hasMessageContaining("OSEM on 200 x 200 x 15 voxels")
                    .hasMessageContaining("12 subsets")
                    .hasMessageContaining(said)
                    .hasMessageContaining("TOMOGRID_BACKEND=cpu");
            assertThat(TestDevice.get().memory().free()).isEqualTo(free);
        }
    }
}
