package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks that this driver has taken, and how far each has come. An outcome that is not {@code Running} never changes
 * again, whatever arrives later. It lives in memory only: who asks a restarted driver learns that it knows nothing.
 */
final class TaskBoard implements AutoCloseable {
    /** Shown until the executors that own its slices have reported their first stages. */
    static final String WAITING = "waiting for the slice";

    static final int KEPT_OUTCOMES = 1000;

    private static final Logger log = LoggerFactory.getLogger(TaskBoard.class);

    private final SliceJobs jobs;
    private final Clock clock;
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "start-deadlines");
        thread.setDaemon(true);
        return thread;
    });
    /** In the order of their arrival; guarded by this. */
    private final Map<TaskId, TaskOutcome> outcomes = new LinkedHashMap<>();
    /** Slices from which nothing was heard yet; guarded by this. */
    private final Map<TaskId, Set<SliceKey>> silent = new HashMap<>();

    TaskBoard(SliceJobs jobs, Clock clock) {
        this.jobs = jobs;
        this.clock = clock;
    }

    /** Begins the task, once: the same job and attempt again changes nothing. */
    void submit(ReconstructionTask task) {
        TaskId id = TaskId.of(task);
        synchronized (this) {
            if (outcomes.putIfAbsent(id, new TaskOutcome.Running(WAITING)) != null) {
                return;
            }
            silent.put(id, new HashSet<>(jobs.slices(task)));
            forgetOldest();
        }
        log.info("{} is taken, for slice {}", id, task.lease().key());
        Thread runner = new Thread(() -> run(id, task), id.group());
        runner.setDaemon(true);
        runner.start();
        var unneeded = deadlines.schedule(
                () -> giveUpIfWaiting(id, task),
                Duration.between(clock.instant(), task.lease().expiry()).toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Empty if this driver never took the task. */
    synchronized Optional<TaskOutcome> outcome(TaskId id) {
        return Optional.ofNullable(outcomes.get(id));
    }

    /** Ends the task unless it has ended. Returns false if this driver never took it. */
    boolean cancel(TaskId id) {
        if (outcome(id).isEmpty()) {
            return false;
        }
        if (settle(id, new TaskOutcome.Failed("cancelled on request; retry the job", TaskOutcome.Remedy.RETRY))) {
            jobs.cancel(id);
        }
        return true;
    }

    /** An executor begins a stage of the task. While another one has not begun at all the task waits. */
    synchronized void reached(StageReport report) {
        TaskId id = report.task();
        if (outcomes.get(id) instanceof TaskOutcome.Running) {
            silent.get(id).remove(report.slice());
            if (silent.get(id).isEmpty()) {
                outcomes.put(id, new TaskOutcome.Running(report.stage()));
            }
            log.info("{} on {}: {}", id, report.slice(), report.stage());
        }
    }

    @Override
    public void close() {
        deadlines.shutdownNow();
    }

    private void run(TaskId id, ReconstructionTask task) {
        try {
            settle(id, jobs.run(task));
        } catch (SliceJobs.Lost lost) {
            settle(id, new TaskOutcome.Failed(lost.getMessage(), TaskOutcome.Remedy.RETRY));
        } catch (RuntimeException unexpected) {
            log.error("{} could not be run", id, unexpected);
            settle(
                    id,
                    new TaskOutcome.Failed(
                            "the Spark driver could not run the task: " + unexpected + "; retry the job",
                            TaskOutcome.Remedy.RETRY));
        }
    }

    /** A resource that no Worker offers waits silently for ever: the lease's end bounds it. */
    private void giveUpIfWaiting(TaskId id, ReconstructionTask task) {
        synchronized (this) {
            if (!new TaskOutcome.Running(WAITING).equals(outcomes.get(id))) {
                return;
            }
            settle(
                    id,
                    new TaskOutcome.Failed(
                            "no executor began on slice " + task.lease().key() + " before its lease ended at "
                                    + task.lease().expiry()
                                    + ": check that the Worker of this GPU is up, and retry the job",
                            TaskOutcome.Remedy.RETRY));
        }
        jobs.cancel(id);
    }

    private synchronized boolean settle(TaskId id, TaskOutcome outcome) {
        if (!(outcomes.get(id) instanceof TaskOutcome.Running)) {
            return false;
        }
        outcomes.put(id, outcome);
        silent.remove(id);
        if (outcome instanceof TaskOutcome.Failed failed) {
            log.warn("{} failed: {}", id, failed.reason());
        } else {
            log.info("{} succeeded", id);
        }
        return true;
    }

    private void forgetOldest() {
        Iterator<TaskOutcome> oldest = outcomes.values().iterator();
        while (outcomes.size() > KEPT_OUTCOMES && oldest.hasNext()) {
            if (!(oldest.next() instanceof TaskOutcome.Running)) {
                oldest.remove();
            }
        }
    }
}
