package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Each task is one Spark job of one partition, which goes to the executor that has its slice ({@link Placing}); of a protocol
 * with parts, one such job on each slice, all at once, then one for the whole. When such an executor is lost, so is the
 * attempt: Spark would wait for another one of the same slice, for ever if its host is gone, while the manager knows where
 * else there is room.
 *
 * <p>The jobs of a batch bear its tag and its name, so that Spark lists and cancels them as one; the group stays the attempt's
 * own, since Spark cancels jobs that have not begun yet by their group only.
 */
final class SparkSliceJobs implements SliceJobs {
    private static final int LONGEST_CAUSE = 300;

    private final JavaSparkContext spark;
    private final Placing placing;
    private final LostExecutors losses = new LostExecutors(this::cancelGroup);

    SparkSliceJobs(JavaSparkContext spark, Placing placing) {
        this.spark = spark;
        this.placing = placing;
        spark.sc().addSparkListener(losses);
    }

    @Override
    public TaskOutcome run(ReconstructionTask task) throws Lost {
        TaskId id = TaskId.of(task);
        spark.setJobGroup(id.group(), description(task, id), true);
        if (!task.batch().isEmpty()) {
            spark.addJobTag(tag(task.batch()));
        }
        try {
            List<SliceKey> slices = slices(task);
            return slices.size() == 1
                    ? placing.place(spark, task).map(SliceTask::run).collect().get(0)
                    : together(task, slices.size());
        } catch (SparkException e) {
            String why = losses.of(id.group()).orElse(e.getMessage());
            throw new Lost(
                    "the task could not be brought to an end on slice "
                            + slices(task).stream().map(SliceKey::toString).collect(Collectors.joining(", ")) + ": "
                            + firstLine(why) + "; retry the job",
                    e);
        } finally {
            losses.forget(id.group());
            placing.forget(id);
        }
    }

    @Override
    public List<SliceKey> slices(ReconstructionTask task) {
        List<SliceKey> all = task.leases().stream().map(SliceLease::key).toList();
        return all.size() > 1 && Protocols.hasParts(task.protocol()) ? all : all.subList(0, 1);
    }

    /** The parts at the same time, then the whole. The loss of one executor ends all, see {@link LostExecutors}. */
    private TaskOutcome together(ReconstructionTask task, int slices) throws SparkException, Lost {
        List<JavaFutureAction<List<Part>>> under = new ArrayList<>();
        for (int slice = 0; slice < slices; slice++) {
            ReconstructionTask part = task.on(slice);
            under.add(placing.place(spark, part).map(SliceTask::part).collectAsync());
        }
        List<Part> parts = new ArrayList<>();
        for (JavaFutureAction<List<Part>> part : under) {
            parts.add(ended(part, task).get(0));
        }
        Optional<TaskOutcome.Failed> failure =
                parts.stream().flatMap(part -> part.failure().stream()).findFirst();
        if (failure.isPresent()) {
            return failure.get();
        }
        List<String> found = parts.stream().map(Part::found).toList();
        TaskOutcome outcome = placing.place(spark, task)
                .map(one -> SliceTask.whole(one, found))
                .collect()
                .get(0);
        long peak = parts.stream().mapToLong(Part::peakBytes).max().orElse(0);
        return outcome instanceof TaskOutcome.Succeeded success
                ? new TaskOutcome.Succeeded(success.manifest(), success.findings(), Math.max(peak, success.peakBytes()))
                : outcome;
    }

    private <T> T ended(JavaFutureAction<T> action, ReconstructionTask task) throws SparkException {
        try {
            return action.get();
        } catch (ExecutionException e) {
            cancelGroup(TaskId.of(task).group());
            throw e.getCause() instanceof SparkException lost ? lost : new SparkException(e.getMessage(), e);
        } catch (InterruptedException e) {
            cancelGroup(TaskId.of(task).group());
            Thread.currentThread().interrupt();
            throw new SparkException("interrupted while its parts were under way", e);
        }
    }

    @Override
    public void cancel(TaskId id) {
        placing.cancel(id);
        cancelGroup(id.group());
    }

    private void cancelGroup(String group) {
        spark.sc().cancelJobGroupAndFutureJobs(group);
    }

    /** Names the batch first: Spark's page sorts by it. */
    static String description(ReconstructionTask task, TaskId id) {
        return task.batch().isEmpty() ? id.toString() : "batch " + task.batch() + ", " + id;
    }

    /** By which Spark knows the jobs of a batch. */
    static String tag(String batch) {
        return "batch-" + batch;
    }

    private static String firstLine(String text) {
        String line = String.valueOf(text).lines().findFirst().orElse("");
        return line.length() > LONGEST_CAUSE ? line.substring(0, LONGEST_CAUSE) + "…" : line;
    }
}
