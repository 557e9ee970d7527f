package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import java.util.List;

/** Runs tasks, each on its slice or slices. */
interface SliceJobs {
    /**
     * Runs the task to its end on executors that own its slices; waits for these as long as it takes.
     *
     * @throws Lost if no executor brought it to an end
     */
    TaskOutcome run(ReconstructionTask task) throws Lost;

    /** On which of its slices the task works. */
    default List<SliceKey> slices(ReconstructionTask task) {
        return List.of(task.lease().key());
    }

    /** Ends the task, also one whose {@link #run} has not begun yet. */
    void cancel(TaskId id);

    /** The executors died under the task; the message says how and what to do next. */
    final class Lost extends Exception {
        private static final long serialVersionUID = 1;

        Lost(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
