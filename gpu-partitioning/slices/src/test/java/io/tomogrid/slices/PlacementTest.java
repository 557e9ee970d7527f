package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** SLC-02: how many layouts the vendor's rules allow, counted elsewhere. */
class PlacementTest {
    private static final List<GpuProfile> SIX = SimulatedInventory.A100_40GB;
    private static final List<GpuProfile> FIVE =
            SIX.stream().filter(p -> !p.name().equals("1gx2")).toList();

    @Test
    void an_a100_has_298_layouts_of_which_19_are_full() {
        assertThat(Layouts.all(Layouts.placements(FIVE))).hasSize(298).doesNotHaveDuplicates();
        assertThat(Layouts.maximal(Layouts.placements(FIVE))).hasSize(19);
    }

    @Test
    void with_the_double_memory_profile_723_of_which_78_are_full() {
        assertThat(Layouts.all(Layouts.placements(SIX))).hasSize(723);
        assertThat(Layouts.maximal(Layouts.placements(SIX))).hasSize(78);
    }

    @Test
    void an_a30_on_its_grid_of_four_has_26_of_which_5_are_full() {
        List<Placement> placements = Layouts.placements(List.of(
                profile(0, 1, 1, 4, List.of(0, 1, 2, 3)),
                profile(1, 2, 2, 2, List.of(0, 2)),
                profile(3, 4, 4, 1, List.of(0))));
        assertThat(Layouts.all(placements)).hasSize(26);
        assertThat(Layouts.maximal(placements)).hasSize(5);
    }

    @Test
    void an_rtx_pro_6000_on_its_grid_of_twelve_has_26_of_which_5_are_full() {
        List<Placement> placements = Layouts.placements(List.of(
                profile(0, 1, 3, 4, List.of(0, 3, 6, 9)),
                profile(1, 2, 6, 2, List.of(0, 6)),
                profile(3, 4, 12, 1, List.of(0))));
        assertThat(Layouts.all(placements)).hasSize(26);
        assertThat(Layouts.maximal(placements)).hasSize(5);
    }

    @Test
    void no_layout_of_an_a100_has_more_than_seven_compute_slices() {
        assertThat(Layouts.all(Layouts.placements(SIX)))
                .allMatch(layout -> layout.stream()
                                .mapToInt(p -> p.profile().computeSlices())
                                .sum()
                        <= 7);
    }

    @Test
    void a_profile_with_media_engines_can_be_made_once_only() {
        GpuProfile media = profile(7, 1, 1, 1, List.of(0, 1, 2));
        assertThat(new Placement(media, 1).fitsBeside(List.of(new Placement(media, 0))))
                .isFalse();
        assertThat(media.plain()).isFalse();
    }

    private static GpuProfile profile(int profileEnum, int compute, int memory, int max, List<Integer> starts) {
        return new GpuProfile(profileEnum, GpuProfile.nameOf(profileEnum), compute, memory, 1L << 30, max, starts);
    }
}
