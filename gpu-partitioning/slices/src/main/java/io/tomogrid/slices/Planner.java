package io.tomogrid.slices;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Finds a slice for a request. A pure function: the same inventory, leases and request give the same answer.
 *
 * <p>An idle slice of the smallest profile that serves is taken as it is. Else that placement is cut whose loss of future
 * capacity is least (the rule "CAPLOSS": over the profiles, memory slices times the number of instances that could still be
 * made), counting everything idle as free, since an idle slice can be destroyed.
 */
public final class Planner {
    private Planner() {}

    /**
     * @param hosts all hosts that are known; a request is called impossible by these alone
     * @param leases the slices of live leases, whether they exist yet or not
     */
    public static Decision plan(List<HostInventory> hosts, Collection<SliceKey> leases, SliceRequest request) {
        Set<SliceKey> leased = Set.copyOf(leases);
        List<Candidate> candidates = new ArrayList<>();
        boolean couldServe = false;
        boolean anyGpu = false;
        for (HostInventory host : hosts) {
            for (Gpu gpu : host.gpus()) {
                anyGpu = true;
                couldServe |=
                        gpu.placements().stream().anyMatch(p -> p.profile().serves(request));
                candidates.addAll(candidates(host.host(), gpu, leased, request));
            }
        }
        Optional<Candidate> best = candidates.stream().min(Candidate.ORDER);
        if (best.isPresent()) {
            return best.get().plan();
        }
        if (!anyGpu) {
            return new Decision.Wait("no agent has told of a GPU yet");
        }
        return couldServe
                ? new Decision.Wait("every slice of " + request + " is taken; it waits until one is free")
                : new Decision.Impossible(
                        "no GPU can serve " + request + "; the largest slice there is: " + largest(hosts));
    }

    private static List<Candidate> candidates(String host, Gpu gpu, Set<SliceKey> leased, SliceRequest request) {
        List<Placement> taken = new ArrayList<>();
        List<Slice> idle = new ArrayList<>();
        for (SliceKey key : leased) {
            if (key.host().equals(host) && key.gpu() == gpu.index()) {
                if (!gpu.offers(key)) {
                    // cut in another way since that lease began: nothing is known of what is free
                    return List.of();
                }
                taken.add(gpu.placement(key));
            }
        }
        for (Slice slice : gpu.slices()) {
            if (leased.contains(slice.key())) {
                continue;
            }
            if (slice.locked()) {
                taken.add(gpu.placement(slice.key()));
            } else {
                idle.add(slice);
            }
        }
        GpuProfile smallest = gpu.placements().stream()
                .map(Placement::profile)
                .filter(profile -> profile.serves(request))
                .min(Comparator.comparingInt(GpuProfile::memorySlices)
                        .thenComparingInt(GpuProfile::computeSlices)
                        .thenComparingInt(GpuProfile::profileEnum))
                .orElse(null);
        long before = capacity(gpu, taken);
        List<Candidate> result = new ArrayList<>();
        for (Placement placement : gpu.placements()) {
            if (!placement.profile().serves(request) || !placement.fitsBeside(taken)) {
                continue;
            }
            List<Placement> after = new ArrayList<>(taken);
            after.add(placement);
            SliceKey key = gpu.key(host, placement);
            boolean exists =
                    gpu.slice(key).filter(s -> !s.deviceUuid().isEmpty()).isPresent();
            List<SliceKey> inTheWay = exists ? List.of() : inTheWay(gpu, key, placement, taken, idle);
            result.add(new Candidate(
                    key,
                    inTheWay,
                    exists,
                    exists && Objects.equals(placement.profile(), smallest),
                    before - capacity(gpu, after),
                    free(gpu, taken),
                    placement.profile()));
        }
        return result;
    }

    /** Idle slices whose windows overlap, and, where the profile has too many instances, idle ones of it. */
    private static List<SliceKey> inTheWay(
            Gpu gpu, SliceKey key, Placement placement, List<Placement> taken, List<Slice> idle) {
        List<SliceKey> result = new ArrayList<>();
        List<Placement> standing = new ArrayList<>(taken);
        for (Slice slice : idle) {
            if (slice.key().equals(key)) {
                continue;
            }
            Placement other = gpu.placement(slice.key());
            standing.add(other);
            if (!placement.fitsBeside(standing)) {
                standing.remove(standing.size() - 1);
                result.add(slice.key());
            }
        }
        return result;
    }

    /** Sum over the profiles of memory slices times the instances that could still be made. */
    private static long capacity(Gpu gpu, List<Placement> taken) {
        long sum = 0;
        for (GpuProfile profile : gpu.profiles()) {
            if (profile.plain()) {
                sum += (long) profile.memorySlices() * remaining(profile, taken);
            }
        }
        return sum;
    }

    private static int remaining(GpuProfile profile, List<Placement> taken) {
        List<Placement> standing = new ArrayList<>(taken);
        int made = 0;
        for (int start : profile.starts()) {
            Placement next = new Placement(profile, start);
            if (next.fitsBeside(standing)) {
                standing.add(next);
                made++;
            }
        }
        return made;
    }

    private static int free(Gpu gpu, List<Placement> taken) {
        return gpu.memorySlices()
                - taken.stream().mapToInt(p -> p.profile().memorySlices()).sum();
    }

    private static String largest(List<HostInventory> hosts) {
        return hosts.stream()
                .flatMap(host -> host.gpus().stream())
                .flatMap(gpu -> gpu.placements().stream())
                .map(Placement::profile)
                .max(Comparator.comparingLong(GpuProfile::memoryBytes).thenComparingInt(GpuProfile::computeSlices))
                .map(p -> p.name() + " with " + new SliceRequest(p.memoryBytes(), p.computeSlices()))
                .orElse("none");
    }

    private record Candidate(
            SliceKey key,
            List<SliceKey> toDestroy,
            boolean exists,
            boolean exact,
            long loss,
            int freeBefore,
            GpuProfile profile) {
        /** The fuller GPU is filled up first, so that another stays whole. */
        static final Comparator<Candidate> ORDER = Comparator.comparing((Candidate c) -> !c.exact)
                .thenComparingLong(Candidate::loss)
                .thenComparingInt(Candidate::freeBefore)
                .thenComparing((Candidate c) -> !c.exists)
                .thenComparingInt(c -> c.toDestroy.size())
                .thenComparingInt(c -> c.profile.computeSlices())
                .thenComparing(Candidate::key);

        Decision.Plan plan() {
            return new Decision.Plan(key, toDestroy, !exists);
        }
    }
}
