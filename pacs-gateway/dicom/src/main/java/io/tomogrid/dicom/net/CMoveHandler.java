package io.tomogrid.dicom.net;

import java.io.IOException;
import java.util.List;

/** What a Retrieve SCP sends to a third party, PS3.4 section C.4.2. Called by many associations at once. */
@FunctionalInterface
public interface CMoveHandler {
    /**
     * @param destination AE title that the requestor names
     * @throws RequestRefused if the destination is not known or the identifier cannot be served
     * @throws IOException answered as 0xC000 Unable to process; the association goes on
     */
    Move move(QueryRequest request, String destination) throws IOException;

    /** Where instances go. @param callingAe the AE title under which we call */
    record Move(String host, int port, String callingAe, String calledAe, List<Retrievable> instances) {
        public Move {
            instances = List.copyOf(instances);
        }
    }
}
