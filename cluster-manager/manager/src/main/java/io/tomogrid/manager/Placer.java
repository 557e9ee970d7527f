package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.slices.Slice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Has queued jobs given their slices, in a {@link Round}, and ends the leases of slices that nobody works on any more.
 *
 * <p>An executor outlives its task and keeps its lock while it is idle. Its slice is then as good as free for a job that takes
 * exactly that slice, and starts at once there; for anything else it is sent away first, if nothing else is left.
 */
final class Placer {
    private final ManagerProperties properties;
    private final Peers peers;
    private final JobStore jobs;
    private final LeaseStore leases;
    private final AttemptRunner attempts;
    private final Pauses pauses;
    private final Maintenance maintenance;
    private final Sizing sizing;
    private final ContentionWatch contention;

    Placer(
            ManagerProperties properties,
            Peers peers,
            JobStore jobs,
            LeaseStore leases,
            AttemptRunner attempts,
            Pauses pauses,
            Maintenance maintenance,
            Sizing sizing,
            ContentionWatch contention) {
        this.properties = properties;
        this.peers = peers;
        this.jobs = jobs;
        this.leases = leases;
        this.attempts = attempts;
        this.pauses = pauses;
        this.maintenance = maintenance;
        this.sizing = sizing;
        this.contention = contention;
    }

    /** Ends every lease that is being released and whose slice is there no more, or no process locks. */
    void endReleased() {
        Room room = new Room(peers.agents().inventories(), leases.held(), List.of());
        for (LeaseStore.Held held : room.held()) {
            if (!held.live()) {
                room.gpu(held.slice()).ifPresent(gpu -> {
                    if (gpu.slice(held.slice()).filter(Slice::locked).isEmpty()) {
                        leases.end(held.lease().epoch());
                    }
                });
            }
        }
    }

    /**
     * Places as many queued jobs as there is room for; the others are told what they wait for.
     *
     * @param active every job that is not settled, oldest first
     */
    void place(List<Job> active) {
        List<Pauses.Pause> paused = pauses.all();
        Map<String, Maintenance.Open> open = new HashMap<>();
        List<Round.Asked> waiting = new ArrayList<>();
        for (Job job : active) {
            if (job.state() == JobState.QUEUED && !job.notBefore().isAfter(Instant.now())) {
                Optional<String> obstacle = obstacle(job, active, paused);
                if (obstacle.isPresent()) {
                    jobs.note(job, obstacle.get());
                } else {
                    asked(job, open).ifPresent(waiting::add);
                }
            }
        }
        if (!waiting.isEmpty()) {
            new Round(properties, peers, jobs, leases, attempts, active, waiting).run();
        }
    }

    /** What a job waits for before its turn can come. */
    private Optional<String> obstacle(Job job, List<Job> active, List<Pauses.Pause> paused) {
        Optional<String> pause = Pauses.reason(paused, job);
        if (pause.isPresent()) {
            return pause;
        }
        Optional<Job> earlier = active.stream().filter(job::follows).findFirst();
        if (earlier.isPresent()) {
            return Optional.of(
                    "waits for the results of revision " + earlier.get().revision() + ", to refer to them");
        }
        String driver = peers.driver().state();
        return driver.equals("up") ? Optional.empty() : Optional.of("waits for the Spark driver: " + driver);
    }

    /** @param open where the jobs of a protocol may begin, as far as it was asked for */
    private Optional<Round.Asked> asked(Job job, Map<String, Maintenance.Open> open) {
        Optional<RoutingRule> rule = properties.rule(job.protocol());
        if (rule.isEmpty()) {
            jobs.fail(
                    job,
                    "no rule is configured for the protocol " + job.protocol()
                            + "; add it to tomogrid.manager.rules, then retry the job",
                    Remedy.ASK_OPERATOR);
            return Optional.empty();
        }
        return Optional.of(new Round.Asked(
                job,
                sizing.sized(job, rule.get()),
                open.computeIfAbsent(
                        job.protocol(), p -> maintenance.open(peers.agents().inventories(), p)),
                contention.known().of(job.protocol())));
    }
}
