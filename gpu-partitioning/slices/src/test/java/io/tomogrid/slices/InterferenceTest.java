package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** SLC-50: of places that cost as much, the one whose neighbours hurt least; else nothing changes. */
class InterferenceTest {
    private static final Geometry A100 = Geometry.of(SimulatedInventory.A100_40GB);
    private static final Interference STREAMING =
            new Interference("streaming", Map.of("streaming", 0.4, "copying", 0.1));

    @Test
    void the_gentler_of_two_neighbours_is_taken_and_the_sentence_says_why() {
        Fleet fleet = fleet("streaming", "calm");
        Decision.Plan plan = plan(fleet, STREAMING);
        assertThat(plan.key().gpu()).isEqualTo(1);
        assertThat(plan.because())
                .contains(
                        "its neighbours and it lose 0 % of their time to each other, where it would be 40 % on n1-gpu0-")
                .endsWith(".");
        Decision.Plan unknown = plan(fleet, Interference.UNKNOWN);
        assertThat(unknown.key().gpu()).isZero();
        assertThat(unknown.because()).doesNotContain("neighbours");
    }

    @Test
    void where_all_hurt_it_is_the_one_that_hurts_less() {
        assertThat(plan(fleet("streaming", "copying"), STREAMING).key().gpu()).isEqualTo(1);
        assertThat(plan(fleet("copying", "streaming"), STREAMING).key().gpu()).isZero();
        assertThat(plan(fleet("copying", "copying"), STREAMING).key().gpu()).isZero();
    }

    /** An empty GPU would hurt nobody, but its whole capacity is dearer. */
    @Test
    void capacity_goes_before_neighbours() {
        Fleet fleet = fleet("streaming", "");
        fleet.give(fleet.board(1), fleet.board(1).residents().get(0).placement());
        assertThat(plan(fleet, STREAMING).key().gpu()).isZero();
    }

    @Test
    void an_idle_slice_beside_a_gentler_neighbour_is_taken() {
        SliceRequest request = request("3g");
        List<Gpu> gpus = List.of(gpu(0), gpu(1));
        List<Holding> held = List.of(
                new Holding(SliceKey.parse("n1-gpu0-4g-0"), 10, "streaming"),
                new Holding(SliceKey.parse("n1-gpu1-4g-0"), 10, "calm"));
        Fleet fleet = Planner.fleet(List.of(new HostInventory("n1", gpus)), held);
        Decision.Plan plan = (Decision.Plan) Planner.plan(fleet, request, STREAMING, MoveRules.NONE, 60);
        assertThat(plan.key()).isEqualTo(SliceKey.parse("n1-gpu1-3g-4"));
        assertThat(plan.create()).isFalse();
        assertThat(plan.because()).startsWith("n1-gpu1-3g-4 is idle and serves as it is; its neighbours");
    }

    /** By brute force: of all boards in the state of the first choice, none hurts less; what is lost in capacity is the same. */
    @Test
    void no_place_of_the_same_cost_hurts_less() {
        long seed = 20261125;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> names = List.of("streaming", "copying", "calm", "");
        Fleet fleet = new Fleet();
        for (int n = 0; n < 40; n++) {
            fleet.add(A100, "n1", n);
        }
        int gentler = 0;
        for (int step = 0; step < 4000; step++) {
            SliceRequest request =
                    request(SimulatedInventory.A100_40GB.get(random.nextInt(6)).name());
            Fleet.Spot blind = fleet.best(request);
            Fleet.Spot spot = fleet.best(request, STREAMING);
            if (blind == null) {
                assertThat(spot).isNull();
            } else {
                assertThat(spot.loss()).isEqualTo(blind.loss());
                assertThat(spot.hurt()).isEqualTo(hurt(spot.board()));
                for (Fleet.Board board : fleet.boards()) {
                    if (board.state() == blind.board().state()) {
                        assertThat(hurt(board)).isGreaterThanOrEqualTo(spot.hurt());
                    }
                }
                assertThat(spot.instead().isPresent()).isEqualTo(spot.board() != blind.board());
                assertThat(fleet.best(request, STREAMING)).isEqualTo(spot);
                gentler += spot.instead().isPresent() ? 1 : 0;
                fleet.take(spot.board(), spot.placement(), 0, names.get(random.nextInt(4)));
            }
            Fleet.Board board = fleet.board(random.nextInt(40));
            if (!board.residents().isEmpty()) {
                List<Fleet.Resident> there = board.residents();
                fleet.give(board, there.get(random.nextInt(there.size())).placement());
            }
        }
        assertThat(gentler).isGreaterThan(100);
    }

    /** Who was moved in a search that is given up, or for good, is known where it is. */
    @Test
    void moves_take_the_workload_along() {
        Fleet fleet = new Fleet();
        fleet.add(A100, "n1", 0);
        fleet.add(A100, "n1", 1);
        fleet.take(fleet.board(0), A100.numberOf("3g", 4), 0, "streaming");
        fleet.take(fleet.board(1), A100.numberOf("3g", 4), 0, "calm");
        SliceRequest whole = request("7g");
        assertThat(fleet.rearrange(whole, MoveRules.USUAL, 0)).isNull();
        Rearrangement made = fleet.rearrange(whole, MoveRules.USUAL, 1);
        assertThat(workloads(fleet)).containsExactly("streaming", "calm");
        fleet.apply(made.moves());
        assertThat(workloads(fleet)).containsExactlyInAnyOrder("streaming", "calm");
        assertThat(made.spot().board().residents()).isEmpty();
    }

    @Test
    void a_part_that_makes_no_sense_is_refused() {
        for (double part : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Interference("a", Map.of("b", part)))
                    .hasMessageContaining("a beside b: a part of 0 or more was expected");
        }
    }

    private static List<String> workloads(Fleet fleet) {
        return fleet.boards().stream()
                .flatMap(board -> board.residents().stream())
                .map(Fleet.Resident::workload)
                .toList();
    }

    private static double hurt(Fleet.Board board) {
        return board.residents().stream()
                        .mapToLong(r -> Math.round(1000 * STREAMING.excess().getOrDefault(r.workload(), 0.0)))
                        .sum()
                * 1e-3;
    }

    /** GPUs on which one 3g each is taken, at the same place. */
    private static Fleet fleet(String... workloads) {
        Fleet fleet = new Fleet();
        for (int n = 0; n < workloads.length; n++) {
            fleet.take(fleet.add(A100, "n1", n), A100.numberOf("3g", 4), 0, workloads[n]);
        }
        return fleet;
    }

    private static Gpu gpu(int index) {
        Slice idle = new Slice(SliceKey.parse("n1-gpu" + index + "-3g-4"), "MIG-" + index, false);
        return new Gpu(index, "GPU-" + index, "A100", 40L << 30, true, 8, SimulatedInventory.A100_40GB, List.of(idle));
    }

    private static Decision.Plan plan(Fleet fleet, Interference with) {
        return (Decision.Plan) Planner.plan(fleet, request("2g"), with, MoveRules.NONE, 60);
    }

    private static SliceRequest request(String profile) {
        return A100.request(A100.numberOf(
                profile,
                SimulatedInventory.A100_40GB.stream()
                        .filter(p -> p.name().equals(profile))
                        .findFirst()
                        .orElseThrow()
                        .starts()
                        .get(0)));
    }
}
