package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Each task is one Spark job of one partition, which goes to the executor that has its slice ({@link Placing}). When
 * that executor is lost, so is the attempt: Spark would wait for another one of the same slice, for ever if its host is
 * gone, while the manager knows where else there is room.
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
            return placing.place(spark, task).map(SliceTask::run).collect().get(0);
        } catch (Exception e) {
            // Scala throws SparkException without declaring it
            if (e instanceof SparkException) {
                String why = losses.of(id.group()).orElse(e.getMessage());
                throw new Lost(
                        "the task could not be brought to an end on slice "
                                + task.lease().key() + ": " + firstLine(why) + "; retry the job",
                        e);
            }
            throw e;
        } finally {
            losses.forget(id.group());
            placing.forget(id);
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
