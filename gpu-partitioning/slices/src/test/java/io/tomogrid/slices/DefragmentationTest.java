package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** SLC-02, SLC-06: running jobs make room where they can be restarted and where it pays. */
class DefragmentationTest {
    private static final long MIB = 1L << 20;
    private static final double HOUR = 3600;

    private final List<Gpu> gpus = new ArrayList<>();
    private final List<Holding> holdings = new ArrayList<>();

    @Test
    void a_job_that_can_be_restarted_moves_when_the_gain_pays() {
        gpu("1g-0 60");
        gpu("4g-0");
        Decision decision = plan("7g", HOUR);
        assertThat(decision).isInstanceOfSatisfying(Decision.Rearrange.class, rearrange -> {
            assertThat(rearrange.then().key()).hasToString("n1-gpu0-7g-0");
            assertThat(rearrange.moves()).singleElement().satisfies(move -> {
                assertThat(move.from()).hasToString("n1-gpu0-1g-0");
                assertThat(move.to().key()).hasToString("n1-gpu1-1g-6");
            });
            assertThat(rearrange.because())
                    .contains("n1-gpu0-1g-0 to n1-gpu1-1g-6", "costs 60 slice-seconds", "gains 28800");
        });
    }

    @Test
    void it_stays_when_more_work_would_be_done_twice_than_is_gained() {
        gpu("1g-0 60");
        gpu("4g-0");
        assertThat(plan("7g", 60 / 8.0)).isInstanceOf(Decision.Wait.class);
        assertThat(plan("7g", 61 / 8.0)).isInstanceOf(Decision.Rearrange.class);
    }

    @Test
    void who_may_not_be_restarted_is_never_moved() {
        gpu("1g-0");
        gpu("4g-0");
        assertThat(plan("7g", HOUR)).isInstanceOf(Decision.Wait.class);
    }

    @Test
    void nobody_moves_when_there_is_room() {
        gpu("1g-0 1");
        gpu();
        assertThat(plan("7g", HOUR)).isInstanceOf(Decision.Plan.class);
    }

    @Test
    void the_cheapest_job_moves() {
        gpu("1g-0 60");
        gpu("1g-0 5");
        gpu("4g-0");
        assertThat(plan("7g", HOUR))
                .isInstanceOfSatisfying(
                        Decision.Rearrange.class,
                        r -> assertThat(r.then().key()).hasToString("n1-gpu1-7g-0"));
    }

    @Test
    void there_are_no_more_moves_than_the_rules_let() {
        gpu("1g-0 1", "1g-1 1", "1g-2 1", "1g-3 1");
        gpu("3g-4");
        assertThat(plan("7g", HOUR)).isInstanceOf(Decision.Wait.class);
        assertThat(Planner.plan(hosts(), holdings, request("7g"), new MoveRules(4, 256), HOUR))
                .isInstanceOfSatisfying(
                        Decision.Rearrange.class, r -> assertThat(r.moves()).hasSize(4));
    }

    @Test
    void who_makes_room_may_need_room_made() {
        // the 3g that starts at 0 has only the 4g's GPU to go to, where a 1g stands in its way
        gpu("3g-0 1", "3g-4");
        gpu("4g-0", "1g-4 1");
        gpu("1g-0", "1g-1", "1g-2", "1g-3", "1g-4", "1g-5");
        assertThat(plan("4g", HOUR)).isInstanceOfSatisfying(Decision.Rearrange.class, r -> {
            assertThat(r.moves()).hasSize(2);
            assertThat(r.then().key()).hasToString("n1-gpu0-4g-0");
        });
    }

    /** Applies what is decided to plain sets of placements, under the rules of which no table knows. */
    @Test
    void whatever_is_moved_the_layouts_stay_legal() {
        long seed = 20261125;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Fleet fleet = new Fleet();
        Geometry geometry = Geometry.of(SimulatedInventory.A100_40GB);
        Map<Integer, List<Placement>> layouts = new HashMap<>();
        for (int n = 0; n < 12; n++) {
            fleet.add(geometry, "n1", n);
            layouts.put(n, new ArrayList<>());
        }
        int moved = 0;
        for (int step = 0; step < 20_000; step++) {
            if (random.nextInt(5) < 2) {
                Fleet.Board board = fleet.board(random.nextInt(12));
                if (!board.residents().isEmpty()) {
                    int placement = board.residents()
                            .get(random.nextInt(board.residents().size()))
                            .placement();
                    fleet.give(board, placement);
                    assertThat(layouts.get(board.number()).remove(geometry.placement(placement)))
                            .isTrue();
                }
                continue;
            }
            GpuProfile wanted = SimulatedInventory.A100_40GB.get(random.nextInt(6));
            SliceRequest request = new SliceRequest(wanted.memoryBytes(), wanted.computeSlices());
            Fleet.Spot spot = fleet.best(request);
            if (spot == null) {
                Rearrangement made = fleet.rearrange(request, MoveRules.USUAL, 100);
                if (made == null) {
                    continue;
                }
                for (Rearrangement.Move move : made.moves()) {
                    assertThat(move.resident().movable()).isTrue();
                    assertThat(layouts.get(move.from().number())
                                    .remove(geometry.placement(move.resident().placement())))
                            .isTrue();
                }
                for (Rearrangement.Move move : made.moves()) {
                    put(
                            layouts.get(move.to().board().number()),
                            geometry.placement(move.to().placement()));
                    moved++;
                }
                assertThat(made.moves().size()).isLessThanOrEqualTo(MoveRules.USUAL.most());
                assertThat(made.cost()).isLessThan(100);
                fleet.apply(made.moves());
                spot = made.spot();
            }
            put(layouts.get(spot.board().number()), geometry.placement(spot.placement()));
            fleet.take(
                    spot.board(),
                    spot.placement(),
                    random.nextInt(4) == 0 ? Double.POSITIVE_INFINITY : random.nextInt(10));
        }
        assertThat(moved).isGreaterThan(300);
    }

    private static void put(List<Placement> layout, Placement placement) {
        assertThat(placement.fitsBeside(layout))
                .as("%s beside %s", placement, layout)
                .isTrue();
        layout.add(placement);
    }

    /** @param held slices, each with what a restart of its job costs if it may be restarted */
    private void gpu(String... held) {
        for (String text : held) {
            String[] words = text.split(" ");
            holdings.add(new Holding(
                    SliceKey.parse("n1-gpu" + gpus.size() + "-" + words[0]),
                    words.length == 1 ? Double.POSITIVE_INFINITY : Double.parseDouble(words[1])));
        }
        gpus.add(new Gpu(
                gpus.size(),
                "GPU-" + gpus.size(),
                "test",
                40960 * MIB,
                true,
                8,
                SimulatedInventory.A100_40GB,
                List.of()));
    }

    private List<HostInventory> hosts() {
        return List.of(new HostInventory("n1", gpus));
    }

    private Decision plan(String profile, double seconds) {
        return Planner.plan(hosts(), holdings, request(profile), MoveRules.USUAL, seconds);
    }

    private static SliceRequest request(String profile) {
        GpuProfile wanted = SimulatedInventory.A100_40GB.stream()
                .filter(p -> p.name().equals(profile))
                .findFirst()
                .orElseThrow();
        return new SliceRequest(wanted.memoryBytes(), wanted.computeSlices());
    }
}
