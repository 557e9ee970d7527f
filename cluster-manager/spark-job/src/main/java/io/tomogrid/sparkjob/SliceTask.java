package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.engine.cuda.CudaException;
import io.tomogrid.engine.cuda.DeviceMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs on the executor. */
final class SliceTask {
    private static final Logger log = LoggerFactory.getLogger(SliceTask.class);

    private SliceTask() {}

    /**
     * Runs the task's protocol if this executor owns the leased slice.
     *
     * @throws IllegalStateException if it does not; Spark tries again, a few times
     */
    static TaskOutcome run(ReconstructionTask task) {
        TaskContext context = TaskContext.get();
        Map<String, String> granted = context.resourcesJMap().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, e -> String.join(",", e.getValue().addresses())));
        ExecutorSlice slice = ExecutorSlice.ofThisProcess();
        TaskId id = TaskId.of(task);
        try (ExecutorSlice.Claim untilTheEnd = slice.claim(task.lease(), granted)) {
            return run(task, id, slice, context);
        } catch (IOException e) {
            throw new UncheckedIOException("the lock of slice " + task.lease().key() + " could not be given back", e);
        }
    }

    private static TaskOutcome run(ReconstructionTask task, TaskId id, ExecutorSlice slice, TaskContext context) {
        slice.report(new StageReport(id, "starting"));
        try {
            DeviceMemory.restart();
            TaskOutcome outcome =
                    Protocols.named(task.protocol()).run(task, stage -> slice.report(new StageReport(id, stage)));
            return outcome instanceof TaskOutcome.Succeeded success
                    ? new TaskOutcome.Succeeded(success.manifest(), success.findings(), DeviceMemory.peak())
                    : outcome;
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            if (context.isInterrupted()) {
                throw e;
            }
            log.error("{} failed", id, e);
            return failure(task, e);
        }
    }

    /** @throws InternalError if this process can use its device no more: Spark ends it and tries again in a new one */
    static TaskOutcome.Failed failure(ReconstructionTask task, Throwable cause) {
        if (cause instanceof CudaException cuda) {
            if (cuda.deviceLost()) {
                throw new InternalError("this executor has lost its device and ends: " + cuda.getMessage(), cuda);
            }
            return new TaskOutcome.Failed(
                    "protocol " + task.protocol() + " failed on its slice's device: " + cuda.getMessage(),
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
