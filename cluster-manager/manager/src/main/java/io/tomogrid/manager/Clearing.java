package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.manager.maintenance.Window;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties the GPUs of maintenance windows that have begun: idle executors are sent away, and after the window's grace running
 * work is moved off that may begin anew. For what may not, everybody waits; both say so.
 */
final class Clearing {
    private static final Logger log = LoggerFactory.getLogger(Clearing.class);

    private final ManagerProperties properties;
    private final Peers peers;
    private final JobStore jobs;
    private final LeaseStore leases;
    private final AttemptRunner attempts;
    private final Maintenance maintenance;

    Clearing(
            ManagerProperties properties,
            Peers peers,
            JobStore jobs,
            LeaseStore leases,
            AttemptRunner attempts,
            Maintenance maintenance) {
        this.properties = properties;
        this.peers = peers;
        this.jobs = jobs;
        this.leases = leases;
        this.attempts = attempts;
        this.maintenance = maintenance;
    }

    /** @param active every job that is not settled */
    void run(List<Job> active) {
        Instant now = Instant.now();
        List<Window> begun = maintenance.windows().stream()
                .filter(w -> !w.begins().isAfter(now))
                .toList();
        Map<String, String> notes = new HashMap<>();
        if (!begun.isEmpty()) {
            Room room = new Room(peers.agents().inventories(), leases.held(), active);
            for (LeaseStore.Held lease : room.held()) {
                Job job = room.jobs().get(lease.lease().holder());
                if (lease.live() && job != null && job.state() == JobState.RUNNING) {
                    over(lease.slice(), begun)
                            .flatMap(window -> clear(job, room.stays(lease), window, now))
                            .ifPresent(why -> notes.put(job.id(), why));
                }
            }
            sendIdleAway(room, begun);
        }
        attempts.say(notes);
    }

    /** @return why it is there still */
    private Optional<String> clear(Job job, Optional<String> stays, Window window, Instant now) {
        if (stays.isPresent()) {
            return Optional.of(window + "; this job is waited for, since " + stays.get());
        }
        if (window.clears().isAfter(now)) {
            return Optional.of(window + "; this job is moved at " + window.clears() + " unless it has ended by then");
        }
        String reason = "moved off: " + window + "; it begins anew";
        if (attempts.goesOn(job)
                && jobs.exchange(List.of(new JobStore.Stop(job, reason)), List.of(), properties.lease())) {
            log.info("job {}: {}", job.id(), reason);
            attempts.recall(job, job.attempt());
        }
        return Optional.empty();
    }

    private void sendIdleAway(Room room, List<Window> begun) {
        Set<SliceKey> live = room.held().stream()
                .filter(LeaseStore.Held::live)
                .map(LeaseStore.Held::slice)
                .collect(Collectors.toSet());
        room.hosts().stream()
                .flatMap(host -> host.gpus().stream())
                .flatMap(gpu -> gpu.slices().stream())
                .filter(Slice::locked)
                .map(Slice::key)
                .filter(key -> !live.contains(key) && over(key, begun).isPresent())
                .forEach(peers.driver()::vacate);
    }

    /** The window that clears a slice first. */
    private static Optional<Window> over(SliceKey slice, List<Window> windows) {
        return windows.stream()
                .filter(window -> window.target().covers(slice.host(), slice.gpu()))
                .min((one, other) -> one.clears().compareTo(other.clears()));
    }
}
