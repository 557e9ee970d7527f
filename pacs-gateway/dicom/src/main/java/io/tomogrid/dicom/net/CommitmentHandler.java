package io.tomogrid.dicom.net;

import java.io.IOException;
import java.util.Optional;

/** A Storage Commitment SCP, PS3.4 annex J. Called by many associations at once. */
@FunctionalInterface
public interface CommitmentHandler {
    /**
     * @return what to do once the request was answered Success
     * @throws RequestRefused if there is something wrong with it
     * @throws IOException answered as 0x0110 Processing failure; the association goes on
     */
    Report requested(CommitmentRequest request) throws IOException;

    /** Looks whether the instances are safe. */
    @FunctionalInterface
    interface Report {
        /** What is reported on the requestor's own association; empty when it is reported on another one. */
        Optional<CommitmentResult> make() throws IOException;
    }
}
