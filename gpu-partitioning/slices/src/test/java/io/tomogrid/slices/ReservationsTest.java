package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** SLC-07: a gang runs in the end, however many small jobs come. */
class ReservationsTest {
    private static final SliceRequest WHOLE = new SliceRequest(40192L << 20, 7);
    private static final SliceRequest SMALL = new SliceRequest(1, 1);
    private final Geometry geometry = Geometry.of(SimulatedInventory.A100_40GB);
    private final Fleet fleet = new Fleet();

    @Test
    void all_members_are_placed_or_none() {
        boards("a", 2);
        assertThat(Reservations.place(fleet, new Gang("g", WHOLE, 2, true)))
                .hasValueSatisfying(spots ->
                        assertThat(spots).extracting(s -> s.board().number()).containsExactlyInAnyOrder(0, 1));
        fleet.take(fleet.board(1), geometry.numberOf("1g", 0), 0);
        assertThat(Reservations.place(fleet, new Gang("g", WHOLE, 2, true))).isEmpty();
        assertThat(fleet.board(0).state()).isSameAs(geometry.empty());
    }

    @Test
    void members_are_on_one_host_where_they_must_be() {
        boards("a", 1);
        boards("b", 1);
        assertThat(Reservations.place(fleet, new Gang("g", WHOLE, 2, true))).isEmpty();
        assertThat(Reservations.keep(fleet, new Gang("g", WHOLE, 2, true))).isFalse();
        assertThat(Reservations.place(fleet, new Gang("g", WHOLE, 2, false))).isPresent();
    }

    @Test
    void those_gpus_are_kept_on_which_the_least_is_taken() {
        boards("a", 3);
        fleet.take(fleet.board(0), geometry.numberOf("4g", 0), 0);
        fleet.take(fleet.board(1), geometry.numberOf("1g", 0), 0);
        fleet.take(fleet.board(2), geometry.numberOf("2g", 0), 0);
        assertThat(Reservations.keep(fleet, new Gang("g", WHOLE, 2, true))).isTrue();
        assertThat(fleet.boards()).extracting(Fleet.Board::keptFor).containsExactly("", "g", "g");
        assertThat(fleet.best(SMALL).board().number()).isZero();
        Reservations.release(fleet, "g");
        assertThat(fleet.boards()).extracting(Fleet.Board::keptFor).containsOnly("");
    }

    @Test
    void a_gang_does_not_starve_while_small_jobs_fill_every_gap() {
        long seed = 7;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        boards("a", 8);
        ArrayDeque<Fleet.Spot> running = new ArrayDeque<>();
        Gang gang = new Gang("g", WHOLE, 4, true);
        int waited = 0;
        boolean kept = false;
        while (Reservations.place(fleet, gang).isEmpty() || waited < 50) {
            for (Fleet.Spot spot = fleet.best(SMALL); spot != null; spot = fleet.best(SMALL)) {
                fleet.take(spot.board(), spot.placement(), Double.POSITIVE_INFINITY);
                running.add(spot);
            }
            if (waited == 50) {
                assertThat(Reservations.place(fleet, gang))
                        .as("without being kept room")
                        .isEmpty();
                kept = Reservations.keep(fleet, gang);
            }
            for (int ends = random.nextInt(4); ends > 0; ends--) {
                Fleet.Spot ended = running.remove();
                fleet.give(ended.board(), ended.placement());
            }
            assertThat(waited++).isLessThan(50 + 8 * 7);
        }
        assertThat(kept).isTrue();
        assertThat(Reservations.place(fleet, gang).orElseThrow())
                .extracting(s -> s.board().keptFor())
                .isEqualTo(List.of("g", "g", "g", "g"));
    }

    private void boards(String host, int count) {
        for (int n = 0; n < count; n++) {
            fleet.add(geometry, host, n);
        }
    }
}
