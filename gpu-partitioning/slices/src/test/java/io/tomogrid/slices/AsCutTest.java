package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ENG-05 */
class AsCutTest {
    private static final long GIB = 1L << 30;
    private static final SliceKey TWO = SliceKey.parse("node1-gpu0-2g-4");
    private static final SliceKey ONE = SliceKey.parse("node1-gpu0-1g-1");

    @TempDir
    Path folder;

    @Test
    void what_exists_is_all_that_is_offered() throws Exception {
        try (Inventory inventory = cut(TWO, ONE)) {
            Gpu gpu = inventory.read().gpus().get(0);
            assertThat(gpu.placements())
                    .extracting(placement -> gpu.key("node1", placement))
                    .containsExactlyInAnyOrder(TWO, ONE);
            assertThat(gpu.slices()).extracting(Slice::key).containsExactlyInAnyOrder(TWO, ONE);
            assertThat(gpu.memorySlices()).isEqualTo(8);
        }
    }

    @Test
    void nothing_is_made_or_destroyed() throws Exception {
        try (Inventory inventory = cut(TWO)) {
            assertThat(inventory.create(TWO).key()).isEqualTo(TWO);
            assertThatThrownBy(() -> inventory.create(ONE))
                    .isInstanceOf(InventoryException.class)
                    .hasMessageContaining("does not exist, and others cut the GPUs of this host");
            assertThatThrownBy(() -> inventory.destroy(TWO))
                    .isInstanceOf(InventoryException.class)
                    .hasMessageContaining("others cut the GPUs of this host");
            inventory.destroy(ONE);
            assertThat(inventory.read().gpus().get(0).slices()).hasSize(1);
        }
    }

    @Test
    void the_planner_grants_what_exists_and_nothing_more() throws Exception {
        try (Inventory inventory = cut(TWO, ONE)) {
            List<HostInventory> hosts = List.of(inventory.read());
            assertThat(granted(hosts, List.of(), new SliceRequest(4 * GIB, 1))).isEqualTo(ONE);
            assertThat(granted(hosts, List.of(), new SliceRequest(8 * GIB, 2))).isEqualTo(TWO);
            // a 3g would fit on the card, but there is none
            assertThat(Planner.plan(hosts, List.of(), new SliceRequest(15 * GIB, 3)))
                    .isNotInstanceOf(Decision.Plan.class);
            // an idle slice that overlaps nothing is not destroyed for another one
            assertThat(granted(hosts, List.of(ONE), new SliceRequest(4 * GIB, 1)))
                    .isEqualTo(TWO);
            assertThat(Planner.plan(hosts, List.of(ONE, TWO), new SliceRequest(4 * GIB, 1)))
                    .isNotInstanceOf(Decision.Plan.class);
        }
    }

    @Test
    void a_card_that_is_not_cut_yet_offers_nothing() throws Exception {
        try (Inventory inventory = cut()) {
            assertThat(inventory.read().gpus().get(0).placements()).isEmpty();
            assertThat(Planner.plan(List.of(inventory.read()), List.of(), new SliceRequest(GIB, 1)))
                    .isNotInstanceOf(Decision.Plan.class);
        }
    }

    private static SliceKey granted(List<HostInventory> hosts, List<SliceKey> leases, SliceRequest request) {
        Decision decision = Planner.plan(hosts, leases, request);
        assertThat(decision).isInstanceOf(Decision.Plan.class);
        return ((Decision.Plan) decision).key();
    }

    private Inventory cut(SliceKey... keys) throws Exception {
        SimulatedInventory simulated = new SimulatedInventory("node1", folder, key -> false);
        for (SliceKey key : keys) {
            simulated.create(key);
        }
        return new AsCut(simulated);
    }
}
