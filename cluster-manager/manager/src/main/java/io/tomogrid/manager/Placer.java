package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.manager.maintenance.Window;
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

    Placer(
            ManagerProperties properties,
            Peers peers,
            JobStore jobs,
            LeaseStore leases,
            AttemptRunner attempts,
            Pauses pauses,
            Maintenance maintenance,
            Sizing sizing) {
        this.properties = properties;
        this.peers = peers;
        this.jobs = jobs;
        this.leases = leases;
        this.attempts = attempts;
        this.pauses = pauses;
        this.maintenance = maintenance;
        this.sizing = sizing;
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
        List<Round.Asked> waiting = new ArrayList<>();
        List<Pauses.Pause> paused = pauses.all();
        Map<String, List<Window>> closed = new HashMap<>();
        for (Job job : active) {
            if (job.state() == JobState.QUEUED && !job.notBefore().isAfter(Instant.now())) {
                Optional<Job> earlier = active.stream().filter(job::follows).findFirst();
                Optional<String> pause = Pauses.reason(paused, job);
                if (pause.isPresent()) {
                    jobs.note(job, pause.get());
                } else if (earlier.isPresent()) {
                    jobs.note(
                            job,
                            "waits for the results of revision " + earlier.get().revision() + ", to refer to them");
                } else if (!peers.driver().state().equals("up")) {
                    jobs.note(
                            job, "waits for the Spark driver: " + peers.driver().state());
                } else {
                    asked(job, closed).ifPresent(waiting::add);
                }
            }
        }
        if (!waiting.isEmpty()) {
            new Round(properties, peers, jobs, leases, attempts, active, waiting).run();
        }
    }

    private Optional<Round.Asked> asked(Job job, Map<String, List<Window>> closed) {
        Optional<Round.Asked> asked = properties.rules().stream()
                .filter(rule -> rule.protocol().equals(job.protocol()))
                .findFirst()
                .map(rule -> new Round.Asked(
                        job, sizing.sized(job, rule), closed.computeIfAbsent(job.protocol(), maintenance::closed)));
        if (asked.isEmpty()) {
            jobs.fail(
                    job,
                    "no rule is configured for the protocol " + job.protocol()
                            + "; add it to tomogrid.manager.rules, then retry the job",
                    Remedy.ASK_OPERATOR);
        }
        return asked;
    }
}
