package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-01, SLC-20: several simulated GPUs of one model, and what goes wrong on them. */
class SimulatedFaultsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final GpuModel A30 = GpuModel.named("A30-24GB");

    @TempDir
    Path folder;

    private SimulatedInventory inventory;

    @BeforeEach
    void open() throws IOException {
        inventory = new SimulatedInventory("node1", folder, A30, 3, key -> false);
    }

    @Test
    void each_gpu_has_the_models_grid_and_is_cut_by_itself() throws Exception {
        assertThat(inventory.read().gpus())
                .extracting(Gpu::index, Gpu::memorySlices, Gpu::memoryBytes, Gpu::simulated)
                .containsExactly(
                        tuple(0, 4, 24L << 30, true), tuple(1, 4, 24L << 30, true), tuple(2, 4, 24L << 30, true));
        assertThat(inventory.read().gpus()).extracting(Gpu::uuid).doesNotHaveDuplicates();
        Slice one = inventory.create(key(0, "4g", 0));
        Slice other = inventory.create(key(2, "4g", 0));
        assertThat(one.deviceUuid()).isNotEqualTo(other.deviceUuid());
        assertThatThrownBy(() -> inventory.create(key(2, "1g", 3))).hasMessageContaining("destroy what overlaps");
        assertThatThrownBy(() -> inventory.create(key(3, "1g", 3))).hasMessageContaining("gpu0 to gpu2");

        open();
        assertThat(inventory.read().gpus().get(2).slices()).containsExactly(other);
        assertThatThrownBy(() -> new SimulatedInventory("node1", folder, A30, 1, key -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("node1-gpu2-4g-0 is no slice of 1 × A30-24GB");
        assertThatThrownBy(() -> new SimulatedInventory("node1", folder, A30, 0, key -> false))
                .hasMessageContaining("at least one");
    }

    @Test
    void a_fault_ends_the_wait_and_is_told_once() throws Exception {
        assertThat(inventory.faults(Duration.ZERO)).isEmpty();
        CompletableFuture<List<GpuFault>> waiting = CompletableFuture.supplyAsync(() -> inventory.faults(LONG));
        GpuFault fault = GpuFault.xid(1, 31, Optional.of(key(1, "1g", 0)));
        SimulatedFaults.inject(folder, fault);
        assertThat(waiting.get()).containsExactly(fault);
        assertThat(fault.ofApplication()).isTrue();
        assertThat(GpuFault.xid(1, 79, Optional.empty()).ofApplication()).isFalse();
        assertThat(inventory.faults(Duration.ZERO)).isEmpty();
    }

    @Test
    void a_lost_gpu_has_no_slices_and_comes_back_empty() throws Exception {
        inventory.create(key(0, "2g", 2));
        Slice unharmed = inventory.create(key(1, "2g", 2));
        String uuid = inventory.read().gpus().get(0).uuid();
        GpuFault lost = GpuFault.of(0, GpuFault.Kind.LOST);
        SimulatedFaults.inject(folder, lost);

        Gpu gone = inventory.read().gpus().get(0);
        assertThat(gone.uuid()).isEqualTo(uuid);
        assertThat(gone.profiles()).isEmpty();
        assertThat(gone.slices()).isEmpty();
        assertThat(inventory.read().gpus().get(1).slices()).containsExactly(unharmed);
        assertThatThrownBy(() -> inventory.create(key(0, "2g", 2)))
                .isInstanceOfSatisfying(
                        InventoryException.class, e -> assertThat(e.code()).isEqualTo(NvmlReturn.GPU_IS_LOST));
        assertThat(inventory.faults(LONG)).containsExactly(lost);
        assertThat(inventory.faults(Duration.ZERO)).isEmpty();

        open();
        assertThat(inventory.faults(LONG)).as("told again to who starts anew").containsExactly(lost);
        SimulatedFaults.reset(folder, 0);
        assertThat(inventory.read().gpus().get(0).slices()).isEmpty();
        inventory.create(key(0, "4g", 0));
    }

    @Test
    void a_gpu_that_must_be_reset_is_not_cut() throws Exception {
        Slice made = inventory.create(key(2, "1g", 3));
        SimulatedFaults.inject(folder, GpuFault.of(2, GpuFault.Kind.RESET_REQUIRED));
        assertThatThrownBy(() -> inventory.create(key(2, "1g", 2)))
                .isInstanceOf(InventoryException.class)
                .hasMessageContaining("nvidia-smi --gpu-reset");
        assertThat(inventory.read().gpus().get(2).slices()).containsExactly(made);
        SimulatedFaults.reset(folder, 2);
        inventory.create(key(2, "1g", 2));
    }

    @Test
    void a_file_that_is_no_fault_is_named() throws Exception {
        Files.writeString(Files.createDirectories(folder.resolve("faults")).resolve("x.json"), "{\"gpu\":0}");
        assertThatThrownBy(() -> inventory.read())
                .hasStackTraceContaining("x.json is no fault: fault: slice is missing");
        assertThatThrownBy(() -> GpuFault.xid(0, 0, Optional.empty())).hasMessageContaining("its number");
    }

    private static SliceKey key(int gpu, String profile, int start) {
        return new SliceKey("node1", gpu, profile, start);
    }
}
