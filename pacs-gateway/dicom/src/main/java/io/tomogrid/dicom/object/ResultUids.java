package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Uids;

/** UIDs of one job's results: the same role gives the same UID, so that a job that runs twice names its results alike. */
@FunctionalInterface
public interface ResultUids {
    /**
     * The UID of one role.
     *
     * @param role what the UID is for, unique within the job, such as {@code seg} or {@code pet-on-ct/17}
     */
    String uid(String role);

    static ResultUids ofJob(String jobId) {
        return role -> Uids.derived("tomogrid-result", jobId, role);
    }
}
