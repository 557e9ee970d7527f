package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** SLC-02, SLC-06: a whole layout at once. */
class LayoutPlanTest {
    @Test
    void every_step_fits_beside_those_before_and_says_why() {
        LayoutPlan plan = plan("A100-80GB", "3g", "2g", "1g", "1g");
        List<Placement> standing = new ArrayList<>();
        for (LayoutPlan.Step step : plan.steps()) {
            assertThat(step.placement().fitsBeside(standing)).isTrue();
            assertThat(step.because()).startsWith(step.placement().profile().name() + " takes memory slice");
            standing.add(step.placement());
        }
        assertThat(standing).extracting(p -> p.profile().name()).containsExactly("3g", "2g", "1g", "1g");
    }

    /** The driver itself fails with these in this order (MIG user guide); with explicit places they fit. */
    @Test
    void the_order_in_which_they_are_wanted_does_not_matter() {
        assertThat(plan("A100-40GB", "1g", "1g", "2g", "3g").steps())
                .isEqualTo(plan("A100-40GB", "3g", "1g", "2g", "1g").steps());
    }

    @Test
    void every_full_layout_of_every_model_is_planned_from_its_profiles_alone() {
        for (GpuModel model : GpuModel.KNOWN) {
            for (List<Placement> layout : Layouts.maximal(Layouts.placements(model.profiles()))) {
                List<GpuProfile> wanted =
                        layout.stream().map(Placement::profile).toList();
                assertThat(LayoutPlan.of(model, wanted).steps())
                        .extracting(s -> s.placement().profile())
                        .containsExactlyInAnyOrderElementsOf(wanted);
            }
        }
    }

    @Test
    void what_no_gpu_allows_is_refused_with_what_is_possible() {
        assertThatThrownBy(() -> plan("A100-80GB", "4g", "4g"))
                .hasMessage("no A100-80GB can be cut into 4g, 4g: there can be 1 of 4g at most; possible is 4g, beside"
                        + " which 3 x 1g or 1 x 2g or 1 x 3g or 2 x 1gx2 could be made");
        assertThatThrownBy(() -> plan("A100-80GB", "7g", "1g"))
                .hasMessageContaining("9 memory slices of the 8")
                .hasMessageContaining("possible is 7g");
        assertThatThrownBy(() -> plan("A100-80GB", "2g", "2g", "2g", "1gx2", "1g"))
                .hasMessageContaining("9 memory slices");
        assertThatThrownBy(() -> plan("A100-80GB", "4g", "2g", "1g", "1g"))
                .hasMessageContaining("the places where they may begin overlap");
        assertThatThrownBy(() -> LayoutPlan.of(GpuModel.named("A30-24GB"), List.of()))
                .hasMessageContaining("no profile is wanted");
    }

    @Test
    void an_unknown_model_or_profile_is_refused_with_those_there_are() {
        assertThatThrownBy(() -> GpuModel.named("A100")).hasMessageContaining("A100-40GB, A100-80GB");
        assertThatThrownBy(() -> plan("A100-80GB", "5g"))
                .hasMessageContaining("no profile \"5g\"; it has 1g (1g.10gb)");
        assertThatThrownBy(() -> plan("A100-80GB", "3g.20gb")).hasMessageContaining("3g (3g.40gb)");
        assertThatThrownBy(() -> plan("A30-24GB", "3g")).hasMessageContaining("A30-24GB has no profile");
        assertThat(plan("A100-80GB", "3g.40gb").steps()).hasSize(1);
    }

    private static LayoutPlan plan(String model, String... wanted) {
        GpuModel gpu = GpuModel.named(model);
        return LayoutPlan.of(gpu, Stream.of(wanted).map(gpu::profile).toList());
    }
}
