package io.tomogrid.cluster.contract;

import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.slices.SliceLease;
import java.io.Serializable;
import java.util.List;

/**
 * One attempt at one job, as the manager hands it to the Spark driver and the driver to an executor.
 *
 * @param jobId the job
 * @param attempt 1, 2, …
 * @param protocol e.g. {@code petct-standard}
 * @param study references of the source images
 * @param lease the slice that the attempt runs on
 * @param archiveRoot URI of the archive (Hadoop {@code FileSystem})
 * @param stagingRoot URI of a folder of this attempt's own, to write the result files to
 * @param inferenceUrl base URL of the model service, e.g. {@code http://127.0.0.1:8123}
 * @param model model name at that service
 * @param predecessors reports of the last revision before this one that has any; the new report replaces them
 * @param leases every slice that the attempt holds, {@code lease} the first; no protocol uses more than that one yet
 */
public record ReconstructionTask(
        String jobId,
        int attempt,
        String protocol,
        StudyComplete study,
        SliceLease lease,
        String archiveRoot,
        String stagingRoot,
        String inferenceUrl,
        String model,
        List<ReportRef> predecessors,
        List<SliceLease> leases)
        implements Serializable {
    public ReconstructionTask {
        predecessors = List.copyOf(predecessors);
        leases = List.copyOf(leases);
        if (leases.isEmpty() || !leases.get(0).equals(lease)) {
            throw new IllegalArgumentException("leases: expected " + lease.key() + " to be the first, got "
                    + leases.stream().map(SliceLease::key).toList());
        }
    }

    /** On one slice. */
    public ReconstructionTask(
            String jobId,
            int attempt,
            String protocol,
            StudyComplete study,
            SliceLease lease,
            String archiveRoot,
            String stagingRoot,
            String inferenceUrl,
            String model,
            List<ReportRef> predecessors) {
        this(
                jobId,
                attempt,
                protocol,
                study,
                lease,
                archiveRoot,
                stagingRoot,
                inferenceUrl,
                model,
                predecessors,
                List.of(lease));
    }
}
