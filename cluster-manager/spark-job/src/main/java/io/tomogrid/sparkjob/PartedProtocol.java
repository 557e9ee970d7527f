package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import java.util.List;

/** A protocol that uses every slice of its job: a part on each, all at once, then the whole on the first. */
public interface PartedProtocol extends Protocol {
    /**
     * Does the share of the slice that the task's {@code lease} names; answers instead of throwing when it cannot be done.
     *
     * @param progress told of every stage before it begins
     */
    Part part(ReconstructionTask task, Progress progress);

    /**
     * Makes the results, on the first slice.
     *
     * @param parts what each part found, in the order of the task's leases
     * @return as {@link Protocol#run}
     */
    TaskOutcome whole(ReconstructionTask task, List<String> parts, Progress progress);

    /** On one slice: its part is all that there is. */
    @Override
    default TaskOutcome run(ReconstructionTask task, Progress progress) {
        Part only = part(task, progress);
        return only.failure().isPresent() ? only.failure().get() : whole(task, List.of(only.found()), progress);
    }
}
