package io.tomogrid.manager.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.Priority;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Placement;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** JOB-11: whose work makes room on an A100-40GB. */
class PreemptionTest {
    private static final SliceRequest TWO = new SliceRequest(9L << 30, 2);
    private static final SliceRequest WHOLE = new SliceRequest(30L << 30, 7);
    private static final double CUT = 4;

    private final List<Occupant> there = new ArrayList<>();
    private final Set<SliceKey> leaving = new HashSet<>();
    private final List<Slice> foreign = new ArrayList<>();

    @Test
    void the_work_that_loses_least_goes() {
        works("2g-0", Priority.BATCH, 100);
        works("2g-2", Priority.BATCH, 50);
        works("2g-4", Priority.BATCH, 70);
        assertThat(cheapest(TWO)).hasValueSatisfying(p -> {
            assertThat(p.slices()).containsExactly(key("2g-2"));
            assertThat(p.stopped()).extracting(Occupant::job).containsExactly("2g-2");
            assertThat(p.lost()).as("2 memory slices for 50 s").isEqualTo(100);
        });
    }

    @Test
    void batch_work_goes_before_routine_work_whatever_it_costs() {
        works("2g-0", Priority.ROUTINE, 1);
        works("2g-2", Priority.BATCH, 5000);
        works("2g-4", Priority.STAT, 0);
        assertThat(cheapest(TWO)).hasValueSatisfying(p -> assertThat(p.slices()).containsExactly(key("2g-2")));
    }

    @Test
    void what_is_urgent_itself_or_nearly_done_stays() {
        works("2g-0", Priority.STAT, 1);
        works("2g-2", Priority.BATCH, Double.POSITIVE_INFINITY);
        works("2g-4", Priority.STAT, 1);
        assertThat(cheapest(TWO)).isEmpty();
    }

    @Test
    void a_whole_gpu_takes_everybody_and_the_time_of_a_cut() {
        works("3g-0", Priority.BATCH, 10);
        works("3g-4", Priority.ROUTINE, 5);
        assertThat(cheapest(WHOLE)).hasValueSatisfying(p -> {
            assertThat(p.slices()).containsExactly(key("7g-0"));
            assertThat(p.stopped()).hasSize(2);
            assertThat(p.lost()).isEqualTo(4 * 10 + 4 * 5 + 8 * CUT);
        });
    }

    /** A long worked whole GPU is cut for somebody who needs little only if nothing cheaper is there. */
    @Test
    void a_slice_that_serves_as_it_is_costs_no_cut() {
        works("7g-0", Priority.BATCH, 10);
        assertThat(cheapest(TWO)).hasValueSatisfying(p -> {
            assertThat(p.slices()).containsExactly(key("7g-0"));
            assertThat(p.lost()).isEqualTo(80);
        });
    }

    @Test
    void an_idle_executor_leaves_but_a_stranger_makes_the_gpu_useless() {
        works("2g-0", Priority.BATCH, 10);
        leaving.add(key("2g-2"));
        assertThat(cheapest(WHOLE)).isPresent();
        foreign.add(new Slice(key("2g-4"), "MIG-x", true));
        assertThat(cheapest(WHOLE)).isEmpty();
    }

    /** Nobody is stopped for a place that is free anyway: that one is the planner's to find. */
    @Test
    void nobody_is_stopped_where_that_does_not_help() {
        assertThat(cheapest(TWO)).isEmpty();
    }

    /** JOB-28 */
    @Test
    void a_gang_has_all_its_places_from_those_who_lose_least() {
        works("2g-0", Priority.BATCH, 100);
        works("2g-2", Priority.BATCH, 50);
        works("2g-4", Priority.BATCH, 70);
        assertThat(cheapest(TWO, 2)).hasValueSatisfying(p -> {
            assertThat(p.slices()).containsExactly(key("2g-2"), key("2g-4"));
            assertThat(p.stopped()).extracting(Occupant::job).containsExactly("2g-2", "2g-4");
            assertThat(p.lost()).isEqualTo(2 * 50 + 2 * 70);
        });
    }

    /** JOB-28: who is in the way of two places is stopped once; who is in nobody's way stays. */
    @Test
    void a_gang_takes_what_is_free_first_and_stops_nobody_in_vain() {
        works("3g-4", Priority.BATCH, 1000);
        works("1g-0", Priority.BATCH, 5);
        assertThat(cheapest(TWO, 2)).hasValueSatisfying(p -> {
            assertThat(p.slices()).containsExactly(key("2g-0"), key("2g-2"));
            assertThat(p.stopped()).extracting(Occupant::job).containsExactly("1g-0");
            assertThat(p.lost()).isEqualTo(5 + 2 * 2 * CUT);
        });
        there.clear();
        works("4g-0", Priority.BATCH, 10);
        works("3g-4", Priority.STAT, 10);
        assertThat(cheapest(TWO, 2)).hasValueSatisfying(p -> {
            assertThat(p.slices()).containsExactly(key("2g-0"), key("2g-2"));
            assertThat(p.lost()).as("the work of the 4g counts once").isEqualTo(4 * 10 + 2 * 2 * CUT);
        });
    }

    /** JOB-28 */
    @Test
    void nobody_is_stopped_for_half_a_gang() {
        works("2g-0", Priority.BATCH, 100);
        works("2g-2", Priority.STAT, 50);
        works("2g-4", Priority.BATCH, 70);
        assertThat(cheapest(TWO, 2)).isPresent();
        assertThat(cheapest(TWO, 3)).isEmpty();
        works("1g-6", Priority.ROUTINE, 70);
        assertThat(cheapest(new SliceRequest(15L << 30, 3), 2)).isEmpty();
    }

    /** JOB-28: BATCH work goes before ROUTINE work here too. */
    @Test
    void a_gang_leaves_routine_work_alone_where_batch_work_is_enough() {
        works("2g-0", Priority.ROUTINE, 1);
        works("2g-2", Priority.BATCH, 5000);
        works("2g-4", Priority.BATCH, 5000);
        assertThat(cheapest(TWO, 2).orElseThrow().stopped())
                .extracting(Occupant::job)
                .containsExactly("2g-2", "2g-4");
        assertThat(cheapest(TWO, 3).orElseThrow().stopped()).hasSize(3);
    }

    /**
     * JOB-28: against every subset of who may be stopped, tried one by one on two GPUs with seeded occupants; the cheapest
     * subset that leaves room is what was found.
     */
    @Test
    void no_cheaper_set_of_stopped_work_would_do() {
        var random = new Random(4);
        for (int round = 0; round < 300; round++) {
            there.clear();
            for (int gpu = 0; gpu < 2; gpu++) {
                fill(gpu, random);
            }
            int count = 2 + random.nextInt(3);
            Optional<Preemption> found = Preemption.cheapest(
                    List.of(new HostInventory("h", List.of(gpu(0), gpu(1)))),
                    there,
                    leaving,
                    new Preemption.Wanted(TWO, count, Priority.STAT),
                    0);
            double least = bruteForce(count);
            assertThat(found.map(Preemption::lost).orElse(least == 0 ? 0 : Double.POSITIVE_INFINITY))
                    .as(there + " for " + count)
                    .isEqualTo(least);
        }
    }

    private void fill(int gpu, Random random) {
        List<Placement> places = new ArrayList<>(gpu(gpu).placements());
        Collections.shuffle(places, random);
        List<Placement> taken = new ArrayList<>();
        for (Placement place : places.subList(0, 6)) {
            if (place.fitsBeside(taken)) {
                taken.add(place);
                boolean may = random.nextInt(4) > 0;
                there.add(new Occupant(
                        gpu + " " + place.start(),
                        gpu(gpu).key("h", place),
                        may ? Priority.BATCH : Priority.STAT,
                        1 + random.nextInt(1000)));
            }
        }
    }

    private double bruteForce(int count) {
        double least = Double.POSITIVE_INFINITY;
        for (int stopped = 0; stopped < 1 << there.size(); stopped++) {
            double lost = 0;
            List<Occupant> staying = new ArrayList<>();
            boolean may = true;
            for (int i = 0; i < there.size(); i++) {
                Occupant o = there.get(i);
                if ((stopped & 1 << i) == 0) {
                    staying.add(o);
                } else {
                    may &= o.priority() == Priority.BATCH;
                    lost += gpu(o.slice().gpu()).placement(o.slice()).profile().memorySlices() * o.worked();
                }
            }
            if (may && lost < least && room(0, staying) + room(1, staying) >= count) {
                least = lost;
            }
        }
        return least;
    }

    /** Most slices that serve {@link #TWO} beside those that stay: shortest first from the left is the most. */
    private static int room(int index, List<Occupant> staying) {
        Gpu gpu = gpu(index);
        List<Placement> taken = new ArrayList<>(staying.stream()
                .filter(o -> o.slice().gpu() == index)
                .map(o -> gpu.placement(o.slice()))
                .toList());
        List<Placement> places = gpu.placements().stream()
                .filter(place -> place.profile().serves(TWO))
                .sorted(Comparator.comparingInt(Placement::end))
                .toList();
        int room = 0;
        for (Placement place : places) {
            if (place.fitsBeside(taken)) {
                taken.add(place);
                room++;
            }
        }
        return room;
    }

    private static Gpu gpu(int index) {
        return new Gpu(index, "GPU-" + index, "A100", 40L << 30, true, 8, SimulatedInventory.A100_40GB, List.of());
    }

    private void works(String slice, Priority priority, double seconds) {
        there.add(new Occupant(slice, key(slice), priority, seconds));
    }

    private Optional<Preemption> cheapest(SliceRequest request) {
        return cheapest(request, 1);
    }

    private Optional<Preemption> cheapest(SliceRequest request, int count) {
        Gpu gpu = new Gpu(0, "GPU-1", "A100", 40L << 30, true, 8, SimulatedInventory.A100_40GB, foreign);
        return Preemption.cheapest(
                List.of(new HostInventory("h", List.of(gpu))),
                there,
                leaving,
                new Preemption.Wanted(request, count, Priority.STAT),
                CUT);
    }

    private static SliceKey key(String slice) {
        return SliceKey.parse("h-gpu0-" + slice);
    }
}
