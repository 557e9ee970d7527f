package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import java.io.Serializable;

/**
 * One attempt at one job.
 *
 * @param attempt 1, 2, …
 */
record TaskId(String jobId, int attempt) implements Serializable {
    static TaskId of(ReconstructionTask task) {
        return new TaskId(task.jobId(), task.attempt());
    }

    /** Name of the attempt's Spark job group. */
    String group() {
        return "job-" + jobId + "-" + attempt;
    }

    @Override
    public String toString() {
        return "job " + jobId + " attempt " + attempt;
    }
}
