package io.tomogrid.manager.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.Priority;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
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
            assertThat(p.slice()).isEqualTo(key("2g-2"));
            assertThat(p.stopped()).extracting(Occupant::job).containsExactly("2g-2");
            assertThat(p.lost()).as("2 memory slices for 50 s").isEqualTo(100);
        });
    }

    @Test
    void batch_work_goes_before_routine_work_whatever_it_costs() {
        works("2g-0", Priority.ROUTINE, 1);
        works("2g-2", Priority.BATCH, 5000);
        works("2g-4", Priority.STAT, 0);
        assertThat(cheapest(TWO)).hasValueSatisfying(p -> assertThat(p.slice()).isEqualTo(key("2g-2")));
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
            assertThat(p.slice()).isEqualTo(key("7g-0"));
            assertThat(p.stopped()).hasSize(2);
            assertThat(p.lost()).isEqualTo(4 * 10 + 4 * 5 + 8 * CUT);
        });
    }

    /** A long worked whole GPU is cut for somebody who needs little only if nothing cheaper is there. */
    @Test
    void a_slice_that_serves_as_it_is_costs_no_cut() {
        works("7g-0", Priority.BATCH, 10);
        assertThat(cheapest(TWO)).hasValueSatisfying(p -> {
            assertThat(p.slice()).isEqualTo(key("7g-0"));
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

    private void works(String slice, Priority priority, double seconds) {
        there.add(new Occupant(slice, key(slice), priority, seconds));
    }

    private Optional<Preemption> cheapest(SliceRequest request) {
        Gpu gpu = new Gpu(0, "GPU-1", "A100", 40L << 30, true, 8, SimulatedInventory.A100_40GB, foreign);
        return Preemption.cheapest(
                List.of(new HostInventory("h", List.of(gpu))), there, leaving, request, Priority.STAT, CUT);
    }

    private static SliceKey key(String slice) {
        return SliceKey.parse("h-gpu0-" + slice);
    }
}
