package io.tomogrid.gateway.contract;

import java.io.Serializable;
import java.util.List;

/**
 * The results of one attempt at a job. The first manifest that the manager commits for a job wins: only its bytes are
 * stored and delivered.
 *
 * @param jobId the manager's id of the job
 * @param studyUid study that the results belong to
 * @param revision the study's revision that was processed
 * @param leaseEpoch epoch of the slice lease under which they were made; a stale one is refused
 * @param stagingRoot URI of the folder (Hadoop {@code FileSystem}) that the objects' files are relative to
 * @param objects the objects, in the order in which they are to be stored
 */
public record ResultManifest(
        String jobId, String studyUid, int revision, long leaseEpoch, String stagingRoot, List<ResultObject> objects)
        implements Serializable {
    public ResultManifest {
        objects = List.copyOf(objects);
    }
}
