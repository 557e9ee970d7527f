package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ExecutorResourceRequests;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;

/**
 * Each task is one Spark job of one partition, which asks for one executor with the resource that the slice key names; of a
 * protocol with parts, one such job on each slice, all at once, then one for the whole. When such an executor is lost, so is the attempt: Spark would wait for another one of the same slice, for ever if its host is
 * gone, while the manager knows where else there is room.
 *
 * <p>The jobs of a batch bear its tag and its name, so that Spark lists and cancels them as one; the group stays the attempt's
 * own, since Spark cancels jobs that have not begun yet by their group only.
 */
final class SparkSliceJobs implements SliceJobs {
    private static final int LONGEST_CAUSE = 300;

    private final JavaSparkContext spark;
    private final String executorMemory;
    /** Spark finds a warm executor by the profile's identity: a new profile of equal content would start a new one. */
    private final Map<SliceKey, ResourceProfile> profiles = new ConcurrentHashMap<>();

    private final LostExecutors losses = new LostExecutors(this::cancelGroup);

    /** @param executorMemory heap of an executor in Spark's notation, e.g. {@code 3g} */
    SparkSliceJobs(JavaSparkContext spark, String executorMemory) {
        this.spark = spark;
        this.executorMemory = executorMemory;
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
            return slices.size() == 1 ? on(task).map(SliceTask::run).collect().get(0) : together(task, slices.size());
        } catch (SparkException e) {
            String why = losses.of(id.group()).orElse(e.getMessage());
            throw new Lost(
                    "the task could not be brought to an end on slice "
                            + slices(task).stream().map(SliceKey::toString).collect(Collectors.joining(", ")) + ": "
                            + firstLine(why) + "; retry the job",
                    e);
        } finally {
            losses.forget(id.group());
        }
    }

    @Override
    public List<SliceKey> slices(ReconstructionTask task) {
        List<SliceKey> all = task.leases().stream().map(SliceLease::key).toList();
        return all.size() > 1 && Protocols.hasParts(task.protocol()) ? all : all.subList(0, 1);
    }

    /** The parts at the same time, then the whole. The loss of one executor ends all, see {@link LostExecutors}. */
    private TaskOutcome together(ReconstructionTask task, int slices) throws SparkException {
        List<JavaFutureAction<List<Part>>> under = IntStream.range(0, slices)
                .mapToObj(task::on)
                .map(part -> on(part).map(SliceTask::part).collectAsync())
                .toList();
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
        TaskOutcome outcome =
                on(task).map(one -> SliceTask.whole(one, found)).collect().get(0);
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

    /** On the slice of the task's first lease. */
    private JavaRDD<ReconstructionTask> on(ReconstructionTask task) {
        return spark.parallelize(List.of(task), 1)
                .withResources(profiles.computeIfAbsent(task.lease().key(), this::profile));
    }

    @Override
    public void cancel(TaskId id) {
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

    private ResourceProfile profile(SliceKey slice) {
        return new ResourceProfileBuilder()
                .require(new ExecutorResourceRequests()
                        .cores(1)
                        .memory(executorMemory)
                        .resource(slice.toString(), 1, "", ""))
                .require(new TaskResourceRequests().cpus(1).resource(slice.toString(), 1))
                .build();
    }

    private static String firstLine(String text) {
        String line = String.valueOf(text).lines().findFirst().orElse("");
        return line.length() > LONGEST_CAUSE ? line.substring(0, LONGEST_CAUSE) + "…" : line;
    }
}
