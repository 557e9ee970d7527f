package io.tomogrid.manager.queue;

import io.tomogrid.cluster.contract.Priority;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Placement;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whose work is stopped for a job that must begin now: of all places where it could stand, the one whose holders lose least.
 * BATCH work goes before ROUTINE work whatever it costs, and what is as urgent as the job itself never does.
 *
 * @param slice where the job will stand
 * @param stopped who stands there
 * @param lost memory slices times seconds of work that are done again, and of those that a cut takes
 */
public record Preemption(SliceKey slice, List<Occupant> stopped, double lost) {
    private static final Comparator<Preemption> ORDER = Comparator.comparing(
                    (Preemption p) -> p.stopped.stream().anyMatch(o -> o.priority() == Priority.ROUTINE))
            .thenComparingDouble(Preemption::lost)
            .thenComparing(Preemption::slice);

    public Preemption {
        stopped = List.copyOf(stopped);
    }

    /**
     * @param hosts those whose GPUs may be used
     * @param occupants everybody who has a slice
     * @param leaving slices that an idle executor still has
     * @param cut seconds from the cut of a slice to the first instruction on it, more than on one that stands
     * @return empty if stopping nobody would help
     */
    public static Optional<Preemption> cheapest(
            List<HostInventory> hosts,
            Collection<Occupant> occupants,
            Set<SliceKey> leaving,
            SliceRequest request,
            Priority priority,
            double cut) {
        List<Preemption> found = new ArrayList<>();
        for (HostInventory host : hosts) {
            for (Gpu gpu : host.gpus()) {
                List<Occupant> there = occupants.stream()
                        .filter(o -> o.slice().host().equals(host.host())
                                && o.slice().gpu() == gpu.index())
                        .toList();
                if (there.stream().allMatch(o -> gpu.offers(o.slice())) && !foreign(gpu, there, leaving)) {
                    for (Placement place : gpu.placements()) {
                        if (place.profile().serves(request)) {
                            at(gpu, gpu.key(host.host(), place), place, there, priority, cut)
                                    .ifPresent(found::add);
                        }
                    }
                }
            }
        }
        return found.stream().min(ORDER);
    }

    /** Whether somebody of whom we do not know works there. */
    private static boolean foreign(Gpu gpu, List<Occupant> known, Set<SliceKey> leaving) {
        Set<SliceKey> ours = new HashSet<>(leaving);
        known.forEach(o -> ours.add(o.slice()));
        return gpu.slices().stream().filter(Slice::locked).map(Slice::key).anyMatch(key -> !ours.contains(key));
    }

    private static Optional<Preemption> at(
            Gpu gpu, SliceKey key, Placement place, List<Occupant> there, Priority priority, double cut) {
        List<Occupant> stopped = new ArrayList<>();
        List<Placement> staying = new ArrayList<>();
        for (Occupant occupant : there) {
            Placement its = gpu.placement(occupant.slice());
            if (!place.overlaps(its)) {
                staying.add(its);
            } else if (occupant.worked() < Double.POSITIVE_INFINITY
                    && occupant.priority().compareTo(priority) > 0) {
                stopped.add(occupant);
            } else {
                return Optional.empty();
            }
        }
        if (stopped.isEmpty() || !place.fitsBeside(staying)) {
            return Optional.empty();
        }
        boolean asItIs = stopped.size() == 1 && stopped.get(0).slice().equals(key);
        GpuProfile profile = place.profile();
        double lost = asItIs ? 0 : profile.memorySlices() * cut;
        for (Occupant occupant : stopped) {
            lost += gpu.placement(occupant.slice()).profile().memorySlices() * occupant.worked();
        }
        return Optional.of(new Preemption(key, stopped, lost));
    }
}
