package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** SLC-02: the tables say what the vendor's rules say, for every layout there is. */
class GeometryTest {
    private static final List<GpuProfile> LIMITED = List.of(
            new GpuProfile(0, "1g", 1, 1, 1L << 30, 2, List.of(0, 1, 2, 3)),
            new GpuProfile(1, "2g", 2, 2, 2L << 30, 1, List.of(0, 2)),
            new GpuProfile(7, "1gme", 1, 1, 1L << 30, 1, List.of(0, 1, 2, 3)));

    @Test
    void every_layout_of_an_a100_has_its_state_and_takes_what_the_rules_let_it() {
        assertThat(check(SimulatedInventory.A100_40GB)).isEqualTo(723);
    }

    @Test
    void a_profile_with_fewer_instances_than_windows_is_bounded_too() {
        assertThat(check(LIMITED.subList(0, 2))).isEqualTo(19);
    }

    @Test
    void what_others_made_of_profiles_that_jobs_are_not_given_takes_room_only() {
        Geometry geometry = Geometry.of(LIMITED);
        Geometry.State state = geometry.empty().after(geometry.numberOf("1gme", 1));
        assertThat(state.free()).isEqualTo(3);
        assertThat(state.after(geometry.numberOf("2g", 0))).isNull();
        assertThat(Arrays.stream(geometry.serving(new SliceRequest(0, 0))).boxed())
                .extracting(n -> geometry.placement(n).profile().name())
                .doesNotContain("1gme");
    }

    @Test
    void remaining_capacity_is_what_could_still_be_made() {
        Geometry geometry = Geometry.of(SimulatedInventory.A100_40GB);
        List<Placement> placements = geometry.placements();
        for (List<Placement> layout : Layouts.all(placements)) {
            Geometry.State state = state(geometry, layout);
            for (int p = 0; p < geometry.profiles().size(); p++) {
                GpuProfile profile = geometry.profiles().get(p);
                int most = Layouts.all(Layouts.placements(List.of(profile))).stream()
                        .filter(more -> fits(layout, more))
                        .mapToInt(List::size)
                        .max()
                        .orElseThrow();
                assertThat(state.remaining(p)).isEqualTo(most);
            }
        }
    }

    @Test
    void the_loss_of_a_placement_is_what_could_be_made_before_and_not_after() {
        Geometry geometry = Geometry.of(SimulatedInventory.A100_40GB);
        double[] only7g = new double[geometry.profiles().size()];
        only7g[geometry.profileOf(geometry.numberOf("7g", 0))] = 1;
        Demand demand = Demand.of(geometry, only7g);
        Geometry.State begun = geometry.empty().after(geometry.numberOf("1g", 0));
        assertThat(demand.loss(geometry.empty(), geometry.numberOf("1g", 0))).isEqualTo(8_000_000);
        assertThat(demand.loss(begun, geometry.numberOf("1g", 1))).isZero();
    }

    /** @return how many layouts there were */
    private static int check(List<GpuProfile> profiles) {
        Geometry geometry = Geometry.of(profiles);
        List<List<Placement>> all = Layouts.all(geometry.placements());
        for (List<Placement> layout : all) {
            Geometry.State state = state(geometry, layout);
            for (int n = 0; n < geometry.placements().size(); n++) {
                assertThat(state.after(n) != null)
                        .as("%s beside %s", geometry.placement(n), layout)
                        .isEqualTo(geometry.placement(n).fitsBeside(layout));
                if (state.after(n) != null) {
                    assertThat(state.after(n).before(n)).isSameAs(state);
                }
            }
        }
        Set<List<Placement>> distinct = new HashSet<>(all);
        return distinct.size();
    }

    private static Geometry.State state(Geometry geometry, List<Placement> layout) {
        Geometry.State state = geometry.empty();
        for (Placement placement : layout) {
            state = state.after(geometry.numberOf(placement.profile().name(), placement.start()));
        }
        return state;
    }

    private static boolean fits(List<Placement> layout, List<Placement> more) {
        List<Placement> standing = new ArrayList<>(layout);
        for (Placement placement : more) {
            if (!placement.fitsBeside(standing)) {
                return false;
            }
            standing.add(placement);
        }
        return true;
    }
}
