package io.tomogrid.dicom.net;

import java.util.List;

/**
 * A request for storage commitment, PS3.4 section J.3.2.
 *
 * @param callingAe AE title of the requestor
 * @param transactionUid under which it is reported
 */
public record CommitmentRequest(String callingAe, String transactionUid, List<SopReference> instances) {
    public CommitmentRequest {
        instances = List.copyOf(instances);
    }
}
