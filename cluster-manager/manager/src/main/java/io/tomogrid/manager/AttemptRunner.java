package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.cluster.contract.PriorStudy;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.manager.peer.AgentClient;
import io.tomogrid.manager.peer.PeerRefused;
import io.tomogrid.manager.peer.PeerUnreachable;
import io.tomogrid.slices.Placement;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt: the slice is made, the driver gets the task, its outcome is awaited. Each step asks for what it needs whatever
 * was asked before, so that it can be taken again after a crash at any point.
 */
final class AttemptRunner {
    private static final Logger log = LoggerFactory.getLogger(AttemptRunner.class);
    private static final String WAITING = "waiting for the slice";
    private static final int MOST_DOUBLINGS = 6;
    /** Longer than an agent takes to start again. */
    private static final Duration SILENCE = Duration.ofSeconds(3);

    private final ManagerProperties properties;
    private final Peers peers;
    private final JobStore jobs;
    private final LeaseStore leases;
    private final Staging staging;
    private final Sizing sizing;
    /** Attempts that were stopped for others and of which the driver may not know that yet. */
    private final Set<Recalled> recalled = new LinkedHashSet<>();

    /** What running jobs say beside their stage, by their ids. */
    private Map<String, String> notes = Map.of();

    /** @param gpu host and index, of the first slice */
    private record Recalled(String job, int attempt, String gpu) {}

    AttemptRunner(
            ManagerProperties properties,
            Peers peers,
            JobStore jobs,
            LeaseStore leases,
            Staging staging,
            Sizing sizing) {
        this.properties = properties;
        this.peers = peers;
        this.jobs = jobs;
        this.leases = leases;
        this.staging = staging;
        this.sizing = sizing;
    }

    /** What is to be said of running jobs from now on, by their ids. */
    void say(Map<String, String> now) {
        notes = Map.copyOf(now);
    }

    /** What a manager before this one stopped, it may not have told the driver. */
    void recallAll(List<Job> active) {
        for (Job job : active) {
            if (job.state() == JobState.QUEUED && job.attempt() > 0) {
                recall(job, job.attempt());
            } else if (job.state() == JobState.LEASED && job.attempt() > 1) {
                recall(job, job.attempt() - 1);
            }
        }
    }

    /** Has the driver end a stopped attempt, now or before another one is given its GPU. */
    void recall(Job job, int attempt) {
        SliceKey slice = leases.find(job.epoch()).orElseThrow().slice();
        recalled.add(new Recalled(job.id(), attempt, slice.gpuName()));
        tellRecalled("");
    }

    /** @throws PeerUnreachable if the driver does not know it of all on that GPU */
    private void tellRecalled(String gpu) {
        for (Recalled attempt : List.copyOf(recalled)) {
            try {
                peers.driver().cancel(attempt.job(), attempt.attempt());
                recalled.remove(attempt);
            } catch (PeerUnreachable | PeerRefused e) {
                if (attempt.gpu().equals(gpu)) {
                    throw e;
                }
                log.info(
                        "job {}: attempt {} is not cancelled yet: {}",
                        attempt.job(),
                        attempt.attempt(),
                        e.getMessage());
            }
        }
    }

    /** Asks once more whether a running attempt has ended, and takes what it has. */
    boolean goesOn(Job job) {
        try {
            follow(job);
        } catch (PeerRefused e) {
            jobs.note(job, e.getMessage());
        }
        return jobs.find(job.id())
                .filter(now -> now.state() == JobState.RUNNING && now.attempt() == job.attempt())
                .isPresent();
    }

    /** LEASED: makes the slices and hands the task over. */
    void begin(Job job) {
        // an agent refuses to make a slice of an ill GPU for as long as it is asked, so it is not asked
        if (lost(job, Instant.MAX) || ill(job)) {
            return;
        }
        try {
            for (SliceLease lease : leases.together(job.epoch())) {
                tellRecalled(lease.key().gpuName());
                leases.device(lease.epoch(), slice(lease.key()));
            }
            leases.renew(job.epoch(), Instant.now().plus(properties.lease()));
            if (job.attempt() > 1) {
                peers.driver().cancel(job.id(), job.attempt() - 1);
            }
            peers.driver().submit(task(job));
            jobs.move(job, JobState.RUNNING, "");
        } catch (PeerUnreachable | PeerRefused | IllegalArgumentException e) {
            if (since(job).compareTo(patience(e)) > 0) {
                failed(job, "it could not begin: " + e.getMessage(), Remedy.RETRY, false);
            } else {
                jobs.note(job, e.getMessage());
            }
        }
    }

    /** Nobody waits for what runs on a slice that is no more. @param made when the slices were there for certain */
    private boolean lost(Job job, Instant made) {
        Optional<String> fault = leases.together(job.epoch()).stream()
                .map(lease -> peers.agents().gone(lease.key(), made))
                .flatMap(Optional::stream)
                .findFirst();
        fault.ifPresent(why -> failed(job, why, Remedy.RETRY, false));
        return fault.isPresent();
    }

    /** Nothing begins or goes on where something is known against a slice. */
    private boolean ill(Job job) {
        Optional<String> fault = leases.together(job.epoch()).stream()
                .map(lease -> peers.agents().fault(lease.key()))
                .flatMap(Optional::stream)
                .findFirst();
        fault.ifPresent(why -> failed(job, "its slice must not be used any more: " + why, Remedy.RETRY, false));
        return fault.isPresent();
    }

    /** RUNNING: asks the driver, which keeps the lease alive. */
    void follow(Job job) {
        if (lost(job, job.since())) {
            return;
        }
        Optional<TaskOutcome> outcome;
        try {
            outcome = peers.driver().outcome(job.id(), job.attempt());
        } catch (PeerUnreachable e) {
            SliceLease lease = leases.find(job.epoch()).orElseThrow().lease();
            if (lease.expiry().isBefore(Instant.now())) {
                failed(
                        job,
                        "the driver was not heard of until the lease expired: " + e.getMessage(),
                        Remedy.RETRY,
                        false);
            } else {
                jobs.note(job, e.getMessage());
            }
            return;
        }
        if (outcome.isEmpty()) {
            failed(job, "the Spark driver does not know it; it was restarted", Remedy.RETRY, false);
        } else if (outcome.get() instanceof TaskOutcome.Running running) {
            goesOn(job, running);
        } else if (outcome.get() instanceof TaskOutcome.Failed failure) {
            sizing.failed(job, failure);
            failed(job, failure.reason(), failure.remedy(), true);
        } else if (outcome.get() instanceof TaskOutcome.Succeeded success) {
            succeeded(job, success);
        }
    }

    private void goesOn(Job job, TaskOutcome.Running running) {
        if (running.stage().startsWith(WAITING) && since(job).compareTo(properties.startDeadline()) > 0) {
            failed(
                    job,
                    "no executor began on its slice within "
                            + properties.startDeadline().toSeconds() + " s; see whether the agent's Worker runs",
                    Remedy.FREE_CAPACITY,
                    false);
            return;
        }
        Duration still = Duration.between(job.updated(), Instant.now());
        boolean same = running.stage().equals(job.stage()) && !running.stage().startsWith(WAITING);
        if (same && still.compareTo(properties.stallLimit(job.protocol())) > 0) {
            failed(
                    job,
                    "it has not gone on for " + still.toSeconds() + " s, the last stage was: " + running.stage(),
                    Remedy.RETRY,
                    false);
            return;
        }
        if (ill(job)) {
            return;
        }
        SliceLease lease = leases.find(job.epoch()).orElseThrow().lease();
        Instant now = Instant.now();
        if (Duration.between(now, lease.expiry()).compareTo(properties.lease().dividedBy(2)) < 0) {
            leases.renew(lease.epoch(), now.plus(properties.lease()));
        }
        jobs.doing(job, running.stage(), notes.getOrDefault(job.id(), ""));
    }

    private void succeeded(Job job, TaskOutcome.Succeeded success) {
        ResultManifest manifest = success.manifest();
        String expectedRoot = staging.of(job.id(), job.attempt());
        if (manifest.leaseEpoch() != job.epoch()) {
            failed(
                    job,
                    "results made under lease epoch " + manifest.leaseEpoch()
                            + " are refused, the job's lease has epoch " + job.epoch(),
                    Remedy.RETRY,
                    false);
        } else if (!manifest.jobId().equals(job.id())
                || !manifest.studyUid().equals(job.studyUid())
                || manifest.revision() != job.revision()
                || !manifest.stagingRoot().equals(expectedRoot)) {
            failed(
                    job,
                    "the driver answered with results of job " + manifest.jobId() + ", study " + manifest.studyUid()
                            + " revision " + manifest.revision() + " in " + manifest.stagingRoot() + ", expected "
                            + expectedRoot,
                    Remedy.ASK_OPERATOR,
                    false);
        } else if (jobs.commit(job, manifest, success.findings())) {
            sizing.succeeded(job, success);
            log.info(
                    "job {}: attempt {} made {} objects",
                    job.id(),
                    job.attempt(),
                    manifest.objects().size());
        }
    }

    /**
     * @param ended whether the driver says that it ended. Only an executor that also answered to the end is fit for the next
     *     job while it keeps its lock; of a failure that may be tried again one cannot know.
     */
    private void failed(Job job, String reason, Remedy remedy, boolean ended) {
        if (!ended) {
            cancel(job);
        }
        boolean again = remedy == Remedy.RETRY || remedy == Remedy.FREE_CAPACITY || remedy == Remedy.LARGER_SLICE;
        String outcome = "attempt " + job.attempt() + " failed: " + reason;
        if (again && job.failures() + 1 < properties.maxAttempts()) {
            Instant next = Instant.now().plus(pause(job.failures()));
            jobs.attemptFailed(job, JobState.QUEUED, outcome, outcome + "; it is tried again", remedy, next, false);
        } else {
            staging.delete(job.id());
            String end = again ? "given up after " + (job.failures() + 1) + " attempts; the last: " + reason : reason;
            jobs.attemptFailed(job, JobState.FAILED, outcome, end, remedy, Instant.now(), ended && !again);
        }
        log.warn("job {}: {}", job.id(), outcome);
    }

    /** Whoever does not answer may be cut off, and another host may be well; who answers may yet agree. */
    private Duration patience(RuntimeException e) {
        Duration deadline = properties.startDeadline();
        return e instanceof PeerUnreachable && deadline.compareTo(SILENCE) > 0 ? SILENCE : deadline;
    }

    /** None after the first failure, which is tried again at once on another GPU if there is one; then ever longer. */
    private Duration pause(int failures) {
        return failures == 0
                ? Duration.ZERO
                : properties.backOff().multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    }

    private void cancel(Job job) {
        try {
            peers.driver().cancel(job.id(), job.attempt());
        } catch (PeerUnreachable | PeerRefused e) {
            // It is cancelled before the next attempt is handed over; until it ends its lock keeps the slice.
            log.info("job {}: attempt {} could not be cancelled: {}", job.id(), job.attempt(), e.getMessage());
        }
    }

    /** Makes the slice, after what stands in its way and what may still lock that; we hold the only lease there. */
    private String slice(SliceKey key) {
        AgentClient agent = peers.agents().require(key.host());
        agent.inventory().gpu(key).ifPresent(gpu -> {
            Placement wanted = gpu.placement(key);
            for (Slice slice : gpu.slices()) {
                if (slice.locked()
                        && !slice.key().equals(key)
                        && gpu.placement(slice.key()).overlaps(wanted)) {
                    peers.driver().vacate(slice.key());
                }
            }
        });
        return agent.make(key);
    }

    private ReconstructionTask task(Job job) {
        String model = properties.rule(job.protocol()).map(RoutingRule::model).orElse(properties.model());
        List<SliceLease> held = leases.together(job.epoch());
        return new ReconstructionTask(
                job.id(),
                job.attempt(),
                job.protocol(),
                job.batch(),
                jobs.study(job.id()),
                held.get(0),
                properties.archiveRoot().toString(),
                staging.of(job.id(), job.attempt()),
                properties.inferenceUrl().toString(),
                model,
                jobs.predecessors(job),
                held,
                priors(job));
    }

    /** A gateway that does not answer keeps no job from its slice: the lesions are then held against nothing. */
    private List<PriorStudy> priors(Job job) {
        try {
            return jobs.prior(peers.gateway().priors(job.studyUid()), job.protocol()).stream()
                    .toList();
        } catch (PeerUnreachable | PeerRefused unknown) {
            log.warn("job {} begins without prior studies: {}", job.id(), unknown.getMessage());
            return List.of();
        }
    }

    private static Duration since(Job job) {
        return Duration.between(job.since(), Instant.now());
    }
}
