package io.tomogrid.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.engine.Backend;
import io.tomogrid.engine.CpuBackend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.Phantoms;
import io.tomogrid.engine.resample.Resampling;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** GPU-03: memory has owners, its lack has a message, and what fits only in parts is done in parts. */
class CudaDeviceTest {
    private static final long MIB = 1 << 20;
    private static CudaDevice device;

    @BeforeAll
    static void device() {
        device = TestDevice.get();
    }

    @Test
    void it_says_what_it_is() {
        assertThat(device.name()).isNotBlank();
        assertThat(device.driver()).matches("\\d+\\.\\d");
        assertThat(device.computeCapability()).matches("\\d+\\.\\d");
        assertThat(device.memory().free())
                .isPositive()
                .isLessThanOrEqualTo(device.memory().total());
    }

    @Test
    void everything_allocated_is_freed_also_after_a_failure() {
        Backend backend = new CudaBackend(device, new Parallel(2));
        Volume suv = Phantoms.random(Phantoms.aligned(20, 20, 20, 4, 4, 4), 61, 0, 20);
        byte[] mask = new byte[suv.voxels().length];
        Arrays.fill(mask, (byte) 1);
        long before = device.memory().free();
        var pet = backend.rotations().pet(suv, 6);
        backend.rotations().fused(pet, pet);
        backend.lesions().measure(suv, mask);
        try (Resampling resampling = backend.resampling(suv)) {
            resampling.onto(Phantoms.aligned(30, 30, 30, 2, 2, 2), 0);
            VolumeGeometry g = suv.geometry();
            assertThatThrownBy(() -> resampling.onto(
                            new VolumeGeometry(
                                    g.size(), g.origin(), g.columnStep(), g.rowStep(), g.sliceStep(), "2.25.99"),
                            0))
                    .hasMessageContaining("frame of reference");
        }
        assertThat(device.memory().free()).isEqualTo(before);
    }

    @Test
    void the_most_that_was_allocated_at_once_is_known() {
        DeviceMemory.restart();
        long before = DeviceMemory.peak();
        try (DeviceBuffer first = DeviceBuffer.allocate(device, "first", 3 * MIB)) {
            try (DeviceBuffer second = DeviceBuffer.allocate(device, "second", 2 * MIB)) {
                assertThat(second).isNotEqualTo(first);
            }
            DeviceBuffer.allocate(device, "third", MIB).close();
        }
        assertThat(DeviceMemory.peak() - before).isEqualTo(5 * MIB);
        DeviceMemory.restart();
        assertThat(DeviceMemory.peak()).isEqualTo(before);
    }

    @Test
    void too_little_memory_says_what_is_needed_and_what_there_is() {
        long free = device.memory().free();
        assertThatThrownBy(() -> DeviceBuffer.allocate(device, "voxels of a whale", free + 5 * MIB))
                .isInstanceOfSatisfying(
                        CudaException.class,
                        refused -> assertThat(refused.code()).isEqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY))
                .hasMessageContaining("voxels of a whale")
                .hasMessageContaining("needs " + (free + 5 * MIB + MIB - 1) / MIB + " MiB")
                .hasMessageContaining(free / MIB + " MiB are free")
                .hasMessageContaining("lease a slice")
                .hasMessageContaining("TOMOGRID_BACKEND=cpu");
        assertThat(device.memory().free()).isEqualTo(free);
    }

    @Test
    void what_fits_only_in_parts_is_done_in_parts_with_the_same_bits() {
        assumeTrue(device.emulated(), "fills the memory of the stand-in; a GPU may be shared");
        Backend cuda = new CudaBackend(device, new Parallel(2));
        Backend cpu = new CpuBackend(new Parallel(2));
        Volume suv = Phantoms.random(Phantoms.aligned(30, 30, 30, 4, 4, 4), 62, 0, 20);
        VolumeGeometry target = Phantoms.sheared(70, 71, 72, 1.7);
        try (DeviceBuffer hog =
                DeviceBuffer.allocate(device, "others", device.memory().free() - MIB)) {
            assertThat(device.fitting(70 * 71 * 4, 72)).isBetween(2, 60);
            try (Resampling parts = cuda.resampling(suv);
                    Resampling whole = cpu.resampling(suv)) {
                assertThat(parts.onto(target, -1).voxels())
                        .isEqualTo(whole.onto(target, -1).voxels());
            }
            assertThat(cuda.rotations().pet(suv, 12, 2.5).pixels())
                    .isEqualTo(cpu.rotations().pet(suv, 12, 2.5).pixels());
            assertThat(hog.argument()).isNotNull();
        }
    }

    @Test
    void a_kernel_that_the_driver_refuses_is_named() {
        try (DeviceBuffer buffer = DeviceBuffer.allocate(device, "frames", 8)) {
            assertThatThrownBy(() -> device.kernels().launch("blend", -5, buffer.argument()))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("kernel blend")
                    .hasMessageContaining("CUDA_ERROR_INVALID_VALUE")
                    .hasMessageContaining("gpu-selftest");
        }
    }

    /** The fence of the stand-in: what a GPU might let pass does not pass here. */
    @Test
    void a_kernel_that_writes_beyond_its_memory_is_found_out() {
        assumeTrue(device.emulated(), "writes where it must not; only the stand-in has fences there");
        byte[] levels = new byte[65536];
        try (DeviceBuffer pixels = DeviceBuffer.upload(device, "frames", new short[8]);
                DeviceBuffer dark = DeviceBuffer.upload(device, "levels", levels)) {
            DeviceBuffer tooSmall = DeviceBuffer.allocate(device, "frames in colour", 3 * 8 - 1);
            device.kernels()
                    .launch(
                            "blend",
                            8,
                            pixels.argument(),
                            pixels.argument(),
                            dark.argument(),
                            dark.argument(),
                            tooSmall.argument());
            assertThatThrownBy(tooSmall::close)
                    .isInstanceOfSatisfying(
                            CudaException.class,
                            found -> assertThat(found.deviceLost()).isTrue())
                    .hasMessageContaining("freeing frames in colour")
                    .hasMessageContaining("must end");
        }
    }

    @Test
    void any_thread_may_use_it() {
        Backend cuda = new CudaBackend(device, new Parallel(1));
        Volume suv = Phantoms.random(Phantoms.aligned(15, 15, 15, 4, 4, 4), 63, 0, 20);
        short[] expected = cuda.rotations().pet(suv, 8).pixels();
        Stream.generate(() -> CompletableFuture.supplyAsync(
                        () -> cuda.rotations().pet(suv, 8).pixels()))
                .limit(4)
                .toList()
                .forEach(pixels -> assertThat(pixels.join()).isEqualTo(expected));
    }

    @Test
    void a_real_slice_gets_cuda_and_a_simulated_one_the_processors() {
        assertThat(Backends.forSlice(false, new Parallel(1), null).backend().name())
                .isEqualTo("cuda");
        Backends.Choice simulated = Backends.forSlice(true, new Parallel(1), null);
        assertThat(simulated.backend().name()).isEqualTo("cpu");
        assertThat(simulated.notCuda()).isEmpty();
        Backends.Choice wanted = Backends.forSlice(false, new Parallel(1), "cpu");
        assertThat(wanted.backend().name()).isEqualTo("cpu");
        assertThat(wanted.notCuda()).contains("TOMOGRID_BACKEND=cpu");
    }
}
