package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Jobs that end when and how the test says. */
final class ScriptedJobs implements SliceJobs {
    final Queue<TaskId> begun = new ConcurrentLinkedQueue<>();
    final Queue<TaskId> cancelled = new ConcurrentLinkedQueue<>();
    private final Map<TaskId, CompletableFuture<TaskOutcome>> ends = new ConcurrentHashMap<>();

    private List<SliceKey> slices = List.of();

    /** On which slices all tasks work from now on, in place of their own. */
    void on(List<SliceKey> all) {
        slices = all;
    }

    @Override
    public List<SliceKey> slices(ReconstructionTask task) {
        return slices.isEmpty() ? SliceJobs.super.slices(task) : slices;
    }

    /** Complete it, or complete it exceptionally, to end the task. */
    CompletableFuture<TaskOutcome> end(TaskId id) {
        return ends.computeIfAbsent(id, key -> new CompletableFuture<>());
    }

    @Override
    public TaskOutcome run(ReconstructionTask task) throws Lost {
        TaskId id = TaskId.of(task);
        begun.add(id);
        try {
            return end(id).join();
        } catch (java.util.concurrent.CompletionException e) {
            if (e.getCause() instanceof Lost lost) {
                throw lost;
            }
            throw e;
        }
    }

    @Override
    public void cancel(TaskId id) {
        cancelled.add(id);
        end(id).completeExceptionally(new Lost("cancelled", null));
    }
}
