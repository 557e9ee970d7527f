package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.slices.Decision;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Planner;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceRequest;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives queued jobs their slices, oldest first, and ends the leases of slices that nobody works on any more.
 *
 * <p>An executor outlives its task and keeps its lock while it is idle. Its slice is then as good as free for a job that takes
 * exactly that slice, and starts at once there, but not for anything that overlaps.
 */
final class Placer {
    private static final Logger log = LoggerFactory.getLogger(Placer.class);

    private final ManagerProperties properties;
    private final Peers peers;
    private final JobStore jobs;
    private final LeaseStore leases;
    private final Pauses pauses;
    private final Maintenance maintenance;
    private final Sizing sizing;

    Placer(
            ManagerProperties properties,
            Peers peers,
            JobStore jobs,
            LeaseStore leases,
            Pauses pauses,
            Maintenance maintenance,
            Sizing sizing) {
        this.properties = properties;
        this.peers = peers;
        this.jobs = jobs;
        this.leases = leases;
        this.pauses = pauses;
        this.maintenance = maintenance;
        this.sizing = sizing;
    }

    /** Ends every lease that is being released and whose slice is there no more, or no process locks. */
    void endReleased() {
        for (LeaseStore.Held held : leases.held()) {
            if (held.live()) {
                continue;
            }
            gpu(held.slice()).ifPresent(gpu -> {
                if (gpu.slice(held.slice()).filter(Slice::locked).isEmpty()) {
                    leases.end(held.lease().epoch());
                }
            });
        }
    }

    /**
     * Places as many queued jobs as there is room for; the others are told what they wait for.
     *
     * @param active every job that is not settled, oldest first
     */
    void place(List<Job> active) {
        String waiting = peers.driver().state().equals("up")
                ? ""
                : "waits for the Spark driver: " + peers.driver().state();
        List<Pauses.Pause> paused = pauses.all();
        for (Job job : active) {
            if (job.state() != JobState.QUEUED || job.notBefore().isAfter(Instant.now())) {
                continue;
            }
            Optional<String> pause = Pauses.reason(paused, job);
            if (pause.isPresent()) {
                jobs.note(job, pause.get());
                continue;
            }
            Optional<Job> earlier = active.stream().filter(job::follows).findFirst();
            if (earlier.isPresent()) {
                jobs.note(
                        job,
                        "waits for the results of revision " + earlier.get().revision() + ", to refer to them");
            } else if (waiting.isEmpty()) {
                waiting = place(job);
            } else {
                jobs.note(job, waiting);
            }
        }
    }

    /** @return what the jobs behind this one wait for; empty if their turn may come now */
    private String place(Job job) {
        Optional<RoutingRule> rule = properties.rules().stream()
                .filter(r -> r.protocol().equals(job.protocol()))
                .findFirst()
                .map(r -> sizing.sized(job, r));
        if (rule.isEmpty()) {
            jobs.fail(
                    job,
                    "no rule is configured for the protocol " + job.protocol()
                            + "; add it to tomogrid.manager.rules, then retry the job",
                    Remedy.ASK_OPERATOR);
            return "";
        }
        SliceRequest request = rule.get().request();
        Maintenance.Open open = maintenance.open(peers.agents().inventories(), job.protocol());
        Decision decision = open.judge(decide(job, request, open.hosts()));
        if (decision instanceof Decision.Plan plan) {
            Gpu gpu = gpu(plan.key()).orElseThrow();
            if (jobs.lease(job, LeaseStore.Grant.of(plan.key(), gpu), properties.lease())) {
                log.info("job {}: attempt {} has the lease of {}", job.id(), job.attempt() + 1, plan.key());
            }
            return "";
        }
        if (decision instanceof Decision.Impossible impossible) {
            if (peers.agents().complete()) {
                jobs.fail(
                        job,
                        impossible.reason() + "; add a GPU that can, or lower what the protocol " + job.protocol()
                                + " asks for in tomogrid.manager.rules, then retry the job",
                        Remedy.ASK_OPERATOR);
            } else {
                jobs.note(
                        job,
                        impossible.reason() + "; waits for the agent: "
                                + peers.agents().trouble());
            }
            return "";
        }
        String reason = ((Decision.Wait) decision).reason()
                + (peers.agents().complete() ? "" : "; " + peers.agents().trouble());
        jobs.note(job, reason);
        // Shorter ones may have ended before a window begins.
        return open.closed().isEmpty() ? reason : "";
    }

    /** After a failed attempt another GPU is tried first, since the fault may lie with that one's Worker. */
    private Decision decide(Job job, SliceRequest request, List<HostInventory> hosts) {
        List<LeaseStore.Held> held = leases.held();
        if (job.failures() > 0) {
            SliceKey last = leases.find(job.epoch()).orElseThrow().slice();
            Decision elsewhere = plan(without(hosts, last), held, request);
            if (elsewhere instanceof Decision.Plan) {
                return elsewhere;
            }
        }
        Optional<SliceKey> warm = warm(hosts, held, request, true);
        if (warm.isPresent()) {
            return new Decision.Plan(warm.get(), List.of(), false);
        }
        Decision decision = plan(hosts, held, request);
        if (decision instanceof Decision.Wait) {
            return warm(hosts, held, request, false)
                    .<Decision>map(key -> new Decision.Plan(key, List.of(), false))
                    .orElse(decision);
        }
        return decision;
    }

    private static Decision plan(List<HostInventory> hosts, List<LeaseStore.Held> held, SliceRequest request) {
        try {
            return Planner.plan(hosts, held.stream().map(LeaseStore.Held::slice).toList(), request);
        } catch (IllegalArgumentException e) {
            // A lease names a placement that its GPU no longer has.
            return new Decision.Wait("waits for the end of a lease that no GPU can hold: " + e.getMessage());
        }
    }

    private static List<HostInventory> without(List<HostInventory> hosts, SliceKey key) {
        return hosts.stream()
                .map(host -> new HostInventory(
                        host.host(),
                        host.gpus().stream()
                                .filter(gpu -> !host.host().equals(key.host()) || gpu.index() != key.gpu())
                                .toList()))
                .toList();
    }

    /** A slice whose idle executor still has it. @param exact only one that is no larger than it needs to be */
    private Optional<SliceKey> warm(
            List<HostInventory> hosts, List<LeaseStore.Held> held, SliceRequest request, boolean exact) {
        return held.stream()
                .filter(h -> !h.live() && h.reusable())
                .map(LeaseStore.Held::slice)
                .filter(key -> gpu(hosts, key)
                        .filter(gpu -> serves(gpu, key, request, exact))
                        .isPresent())
                .findFirst();
    }

    private static boolean serves(Gpu gpu, SliceKey key, SliceRequest request, boolean exact) {
        Comparator<GpuProfile> size = Comparator.comparingInt(GpuProfile::memorySlices);
        Optional<GpuProfile> profile = gpu.profiles().stream()
                .filter(p -> p.name().equals(key.profile()))
                .findFirst();
        Optional<GpuProfile> smallest =
                gpu.profiles().stream().filter(p -> p.serves(request)).min(size);
        return gpu.slice(key).isPresent()
                && profile.filter(p -> p.serves(request)).isPresent()
                && (!exact || size.compare(profile.get(), smallest.orElseThrow()) == 0);
    }

    private Optional<Gpu> gpu(SliceKey key) {
        return gpu(peers.agents().inventories(), key);
    }

    private static Optional<Gpu> gpu(List<HostInventory> hosts, SliceKey key) {
        return hosts.stream()
                .filter(host -> host.host().equals(key.host()))
                .map(HostInventory::gpus)
                .flatMap(List::stream)
                .filter(gpu -> gpu.index() == key.gpu())
                .findFirst();
    }
}
