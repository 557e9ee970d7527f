package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-01, SLC-02 against a libnvidia-ml.so.1 of our own that keeps the vendor's rules; skipped where gcc is missing. */
class NvmlInventoryTest {
    private static final String GPUS = "A100-40GB,T4,RTX-PRO-6000-96GB";

    @TempDir
    static Path folder;

    private static NvmlStandIn gpus;
    private NvmlInventory inventory;

    @BeforeAll
    static void compile() throws Exception {
        gpus = NvmlStandIn.in(folder);
        System.setProperty(NvmlInventory.LIBRARY_PROPERTY, gpus.library().toString());
    }

    @AfterAll
    static void forget() {
        System.clearProperty(NvmlInventory.LIBRARY_PROPERTY);
    }

    @BeforeEach
    void open() throws InventoryException {
        gpus.build(GPUS);
        inventory = NvmlInventory.open("node1");
    }

    @AfterEach
    void close() {
        inventory.close();
        assertThat(gpus.initialized()).isZero();
    }

    @Test
    void reads_profiles_placements_and_grids_of_different_width() throws InventoryException {
        HostInventory read = inventory.read();
        assertThat(read.gpus()).extracting(Gpu::memorySlices).containsExactly(8, 1, 12);
        assertThat(read.gpus()).noneMatch(Gpu::simulated);
        Gpu a100 = read.gpus().get(0);
        assertThat(a100.uuid()).isEqualTo("GPU-00000000-1111-2222-3333-444444444444");
        assertThat(a100.memoryBytes()).isEqualTo(40L << 30);
        assertThat(a100.profiles().stream().filter(GpuProfile::plain))
                .containsExactlyInAnyOrderElementsOf(SimulatedInventory.A100_40GB);
        assertThat(a100.profiles()).extracting(GpuProfile::name).contains("1gme");
        assertThat(read.gpus().get(2).profiles().stream().filter(GpuProfile::plain))
                .extracting(GpuProfile::starts)
                .containsExactly(List.of(0, 3, 6, 9), List.of(0, 6), List.of(0));
    }

    @Test
    void a_gpu_that_cannot_be_cut_is_one_slice_that_stays() throws InventoryException {
        Gpu t4 = inventory.read().gpus().get(1);
        Slice whole = t4.slices().get(0);
        assertThat(whole).isEqualTo(new Slice(key(1, "whole", 0), t4.uuid(), false));
        assertThat(t4.profiles()).containsExactly(GpuProfile.whole(15L << 30));
        assertThat(inventory.create(whole.key())).isEqualTo(whole);
        assertThatThrownBy(() -> inventory.destroy(whole.key()))
                .satisfies(e -> assertThat(((InventoryException) e).code()).isEqualTo(NvmlReturn.NOT_SUPPORTED));
    }

    @Test
    void a_slice_lives_from_create_to_destroy() throws InventoryException {
        Slice made = inventory.create(key(0, "3g", 4));
        assertThat(made.deviceUuid()).isEqualTo("MIG-00000000-0002-5004-8003-000000000000");
        assertThat(inventory.create(key(0, "3g", 4))).isEqualTo(made);
        assertThat(inventory.read().gpus().get(0).slices()).containsExactly(made);
        inventory.destroy(made.key());
        inventory.destroy(made.key());
        assertThat(inventory.read().gpus().get(0).slices()).isEmpty();
    }

    @Test
    void every_layout_of_every_gpu_can_be_made_and_taken_away() throws InventoryException {
        for (int index : new int[] {0, 2}) {
            Gpu gpu = inventory.read().gpus().get(index);
            for (List<Placement> layout : Layouts.maximal(gpu.placements())) {
                for (Placement placement : layout) {
                    inventory.create(gpu.key("node1", placement));
                }
                assertThat(inventory.read().gpus().get(index).slices())
                        .extracting(Slice::deviceUuid)
                        .hasSize(layout.size())
                        .doesNotHaveDuplicates();
                for (Placement placement : layout) {
                    inventory.destroy(gpu.key("node1", placement));
                }
            }
        }
    }

    @Test
    void an_occupied_place_is_refused() throws InventoryException {
        inventory.create(key(0, "4g", 0));
        assertThatThrownBy(() -> inventory.create(key(0, "7g", 0)))
                .isInstanceOfSatisfying(
                        InventoryException.class,
                        e -> assertThat(e.code()).isEqualTo(NvmlReturn.INSUFFICIENT_RESOURCES));
    }

    @Test
    void a_slice_in_use_is_not_destroyed() throws InventoryException {
        inventory.create(key(2, "1g", 9));
        gpus.busy(2, 9, true);
        assertThatThrownBy(() -> inventory.destroy(key(2, "1g", 9)))
                .isInstanceOfSatisfying(
                        InventoryException.class, e -> assertThat(e.code()).isEqualTo(NvmlReturn.IN_USE));
        gpus.busy(2, 9, false);
        inventory.destroy(key(2, "1g", 9));
    }

    @Test
    void without_permission_what_exists_can_be_used_and_nothing_be_cut() throws InventoryException {
        Slice made = inventory.create(key(0, "2g", 4));
        gpus.set("permitted", 0);
        Gpu gpu = inventory.read().gpus().get(0);
        assertThat(gpu.slices()).containsExactly(made);
        assertThat(gpu.placements()).extracting(Placement::start).containsExactly(4);
        assertThat(inventory.create(made.key())).isEqualTo(made);
        assertThatThrownBy(() -> inventory.destroy(made.key()))
                .isInstanceOfSatisfying(
                        InventoryException.class, e -> assertThat(e.code()).isEqualTo(NvmlReturn.NO_PERMISSION));
    }

    @Test
    void a_half_made_slice_is_finished() throws InventoryException {
        inventory.create(key(0, "3g", 0));
        gpus.divide(0, 0, 3, 0);
        assertThat(inventory.read().gpus().get(0).slices()).containsExactly(new Slice(key(0, "3g", 0), "", false));
        assertThat(inventory.create(key(0, "3g", 0)).deviceUuid()).startsWith("MIG-");
    }

    @Test
    void nothing_stays_of_a_slice_that_cannot_be_finished() throws InventoryException {
        gpus.set("compute-instance-answers", NvmlReturn.INSUFFICIENT_RESOURCES.code());
        assertThatThrownBy(() -> inventory.create(key(0, "3g", 0))).isInstanceOf(InventoryException.class);
        assertThat(inventory.read().gpus().get(0).slices()).isEmpty();
    }

    @Test
    void what_somebody_else_divided_of_a_profile_that_jobs_are_not_given_is_left_alone() throws InventoryException {
        SliceKey media = key(2, "2gallme", 0);
        inventory.create(media);
        gpus.divide(2, 0, 1, 2);
        assertThat(inventory.read().gpus().get(2).slices().get(0).locked()).isTrue();
        assertThatThrownBy(() -> inventory.destroy(media)).hasMessageContaining("somebody else");
    }

    @Test
    void keys_of_no_gpu_are_named() {
        assertThatThrownBy(() -> inventory.create(key(7, "1g", 0))).hasMessageContaining("has 3 GPUs");
        assertThatThrownBy(() -> inventory.create(key(2, "1g", 1))).hasMessageContaining("[0, 3, 6, 9]");
    }

    @Test
    void real_gpus_are_preferred_and_else_one_is_simulated_with_the_reason(@TempDir Path state) throws IOException {
        Inventories.Detected real = Inventories.detect("node1", state, key -> false);
        real.inventory().close();
        assertThat(real.simulated()).isFalse();

        gpus.set("count", 0);
        assertThat(Inventories.detect("node1", state, key -> false).reason())
                .contains("simulated")
                .contains("NVML finds no GPU");
        gpus.set("init-answers", NvmlReturn.DRIVER_NOT_LOADED.code());
        Inventories.Detected none = Inventories.detect("node1", state, key -> false);
        assertThat(none.simulated()).isTrue();
        assertThat(none.reason()).contains("NVML 9 DRIVER_NOT_LOADED");
    }

    private static SliceKey key(int gpu, String profile, int start) {
        return new SliceKey("node1", gpu, profile, start);
    }
}
