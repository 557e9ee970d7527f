package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.engine.cuda.CudaException;
import io.tomogrid.engine.cuda.DeviceMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs on the executor. */
final class SliceTask {
    private static final Logger log = LoggerFactory.getLogger(SliceTask.class);

    private SliceTask() {}

    /** Runs the task's protocol. */
    static TaskOutcome run(ReconstructionTask task) {
        return owning(
                task, progress -> measured(Protocols.named(task.protocol()).run(task, progress)), failure -> failure);
    }

    /** Does the part of the task that is the slice's of its first lease. */
    static Part part(ReconstructionTask task) {
        return owning(
                task,
                progress ->
                        Protocols.parted(task.protocol()).part(task, progress).with(DeviceMemory.peak()),
                Part::failed);
    }

    /** @param parts what was found by each */
    static TaskOutcome whole(ReconstructionTask task, List<String> parts) {
        return owning(
                task,
                progress -> measured(Protocols.parted(task.protocol()).whole(task, parts, progress)),
                failure -> failure);
    }

    private static TaskOutcome measured(TaskOutcome outcome) {
        return outcome instanceof TaskOutcome.Succeeded success
                ? new TaskOutcome.Succeeded(success.manifest(), success.findings(), DeviceMemory.peak())
                : outcome;
    }

    /**
     * Works if this executor owns the slice of the task's first lease.
     *
     * @throws IllegalStateException if it does not; Spark tries again, a few times
     */
    private static <T> T owning(
            ReconstructionTask task, Function<Progress, T> work, Function<TaskOutcome.Failed, T> failed) {
        TaskContext context = TaskContext.get();
        Map<String, String> granted = context.resourcesJMap().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, e -> String.join(",", e.getValue().addresses())));
        ExecutorSlice slice = ExecutorSlice.ofThisProcess();
        try (ExecutorSlice.Claim untilTheEnd = slice.claim(task.lease(), granted)) {
            return working(task, slice, context, work, failed);
        } catch (IOException e) {
            throw new UncheckedIOException("the lock of slice " + task.lease().key() + " could not be given back", e);
        }
    }

    private static <T> T working(
            ReconstructionTask task,
            ExecutorSlice slice,
            TaskContext context,
            Function<Progress, T> work,
            Function<TaskOutcome.Failed, T> failed) {
        TaskId id = TaskId.of(task);
        Progress progress =
                stage -> slice.report(new StageReport(id, task.lease().key(), stage));
        try {
            progress.stage("starting");
            DeviceMemory.restart();
            return work.apply(progress);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            if (context.isInterrupted()) {
                throw e;
            }
            log.error("{} failed", id, e);
            return failed.apply(failure(task, e));
        }
    }

    /** @throws InternalError if this process can use its device no more: Spark ends it and tries again in a new one */
    static TaskOutcome.Failed failure(ReconstructionTask task, Throwable cause) {
        if (cause instanceof CudaException cuda) {
            if (cuda.deviceLost()) {
                throw new InternalError("this executor has lost its device and ends: " + cuda.getMessage(), cuda);
            }
            return new TaskOutcome.Failed(
                    "protocol " + task.protocol() + " failed on its slice's device: " + cuda.getMessage()
                            + cuda.needed().map(LargerSlice::named).orElse(""),
                    cuda.outOfMemory() ? TaskOutcome.Remedy.LARGER_SLICE : TaskOutcome.Remedy.ASK_OPERATOR);
        }
        if (cause instanceof OutOfMemoryError) {
            return new TaskOutcome.Failed(
                    "protocol " + task.protocol() + " needs more memory than the executor's "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB; start the driver with a larger --executor-memory",
                    TaskOutcome.Remedy.ASK_OPERATOR);
        }
        String where = Arrays.stream(cause.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("io.tomogrid."))
                .findFirst()
                .map(frame -> " at " + frame.getFileName() + ":" + frame.getLineNumber())
                .orElse("");
        return new TaskOutcome.Failed(
                "protocol " + task.protocol() + " failed: " + cause + where
                        + "; the executor's log has the details, retry the job",
                cause instanceof LinkageError ? TaskOutcome.Remedy.ASK_OPERATOR : TaskOutcome.Remedy.RETRY);
    }
}
