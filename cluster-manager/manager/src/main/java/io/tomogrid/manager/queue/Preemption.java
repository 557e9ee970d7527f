package io.tomogrid.manager.queue;

import io.tomogrid.cluster.contract.Priority;
import io.tomogrid.slices.Gpu;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whose work is stopped for a job that must begin now: of all places where it could stand, those whose holders lose least.
 * BATCH work goes before ROUTINE work whatever it costs, and what is as urgent as the job itself never does. A job of several
 * slices has all of them, on one host, or nobody is stopped.
 *
 * @param slices where the job will stand
 * @param stopped who stands there
 * @param lost memory slices times seconds of work that are done again, and of those that a cut takes
 */
public record Preemption(List<SliceKey> slices, List<Occupant> stopped, double lost) {
    private static final Preemption NONE = new Preemption(List.of(), List.of(), 0);
    private static final Comparator<Preemption> ORDER = Comparator.comparingDouble(Preemption::lost)
            .thenComparingInt(p -> p.stopped.size())
            .thenComparing(p -> p.slices.get(0));

    public Preemption {
        slices = List.copyOf(slices);
        stopped = List.copyOf(stopped);
    }

    /** @param each one slice @param count how many of them, on one host */
    public record Wanted(SliceRequest each, int count, Priority priority) {}

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
            Wanted wanted,
            double cut) {
        for (int least = Priority.BATCH.ordinal(); least > wanted.priority().ordinal(); least--) {
            Priority mostUrgent = Priority.values()[least];
            Optional<Preemption> found = hosts.stream()
                    .map(host -> onHost(host, occupants, leaving, wanted, mostUrgent, cut))
                    .filter(Objects::nonNull)
                    .min(ORDER);
            if (found.isPresent()) {
                // where nobody stands the planner looks
                return found.filter(p -> !p.stopped.isEmpty());
            }
        }
        return Optional.empty();
    }

    /** The cheapest shares of the slices among its GPUs, one GPU after the other; null if they have no room. */
    private static Preemption onHost(
            HostInventory host,
            Collection<Occupant> occupants,
            Set<SliceKey> leaving,
            Wanted wanted,
            Priority mostUrgent,
            double cut) {
        Preemption[] all = new Preemption[wanted.count() + 1];
        all[0] = NONE;
        for (Gpu gpu : host.gpus()) {
            List<Occupant> there = occupants.stream()
                    .filter(o ->
                            o.slice().host().equals(host.host()) && o.slice().gpu() == gpu.index())
                    .toList();
            if (there.stream().allMatch(o -> gpu.offers(o.slice())) && !foreign(gpu, there, leaving)) {
                Preemption[] here = new OneGpu(host.host(), gpu, there, leaving, mostUrgent, cut).upTo(wanted);
                for (int n = wanted.count(); n > 0; n--) {
                    for (int k = 1; k <= n; k++) {
                        if (all[n - k] != null && here[k] != null) {
                            all[n] = better(all[n], all[n - k].and(here[k]));
                        }
                    }
                }
            }
        }
        return all[wanted.count()];
    }

    /** Whether somebody of whom we do not know works there. */
    private static boolean foreign(Gpu gpu, List<Occupant> known, Set<SliceKey> leaving) {
        Set<SliceKey> ours = new HashSet<>(leaving);
        known.forEach(o -> ours.add(o.slice()));
        return gpu.slices().stream().filter(Slice::locked).map(Slice::key).anyMatch(key -> !ours.contains(key));
    }

    private static Preemption better(Preemption one, Preemption other) {
        return one == null || ORDER.compare(other, one) < 0 ? other : one;
    }

    private Preemption and(Preemption more) {
        return new Preemption(join(slices, more.slices), join(stopped, more.stopped), lost + more.lost);
    }

    private static <T> List<T> join(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** @param mostUrgent whose work, and that of less urgent classes, may be stopped */
    private record OneGpu(
            String host, Gpu gpu, List<Occupant> there, Set<SliceKey> leaving, Priority mostUrgent, double cut) {

        /**
         * The cheapest way to have 0, 1, … slices here, null where there is none. Along the memory slices: who is in the way
         * of two places, one behind the other, is stopped once.
         */
        Preemption[] upTo(Wanted wanted) {
            List<Placement> places = gpu.placements().stream()
                    .filter(place -> place.profile().serves(wanted.each()))
                    .filter(place -> inTheWay(place).allMatch(this::goes))
                    .sorted(Comparator.comparingInt(Placement::start))
                    .toList();
            Preemption[] best = new Preemption[wanted.count() + 1];
            best[0] = NONE;
            Preemption[] endingAt = new Preemption[places.size()];
            for (int count = 1; count <= wanted.count(); count++) {
                Preemption[] shorter = endingAt;
                endingAt = new Preemption[places.size()];
                for (int j = 0; j < places.size(); j++) {
                    if (count == 1) {
                        endingAt[j] = at(places.get(j), Optional.empty());
                    }
                    for (int i = 0; count > 1 && i < j; i++) {
                        if (shorter[i] != null
                                && places.get(i).end() <= places.get(j).start()) {
                            endingAt[j] =
                                    better(endingAt[j], shorter[i].and(at(places.get(j), Optional.of(places.get(i)))));
                        }
                    }
                    if (endingAt[j] != null && allowed(endingAt[j])) {
                        best[count] = better(best[count], endingAt[j]);
                    }
                }
            }
            return best;
        }

        private Stream<Occupant> inTheWay(Placement place) {
            return there.stream().filter(o -> place.overlaps(gpu.placement(o.slice())));
        }

        private boolean goes(Occupant occupant) {
            return occupant.worked() < Double.POSITIVE_INFINITY
                    && occupant.priority().compareTo(mostUrgent) >= 0;
        }

        /** @param before the place before it, for which its occupants are stopped already */
        private Preemption at(Placement place, Optional<Placement> before) {
            SliceKey key = gpu.key(host, place);
            List<Occupant> stopped = inTheWay(place)
                    .filter(o -> before.filter(b -> b.overlaps(gpu.placement(o.slice())))
                            .isEmpty())
                    .toList();
            boolean asItIs = leaving.contains(key)
                    || there.stream().anyMatch(o -> o.slice().equals(key));
            double lost = asItIs ? 0 : place.profile().memorySlices() * cut;
            for (Occupant occupant : stopped) {
                lost += gpu.placement(occupant.slice()).profile().memorySlices() * occupant.worked();
            }
            return new Preemption(List.of(key), stopped, lost);
        }

        /** As the vendor's rules have it, beside those that stay. */
        private boolean allowed(Preemption preemption) {
            List<Placement> beside = new ArrayList<>(there.stream()
                    .filter(o -> !preemption.stopped().contains(o))
                    .map(o -> gpu.placement(o.slice()))
                    .toList());
            for (SliceKey key : preemption.slices()) {
                Placement place = gpu.placement(key);
                if (!place.fitsBeside(beside)) {
                    return false;
                }
                beside.add(place);
            }
            return true;
        }
    }
}
