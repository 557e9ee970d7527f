package io.tomogrid.cluster.contract;

import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.slices.SliceLease;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One attempt at one job, as the manager hands it to the Spark driver and the driver to an executor.
 *
 * @param jobId the job
 * @param attempt 1, 2, …
 * @param protocol e.g. {@code petct-standard}
 * @param batch which reprocessing wants it, empty if none does; Spark shows and cancels its tasks as one
 * @param study references of the source images
 * @param lease the slice that the attempt runs on
 * @param archiveRoot URI of the archive (Hadoop {@code FileSystem})
 * @param stagingRoot URI of a folder of this attempt's own, to write the result files to
 * @param inferenceUrl base URL of the model service, e.g. {@code http://127.0.0.1:8123}
 * @param model model name at that service
 * @param predecessors reports of the last results before these; the new report replaces them
 * @param leases every slice that the attempt holds, {@code lease} the first; a protocol without parts uses that one only
 * @param priors earlier studies of the same patient that the lesions are held against, the latest first; often empty
 */
public record ReconstructionTask(
        String jobId,
        int attempt,
        String protocol,
        String batch,
        StudyComplete study,
        SliceLease lease,
        String archiveRoot,
        String stagingRoot,
        String inferenceUrl,
        String model,
        List<ReportRef> predecessors,
        List<SliceLease> leases,
        List<PriorStudy> priors)
        implements Serializable {
    public ReconstructionTask {
        predecessors = List.copyOf(predecessors);
        leases = List.copyOf(leases);
        priors = List.copyOf(priors);
        if (leases.isEmpty() || !leases.get(0).equals(lease)) {
            throw new IllegalArgumentException("leases: expected " + lease.key() + " to be the first, got "
                    + leases.stream().map(SliceLease::key).toList());
        }
    }

    /** The same attempt, whose lease with this index is the first. */
    public ReconstructionTask on(int index) {
        List<SliceLease> turned = new ArrayList<>(leases);
        Collections.rotate(turned, -index);
        return new ReconstructionTask(
                jobId,
                attempt,
                protocol,
                batch,
                study,
                turned.get(0),
                archiveRoot,
                stagingRoot,
                inferenceUrl,
                model,
                predecessors,
                turned,
                priors);
    }

    /** Which of the attempt's slices the first lease's is, by their keys: 0 … slices − 1, each once, whichever lease is first. */
    public int rank() {
        return (int) leases.stream()
                .filter(other -> other.key().toString().compareTo(lease.key().toString()) < 0)
                .count();
    }

    /** On one slice. */
    public ReconstructionTask(
            String jobId,
            int attempt,
            String protocol,
            String batch,
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
                batch,
                study,
                lease,
                archiveRoot,
                stagingRoot,
                inferenceUrl,
                model,
                predecessors,
                List.of(lease),
                List.of());
    }

    /** The same, held against earlier studies of the patient. */
    public ReconstructionTask withPriors(List<PriorStudy> earlier) {
        return new ReconstructionTask(
                jobId,
                attempt,
                protocol,
                batch,
                study,
                lease,
                archiveRoot,
                stagingRoot,
                inferenceUrl,
                model,
                predecessors,
                leases,
                earlier);
    }
}
