package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.cluster.contract.Priority;
import io.tomogrid.manager.queue.Occupant;
import io.tomogrid.slices.Fleet;
import io.tomogrid.slices.Gang;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.Holding;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Interference;
import io.tomogrid.slices.Planner;
import io.tomogrid.slices.Reservations;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is taken at one moment, and by whom. It changes by nothing: after a grant it is read anew.
 *
 * @param hosts as their agents told last
 * @param held leases that have not ended
 * @param jobs that are not settled, by their ids
 */
record Room(List<HostInventory> hosts, List<LeaseStore.Held> held, Map<String, Job> jobs, Instant now) {
    /** Until an executor runs on a slice that was cut for it; what a restart costs beside the work that is lost. */
    static final double START_SECONDS = 4;

    private static final double NANO = 1e-9;
    /** So often an attempt is stopped for others; then it stays where it is. */
    private static final int MOST_STOPS = 4;
    /** The last stage of every protocol: results are about to be there. */
    private static final String NEARLY_DONE = "encode";

    Room(List<HostInventory> hosts, List<LeaseStore.Held> held, List<Job> active) {
        this(hosts, held, active.stream().collect(Collectors.toMap(Job::id, job -> job)), Instant.now());
    }

    /** Only these of the GPUs. */
    Room on(List<HostInventory> some) {
        return new Room(some, held, jobs, now);
    }

    /** Everybody who has a slice; idle executors that the next job may have are left out. */
    List<Occupant> occupants() {
        return held.stream()
                .filter(h -> h.live() || !h.reusable())
                .map(h -> {
                    Job job = jobs.get(h.lease().holder());
                    Priority priority = job == null ? Priority.STAT : job.priority();
                    return new Occupant(h.lease().holder(), h.slice(), priority, worked(h));
                })
                .toList();
    }

    Set<SliceKey> leaving() {
        return held.stream()
                .filter(h -> !h.live() && h.reusable())
                .map(LeaseStore.Held::slice)
                .collect(Collectors.toSet());
    }

    /** Seconds that are lost when it is stopped; infinite when it must not be. */
    private double worked(LeaseStore.Held lease) {
        return stays(lease).isPresent()
                ? Double.POSITIVE_INFINITY
                : seconds(Duration.between(jobs.get(lease.lease().holder()).since(), now));
    }

    /** Why the work on a slice must not be stopped; empty if it may. */
    Optional<String> stays(LeaseStore.Held lease) {
        Job job = jobs.get(lease.lease().holder());
        if (!lease.live() || job == null || job.state() != JobState.RUNNING) {
            return Optional.of("it is not running");
        }
        if (!alone(lease)) {
            return Optional.of("it holds several slices");
        }
        if (job.epoch() != lease.lease().epoch()) {
            return Optional.of("it has begun anew elsewhere");
        }
        if (job.priority() == Priority.STAT) {
            return Optional.of("STAT work is never stopped");
        }
        if (job.attempt() - job.failures() > MOST_STOPS) {
            return Optional.of("it was stopped " + (job.attempt() - job.failures() - 1) + " times before");
        }
        return job.stage().equals(NEARLY_DONE) ? Optional.of("its results are about to be there") : Optional.empty();
    }

    /** Several slices are of use only together: who has them is left alone. */
    private boolean alone(LeaseStore.Held lease) {
        return held.stream()
                        .filter(h -> h.live()
                                && h.lease().holder().equals(lease.lease().holder()))
                        .count()
                == 1;
    }

    private static double seconds(Duration duration) {
        return Math.max(0, duration.getSeconds() + duration.getNano() * NANO);
    }

    /** The GPUs but the one where it failed last. */
    Room without(SliceKey key) {
        List<HostInventory> others = hosts.stream()
                .map(host -> new HostInventory(
                        host.host(),
                        host.gpus().stream()
                                .filter(gpu -> !host.host().equals(key.host()) || gpu.index() != key.gpu())
                                .toList()))
                .toList();
        return on(others);
    }

    /** The GPUs as if the idle executors had gone: they go when they are told to. */
    Room withoutIdle() {
        Set<SliceKey> leaving = leaving();
        return new Room(
                slices(slice -> leaving.contains(slice.key())
                        ? Stream.of(new Slice(slice.key(), slice.deviceUuid(), false))
                        : Stream.of(slice)),
                held.stream().filter(h -> !leaving.contains(h.slice())).toList(),
                jobs,
                now);
    }

    /** The GPUs as if nobody were there. */
    Room empty() {
        return new Room(slices(slice -> Stream.of()), List.of(), jobs, now);
    }

    private List<HostInventory> slices(Function<Slice, Stream<Slice>> each) {
        return hosts.stream()
                .map(host -> new HostInventory(
                        host.host(),
                        host.gpus().stream()
                                .map(gpu -> gpu.with(
                                        gpu.slices().stream().flatMap(each).toList()))
                                .toList()))
                .toList();
    }

    /**
     * The GPUs for the planner.
     *
     * @param kept for whom places are kept free, in this order
     */
    Fleet fleet(Iterable<Gang> kept) {
        Fleet fleet = Planner.fleet(
                hosts,
                held.stream()
                        .map(h -> new Holding(h.slice(), worked(h) + START_SECONDS, workload(h)))
                        .toList());
        kept.forEach(gang -> Reservations.keep(fleet, gang));
        return fleet;
    }

    /** The GPUs that are well and kept for nobody. */
    List<HostInventory> unkept(Iterable<Gang> kept) {
        Set<String> free = fleet(kept).boards().stream()
                .filter(board -> board.keptFor().isEmpty())
                .map(board -> board.host() + " " + board.gpu())
                .collect(Collectors.toSet());
        return hosts.stream()
                .map(host -> new HostInventory(
                        host.host(),
                        host.gpus().stream()
                                .filter(gpu -> free.contains(host.host() + " " + gpu.index()))
                                .toList()))
                .toList();
    }

    /** Empty where only an idle executor is. */
    private String workload(LeaseStore.Held lease) {
        Job job = jobs.get(lease.lease().holder());
        return lease.live() && job != null ? job.protocol() : "";
    }

    /**
     * A slice whose idle executor still has it: of several that whose neighbours hurt least.
     *
     * @param exact only one that is no larger than it needs to be
     */
    Optional<SliceKey> warm(Fleet fleet, SliceRequest request, Interference beside, boolean exact) {
        Set<String> kept = fleet.boards().stream()
                .filter(board -> jobs.containsKey(board.keptFor()))
                .map(board -> board.host() + " " + board.gpu())
                .collect(Collectors.toSet());
        return held.stream()
                .filter(h -> !h.live() && h.reusable())
                .map(LeaseStore.Held::slice)
                .filter(key -> !kept.contains(key.host() + " " + key.gpu()))
                .filter(key ->
                        gpu(key).filter(gpu -> serves(gpu, key, request, exact)).isPresent())
                .min(Comparator.comparingDouble(key -> hurt(fleet, key, beside)));
    }

    private static double hurt(Fleet fleet, SliceKey key, Interference beside) {
        return beside.excess().isEmpty()
                ? 0
                : fleet.boards().stream()
                        .filter(board -> board.host().equals(key.host()) && board.gpu() == key.gpu())
                        .mapToDouble(board -> fleet.hurt(board, beside))
                        .sum();
    }

    private static boolean serves(Gpu gpu, SliceKey key, SliceRequest request, boolean exact) {
        Optional<GpuProfile> profile = gpu.profiles().stream()
                .filter(p -> p.name().equals(key.profile()))
                .filter(p -> p.serves(request))
                .findFirst();
        return gpu.slice(key).isPresent()
                && profile.isPresent()
                && (!exact
                        || profile.get().memorySlices()
                                == gpu.smallest(request).orElseThrow().memorySlices());
    }

    /** The profile with the least memory slices that serves, of all GPUs. */
    Optional<GpuProfile> smallest(SliceRequest request) {
        return hosts.stream()
                .flatMap(host -> host.gpus().stream())
                .flatMap(gpu -> gpu.smallest(request).stream())
                .min(GpuProfile.BY_SIZE);
    }

    /** Whether the request takes half a GPU or more, wherever it goes: such a one starves behind smaller ones. */
    boolean large(SliceRequest request) {
        return hosts.stream()
                .flatMap(host -> host.gpus().stream())
                .allMatch(gpu -> gpu.smallest(request)
                        .map(profile -> 2 * profile.memorySlices() >= gpu.memorySlices())
                        .orElse(true));
    }

    Optional<Gpu> gpu(SliceKey key) {
        return hosts.stream().flatMap(host -> host.gpu(key).stream()).findFirst();
    }

    LeaseStore.Grant grant(SliceKey key) {
        return LeaseStore.Grant.of(key, gpu(key).orElseThrow());
    }

    /** Memory and compute slices in use, by site. */
    Map<String, int[]> inUse() {
        Map<String, int[]> result = new HashMap<>();
        for (LeaseStore.Held h : held) {
            Job job = jobs.get(h.lease().holder());
            if (h.live() && job != null) {
                int[] its = result.computeIfAbsent(job.site(), site -> new int[2]);
                its[0] += h.memorySlices();
                its[1] += h.computeSlices();
            }
        }
        return result;
    }
}
