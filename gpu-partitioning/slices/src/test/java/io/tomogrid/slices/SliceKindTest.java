package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-23 to SLC-26: what slices are made of, through NVML's stand-in; skipped where gcc is missing. */
class SliceKindTest {
    private static final long GIB = 1L << 30;

    @TempDir
    static Path folder;

    private static NvmlStandIn gpus;

    @BeforeAll
    static void compile() throws Exception {
        gpus = NvmlStandIn.in(folder);
    }

    @BeforeEach
    void use() {
        gpus.build("A100-80GB,T4");
        System.setProperty(NvmlInventory.LIBRARY_PROPERTY, gpus.library().toString());
    }

    @AfterEach
    void forget() {
        for (String property :
                List.of(NvmlInventory.LIBRARY_PROPERTY, NvmlInventory.SHARES_PROPERTY, CpuInventory.SLICES_PROPERTY)) {
            System.clearProperty(property);
        }
        assertThat(gpus.initialized()).isZero();
    }

    @Test
    void a_key_says_what_its_slice_is_and_what_memory_it_may_have() {
        assertThat(SliceKind.of("1c3g")).isEqualTo(new SliceKind.ComputeInstance(1, 3));
        assertThat(SliceKind.of("share4")).isEqualTo(new SliceKind.Share(4));
        assertThat(SliceKind.of("cpu12")).isEqualTo(new SliceKind.Cpu(12));
        assertThat(SliceKind.of("vgpu")).isEqualTo(new SliceKind.Virtual());
        assertThat(SliceKind.of("whole")).isEqualTo(new SliceKind.Whole());
        for (String mig : List.of("1g", "7g", "1gx2", "2gallme", "1ggfx")) {
            assertThat(SliceKind.of(mig)).isEqualTo(new SliceKind.Mig());
        }
        assertThat(SliceKind.of("2c7g").memoryPart()).isEqualTo("2/7");
        assertThat(SliceKind.of("share4").memoryPart()).isEqualTo("1/4");
        assertThat(SliceKind.of("3g").memoryPart()).isEmpty();
    }

    @Test
    void an_idle_slice_is_divided_and_its_parts_are_slices_until_the_last_is_destroyed() throws Exception {
        try (NvmlInventory inventory = NvmlInventory.open("node1")) {
            inventory.create(key(0, "2g", 0));
            inventory.create(key(0, "3g", 4));
            List<Slice> parts = inventory.divide(key(0, "3g", 4), 1);
            assertThat(parts)
                    .extracting(Slice::key)
                    .containsExactly(key(0, "1c3g", 4), key(0, "1c3g", 5), key(0, "1c3g", 6));
            assertThat(parts).extracting(Slice::deviceUuid).doesNotHaveDuplicates();
            Gpu gpu = inventory.read().gpus().get(0);
            assertThat(gpu.profiles())
                    .extracting(GpuProfile::name)
                    .contains("1g", "2g")
                    .doesNotContain("7g");
            assertThat(gpu.placement(key(0, "1c3g", 4)).profile().memoryBytes()).isEqualTo((40192L << 20) / 3);
            allFits(gpu);

            assertThat(inventory.create(key(0, "1c3g", 5))).isEqualTo(parts.get(1));
            inventory.destroy(key(0, "1c3g", 5));
            assertThat(inventory.create(key(0, "1c3g", 5)).key()).isEqualTo(key(0, "1c3g", 5));
            gpus.xid(0, 4, 43);
            assertThat(inventory.faults(Duration.ZERO))
                    .as("of before we listened")
                    .isEmpty();
            gpus.xid(0, 4, 43);
            assertThat(inventory.faults(Duration.ofSeconds(20)))
                    .containsExactly(GpuFault.xid(0, 43, Optional.of(key(0, "1c3g", 4))));
            for (int start : new int[] {4, 5, 6}) {
                inventory.destroy(key(0, "1c3g", start));
            }
            assertThat(inventory.read().gpus().get(0).slices())
                    .extracting(Slice::key)
                    .containsExactly(key(0, "2g", 0));
            inventory.create(key(0, "1g", 6));
        }
    }

    @Test
    void what_is_divided_is_planned_like_anything_else() throws Exception {
        try (NvmlInventory inventory = NvmlInventory.open("node1")) {
            inventory.create(key(0, "4g", 0));
            inventory.divide(key(0, "4g", 0), 2);
            Gpu gpu = inventory.read().gpus().get(0);
            Geometry geometry = Geometry.of(gpu.profiles());
            Geometry.State state = geometry.empty();
            for (Slice slice : gpu.slices()) {
                state = state.after(
                        geometry.numberOf(slice.key().profile(), slice.key().start()));
            }
            assertThat(state.free()).isEqualTo(4);
            assertThat(state.after(geometry.numberOf("3g", 4))).isNotNull();
            assertThat(Planner.plan(
                            List.of(new HostInventory("node1", List.of(gpu))),
                            List.of(key(0, "2c4g", 0)),
                            new SliceRequest(15 * GIB, 2)))
                    .isInstanceOfSatisfying(
                            Decision.Plan.class,
                            plan -> assertThat(plan.toDestroy()).isEmpty());
            GpuProfile part = gpu.placement(key(0, "2c4g", 2)).profile();
            assertThat(part.serves(new SliceRequest(15 * GIB, 2))).isTrue();
            assertThat(part.serves(new SliceRequest(25 * GIB, 2)))
                    .as("more than its part of the memory")
                    .isFalse();
        }
    }

    @Test
    void what_cannot_be_divided_says_so() throws Exception {
        try (NvmlInventory inventory = NvmlInventory.open("node1")) {
            assertThatThrownBy(() -> inventory.divide(key(0, "3g", 0), 1)).hasMessageContaining("does not exist");
            inventory.create(key(0, "3g", 0));
            assertThatThrownBy(() -> inventory.divide(key(0, "3g", 0), 3))
                    .hasMessageContaining("cannot be divided into 3");
            gpus.busy(0, 0, true);
            assertThatThrownBy(() -> inventory.divide(key(0, "3g", 0), 1))
                    .isInstanceOfSatisfying(
                            InventoryException.class, e -> assertThat(e.code()).isEqualTo(NvmlReturn.IN_USE));
            assertThat(inventory.read().gpus().get(0).slices())
                    .extracting(Slice::key)
                    .containsExactly(key(0, "3g", 0));
        }
    }

    @Test
    void a_gpu_that_is_not_cut_can_be_shared() throws Exception {
        System.setProperty(NvmlInventory.SHARES_PROPERTY, "4");
        try (NvmlInventory inventory = NvmlInventory.open("node1")) {
            Gpu t4 = inventory.read().gpus().get(1);
            assertThat(t4.slices())
                    .extracting(Slice::key)
                    .containsExactlyElementsOf(IntStream.range(0, 4)
                            .mapToObj(start -> key(1, "share4", start))
                            .toList());
            assertThat(t4.slices()).extracting(Slice::deviceUuid).containsOnly(t4.uuid());
            GpuProfile share = t4.profiles().get(0);
            assertThat(share.memoryBytes() * 4).isEqualTo(t4.memoryBytes());
            assertThat(share.serves(new SliceRequest(3 * GIB, 1))).isTrue();
            assertThat(share.serves(new SliceRequest(4 * GIB, 1))).isFalse();
            assertThat(share.serves(new SliceRequest(GIB, 2))).isFalse();
            allFits(t4);
            List<SliceKey> leased = List.of(key(1, "share4", 0), key(1, "share4", 2));
            HostInventory host = new HostInventory("node1", List.of(t4));
            assertThat(Planner.plan(List.of(host), leased, new SliceRequest(GIB, 1)))
                    .isInstanceOfSatisfying(Decision.Plan.class, plan -> {
                        assertThat(plan.create()).isFalse();
                        assertThat(plan.toDestroy()).isEmpty();
                        assertThat(plan.key()).isIn(key(1, "share4", 1), key(1, "share4", 3));
                    });
            assertThatThrownBy(() -> inventory.destroy(key(1, "share4", 0)))
                    .hasMessageContaining("is a share")
                    .hasMessageContaining(NvmlInventory.SHARES_PROPERTY);
            assertThat(inventory.read().gpus().get(0).memorySlices()).isEqualTo(8);
        }
        System.setProperty(NvmlInventory.SHARES_PROPERTY, "many");
        assertThatThrownBy(() -> NvmlInventory.open("node1")).hasMessageContaining("from 1 to 48, is many");
    }

    @Test
    void a_virtual_gpu_is_one_piece_and_says_who_decides_its_size() throws Exception {
        gpus.set(0, "virtualization", 2);
        try (NvmlInventory inventory = NvmlInventory.open("node1")) {
            Gpu guest = inventory.read().gpus().get(0);
            assertThat(guest.slices()).extracting(Slice::key).containsExactly(key(0, "vgpu", 0));
            assertThat(inventory.create(key(0, "vgpu", 0)).deviceUuid()).isEqualTo(guest.uuid());
            assertThat(guest.profiles().get(0).serves(new SliceRequest(70 * GIB, 7)))
                    .isTrue();
            assertThatThrownBy(() -> inventory.destroy(key(0, "vgpu", 0)))
                    .hasMessageContaining("virtual GPU, whose size its host decides");
            assertThatThrownBy(() -> inventory.create(key(0, "1g", 0))).hasMessageContaining("no profile 1g");
        }
    }

    @Test
    void processors_are_slices_where_there_is_no_gpu_and_somebody_asked_for_them() throws Exception {
        CpuInventory cpu = new CpuInventory("node1", 3, 13, 30 * GIB);
        Gpu read = cpu.read().gpus().get(0);
        assertThat(read.slices()).extracting(Slice::key).contains(key(0, "cpu4", 0), key(0, "cpu4", 2));
        assertThat(read.profiles().get(0).memoryBytes()).isEqualTo(10 * GIB);
        assertThat(read.profiles().get(0).serves(new SliceRequest(10 * GIB, 7))).isTrue();
        allFits(read);
        assertThatThrownBy(() -> cpu.destroy(key(0, "cpu4", 0))).hasMessageContaining("part of the processors");
        assertThatThrownBy(() -> new CpuInventory("node1", 14, 13, GIB)).hasMessageContaining("13 processors");

        gpus.set("count", 0);
        System.setProperty(CpuInventory.SLICES_PROPERTY, "1");
        Inventories.Detected detected = Inventories.detect("node1", folder, key -> false);
        assertThat(detected.simulated()).isFalse();
        assertThat(detected.inventory().read().gpus().get(0).memoryBytes()).isGreaterThan(GIB / 4);
        assertThat(detected.reason()).contains("1 slices of processors").contains("NVML finds no GPU");
    }

    /** What exists can exist: else a planner would not know the GPU's state. */
    private static void allFits(Gpu gpu) {
        Set<Placement> standing = new HashSet<>();
        for (Slice slice : gpu.slices()) {
            Placement placement = gpu.placement(slice.key());
            assertThat(placement.fitsBeside(standing))
                    .as(slice.key().toString())
                    .isTrue();
            standing.add(placement);
        }
        assertThat(Geometry.of(gpu.profiles()).empty().free()).isBetween(standing.size(), gpu.memorySlices());
    }

    private static SliceKey key(int gpu, String profile, int start) {
        return new SliceKey("node1", gpu, profile, start);
    }
}
