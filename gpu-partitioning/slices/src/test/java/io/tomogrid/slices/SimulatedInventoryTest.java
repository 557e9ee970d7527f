package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-01, SLC-02. */
class SimulatedInventoryTest {
    @TempDir
    Path folder;

    private final Set<SliceKey> inUse = new HashSet<>();
    private SimulatedInventory inventory;

    @BeforeEach
    void open() throws IOException {
        inventory = new SimulatedInventory("node1", folder, inUse::contains);
    }

    @Test
    void says_that_it_is_simulated() {
        Gpu gpu = inventory.read().gpus().get(0);
        assertThat(gpu.simulated()).isTrue();
        assertThat(gpu.name()).contains("simulated");
        assertThat(gpu.memorySlices()).isEqualTo(8);
    }

    @Test
    void makes_a_slice_once_and_finds_it_again_after_a_restart() throws Exception {
        Slice made = inventory.create(key("3g", 4));
        assertThat(made.deviceUuid()).matches("MIG-[0-9a-f-]{36}");
        assertThat(inventory.create(key("3g", 4))).isEqualTo(made);

        open();
        assertThat(inventory.read().gpus().get(0).slices()).containsExactly(made);
        inventory.destroy(made.key());
        inventory.destroy(made.key());
        open();
        assertThat(inventory.read().gpus().get(0).slices()).isEmpty();
    }

    @Test
    void answers_an_occupied_place_as_the_driver_does() throws Exception {
        inventory.create(key("4g", 0));
        assertThatThrownBy(() -> inventory.create(key("1g", 3)))
                .isInstanceOfSatisfying(
                        InventoryException.class,
                        e -> assertThat(e.code()).isEqualTo(NvmlReturn.INSUFFICIENT_RESOURCES))
                .hasMessageContaining("node1-gpu0-1g-3")
                .hasMessageContaining("node1-gpu0-4g-0")
                .hasMessageContaining("23");
    }

    @Test
    void does_not_destroy_what_a_process_works_on() throws Exception {
        inventory.create(key("2g", 2));
        inUse.add(key("2g", 2));
        assertThatThrownBy(() -> inventory.destroy(key("2g", 2)))
                .isInstanceOfSatisfying(
                        InventoryException.class, e -> assertThat(e.code()).isEqualTo(NvmlReturn.IN_USE));
        assertThat(inventory.read().gpus().get(0).slices()).hasSize(1);
    }

    @Test
    void names_what_is_wrong_with_a_key() {
        assertThatThrownBy(() -> inventory.create(key("3g", 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("begins at one of [0, 4]");
        assertThatThrownBy(() -> inventory.create(key("5g", 0))).hasMessageContaining("no profile 5g");
        assertThatThrownBy(() -> inventory.create(new SliceKey("node2", 0, "1g", 0)))
                .hasMessageContaining("this host is node1");
        assertThatThrownBy(() -> inventory.destroy(new SliceKey("node1", 1, "1g", 0)))
                .hasMessageContaining("gpu0 only");
    }

    @Test
    void takes_every_full_layout_and_refuses_every_addition_to_it() throws Exception {
        Gpu gpu = inventory.read().gpus().get(0);
        for (List<Placement> layout : Layouts.maximal(gpu.placements())) {
            for (Placement placement : layout) {
                inventory.create(gpu.key("node1", placement));
            }
            for (Placement placement : gpu.placements()) {
                if (!layout.contains(placement)) {
                    assertThatThrownBy(() -> inventory.create(gpu.key("node1", placement)))
                            .isInstanceOf(InventoryException.class);
                }
            }
            for (Placement placement : layout) {
                inventory.destroy(gpu.key("node1", placement));
            }
        }
        assertThat(inventory.read().gpus().get(0).slices()).isEmpty();
    }

    @Test
    void forgets_slices_of_another_host_name_but_not_a_damaged_state() throws Exception {
        inventory.create(key("1g", 0));
        assertThat(new SimulatedInventory("node2", folder, inUse::contains)
                        .read()
                        .gpus()
                        .get(0)
                        .slices())
                .isEmpty();
        Files.writeString(
                folder.resolve("simulated-gpu.json"), "{\"slices\":[\"node1-gpu0-1g-0\",\"node1-gpu0-7g-0\"]}");
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("delete the file");
    }

    private static SliceKey key(String profile, int start) {
        return new SliceKey("node1", 0, profile, start);
    }
}
