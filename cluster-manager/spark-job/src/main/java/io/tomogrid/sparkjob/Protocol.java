package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;

/** What is done with a study. It runs on an executor that owns the task's slice, and may run twice for one attempt. */
public interface Protocol {
    /**
     * Does it, and answers instead of throwing when it cannot be done.
     *
     * @param progress told of every stage before it begins
     * @return {@link TaskOutcome.Succeeded} or {@link TaskOutcome.Failed}; reasons carry no patient data
     */
    TaskOutcome run(ReconstructionTask task, Progress progress);
}
