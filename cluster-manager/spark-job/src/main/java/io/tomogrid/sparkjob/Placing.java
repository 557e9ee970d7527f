package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** How a task comes to the executor that has its slice. */
interface Placing {
    /**
     * The one partition that Spark runs there; may wait for that executor.
     *
     * @throws SliceJobs.Lost if it was cancelled meanwhile
     */
    JavaRDD<ReconstructionTask> place(JavaSparkContext spark, ReconstructionTask task) throws SliceJobs.Lost;

    /** Ends a {@link #place} that waits, also one that has not begun yet. */
    void cancel(TaskId id);

    /** The task has ended. */
    void forget(TaskId id);
}
