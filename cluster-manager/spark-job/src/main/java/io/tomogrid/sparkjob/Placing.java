package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** How a task comes to the executor that has its slice. */
interface Placing {
    /**
     * The one partition that Spark runs there; may wait for that executor.
     *
     * @param task whose first lease names the slice
     * @param what is sent there
     * @throws SliceJobs.Lost if it was cancelled meanwhile
     */
    <T> JavaRDD<T> place(JavaSparkContext spark, ReconstructionTask task, T what) throws SliceJobs.Lost;

    /** Ends a {@link #place} that waits, also one that has not begun yet. */
    void cancel(TaskId id);

    /** The task has ended. */
    void forget(TaskId id);
}
