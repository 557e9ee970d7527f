package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.slices.GpuFault.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-20, SLC-21: faults, the MIG mode, meters and capacity through NVML's stand-in; skipped where gcc is missing. */
class NvmlHealthTest {
    private static final Duration LONG = Duration.ofSeconds(20);

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
        gpus.build("A100-80GB,H100-80GB,A30-24GB:off");
        inventory = NvmlInventory.open("node1");
    }

    @AfterEach
    void close() {
        inventory.close();
        assertThat(gpus.initialized()).isZero();
    }

    @Test
    void structures_have_the_size_that_their_version_says() {
        for (Nvml.ProfileInfo layout : List.of(Nvml.ProfileInfo.V2, Nvml.ProfileInfo.V3)) {
            assertThat(layout.version() & 0xFFFFFF).isEqualTo(layout.size());
        }
        assertThat(Nvml.ProfileInfo.V2.version()).isEqualTo(0x02000098);
        assertThat(Nvml.ProfileInfo.V3.version()).isEqualTo(0x03000098);
    }

    @Test
    void an_xid_ends_the_wait_and_names_the_slice() throws Exception {
        inventory.create(key(1, "3g", 4));
        assertThat(inventory.faults(Duration.ZERO)).isEmpty();
        CompletableFuture<List<GpuFault>> waiting = CompletableFuture.supplyAsync(this::wait20);
        gpus.xid(1, 4, 31);
        assertThat(waiting.get()).containsExactly(GpuFault.xid(1, 31, Optional.of(key(1, "3g", 4))));
        gpus.xid(0, -1, 79);
        assertThat(inventory.faults(LONG)).containsExactly(GpuFault.xid(0, 79, Optional.empty()));
        assertThat(inventory.faults(Duration.ZERO)).isEmpty();
    }

    @Test
    void closing_ends_the_wait() throws Exception {
        NvmlInventory other = NvmlInventory.open("node1");
        CompletableFuture<List<GpuFault>> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return other.faults(LONG);
            } catch (InventoryException e) {
                throw new IllegalStateException(e);
            }
        });
        other.close();
        assertThat(waiting.handle((faults, failed) -> failed == null ? faults : List.of())
                        .get())
                .isEmpty();
    }

    @Test
    void a_lost_gpu_is_told_once_and_the_others_go_on() throws Exception {
        inventory.create(key(0, "7g", 0));
        Slice unharmed = inventory.create(key(1, "7g", 0));
        String uuid = inventory.read().gpus().get(0).uuid();
        gpus.set(0, "lost", 1);
        assertThat(inventory.faults(LONG)).containsExactly(GpuFault.of(0, Kind.LOST));
        assertThat(inventory.faults(Duration.ZERO)).isEmpty();
        List<Gpu> read = inventory.read().gpus();
        assertThat(read.get(0).uuid()).isEqualTo(uuid);
        assertThat(read.get(0).profiles()).isEmpty();
        assertThat(read.get(1).slices()).containsExactly(unharmed);
        assertThatThrownBy(() -> inventory.create(key(0, "7g", 0)))
                .isInstanceOf(InventoryException.class)
                .hasMessageContaining("NVML 15 GPU_IS_LOST")
                .hasMessageContaining("reset or replace");
        gpus.reset(0);
        assertThat(inventory.faults(Duration.ZERO)).isEmpty();
        gpus.set(0, "lost", 1);
        assertThat(inventory.faults(LONG)).as("lost again").containsExactly(GpuFault.of(0, Kind.LOST));
    }

    @Test
    void memory_that_goes_bad_is_told_by_its_counter() throws Exception {
        gpus.set(1, "uncorrectable", 3);
        assertThat(inventory.faults(Duration.ZERO)).as("of before we looked").isEmpty();
        gpus.set(1, "uncorrectable", 4);
        assertThat(inventory.faults(LONG)).containsExactly(GpuFault.of(1, Kind.ECC_UNCORRECTABLE));
        assertThat(inventory.faults(Duration.ZERO)).isEmpty();
    }

    @Test
    void mig_mode_comes_on_at_once_or_after_a_reset_or_when_nobody_works() throws Exception {
        assertThat(inventory.read().gpus().get(2).profiles())
                .extracting(GpuProfile::name)
                .containsExactly("whole");
        gpus.set(2, "clients", 1);
        assertThat(inventory.setMigMode(2, true)).isEqualTo(NvmlReturn.IN_USE);
        gpus.set(2, "clients", 0);
        gpus.set(2, "passthrough", 1);
        assertThat(inventory.setMigMode(2, true)).isEqualTo(NvmlReturn.RESET_REQUIRED);
        assertThat(inventory.faults(LONG)).containsExactly(GpuFault.of(2, Kind.RESET_REQUIRED));
        assertThat(inventory.read().gpus().get(2).memorySlices()).isEqualTo(1);
        gpus.reset(2);
        assertThat(inventory.read().gpus().get(2).memorySlices()).isEqualTo(4);
        gpus.set(2, "passthrough", 0);
        inventory.create(key(2, "2g", 2));
        assertThatThrownBy(() -> inventory.setMigMode(2, false)).hasMessageContaining("IN_USE");
        inventory.destroy(key(2, "2g", 2));
        assertThat(inventory.setMigMode(2, false)).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(inventory.read().gpus().get(2).memorySlices()).isEqualTo(1);
    }

    @Test
    void a_gpu_that_must_be_reset_says_so_at_every_change() throws Exception {
        gpus.set(0, "reset-required", 1);
        assertThatThrownBy(() -> inventory.create(key(0, "1g", 0)))
                .hasMessageContaining("NVML 16 RESET_REQUIRED")
                .hasMessageContaining("nvidia-smi --gpu-reset");
        assertThat(inventory.faults(LONG)).containsExactly(GpuFault.of(0, Kind.RESET_REQUIRED));
        assertThat(inventory.lasting(0)).contains(GpuFault.of(0, Kind.RESET_REQUIRED));
        gpus.reset(0);
        assertThat(inventory.lasting(0)).isEmpty();
        gpus.set(0, "lost", 1);
        assertThat(inventory.lasting(0)).contains(GpuFault.of(0, Kind.LOST));
        assertThat(inventory.lasting(1)).isEmpty();
    }

    @Test
    void meters_are_the_whole_gpus() throws Exception {
        gpus.set(0, "energy", 5_000_000_000L);
        gpus.set(0, "power", 250_000);
        gpus.set(0, "uncorrectable", 2);
        assertThat(inventory.readings(0))
                .isEqualTo(new GpuReadings(
                        OptionalLong.of(5_000_000_000L),
                        OptionalLong.of(250_000),
                        OptionalLong.empty(),
                        OptionalLong.of(0),
                        OptionalLong.of(2)));
        gpus.set(1, "energy", 1_500);
        assertThat(inventory.read().gpus())
                .extracting(Gpu::energyJoules)
                .containsExactly(OptionalDouble.of(5_000_000), OptionalDouble.of(1.5), OptionalDouble.of(0));
        gpus.set(2, "busy-percent", 37);
        assertThat(inventory.readings(2).busyPercent()).hasValue(37);
        gpus.driver("535.183.01");
        assertThat(inventory.driverVersion()).isEqualTo("535.183.01");
    }

    @Test
    void a_slice_of_a_hopper_tells_how_much_it_works_and_one_of_an_ampere_cannot() throws Exception {
        inventory.create(key(1, "2g", 0));
        inventory.create(key(1, "2g", 2));
        gpus.set(1, "busy-percent", 60);
        gpus.busy(1, 2, true);
        assertThat(inventory.use(key(1, "2g", 2), Duration.ofMillis(1))).contains(new SliceUse(60, 30));
        assertThat(inventory.use(key(1, "2g", 0), Duration.ofMillis(1))).contains(new SliceUse(0, 0));
        assertThat(inventory.use(key(1, "2g", 4), Duration.ofMillis(1)))
                .as("does not exist")
                .isEmpty();
        inventory.create(key(0, "2g", 0));
        assertThat(inventory.use(key(0, "2g", 0), Duration.ofMillis(1))).isEmpty();
        assertThat(inventory.use(key(2, "whole", 0), Duration.ofMillis(1))).isEmpty();
    }

    /** The planner's count of what could still be made is the driver's, on every layout of an A30. */
    @Test
    void remaining_capacity_is_what_the_planner_reckons() throws Exception {
        inventory.setMigMode(2, true);
        Gpu empty = inventory.read().gpus().get(2);
        Geometry geometry =
                Geometry.of(empty.profiles().stream().filter(GpuProfile::plain).toList());
        for (List<Placement> layout : Layouts.all(geometry.placements())) {
            Geometry.State state = geometry.empty();
            List<SliceKey> made = new ArrayList<>();
            for (Placement placement : layout) {
                made.add(inventory.create(empty.key("node1", placement)).key());
                state = state.after(geometry.numberOf(placement.profile().name(), placement.start()));
            }
            for (int p = 0; p < geometry.profiles().size(); p++) {
                assertThat(inventory.remaining(2, geometry.profiles().get(p)))
                        .as("%s beside %s", geometry.profiles().get(p).name(), made)
                        .isEqualTo(state.remaining(p));
            }
            for (SliceKey key : made) {
                inventory.destroy(key);
            }
        }
    }

    private List<GpuFault> wait20() {
        try {
            return inventory.faults(LONG);
        } catch (InventoryException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SliceKey key(int gpu, String profile, int start) {
        return new SliceKey("node1", gpu, profile, start);
    }
}
