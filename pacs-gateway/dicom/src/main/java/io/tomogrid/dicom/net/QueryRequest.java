package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import java.net.InetAddress;

/**
 * A C-FIND, C-MOVE or C-GET request, PS3.7 sections 9.1.2 to 9.1.4.
 *
 * @param callingAe AE title of the requestor
 * @param calledAe the one it called
 * @param sopClassUid the information model, such as Study Root Query/Retrieve Information Model - FIND
 * @param identifier the keys; may hold anything that is a data set, and patient data
 * @param peer the requestor's address
 * @param relational whether it was agreed that unique keys of upper levels may be missing, PS3.4 section C.5
 */
public record QueryRequest(
        String callingAe,
        String calledAe,
        String sopClassUid,
        Dataset identifier,
        InetAddress peer,
        boolean relational) {

    /** A hierarchical one. */
    public QueryRequest(String callingAe, String calledAe, String sopClassUid, Dataset identifier, InetAddress peer) {
        this(callingAe, calledAe, sopClassUid, identifier, peer, false);
    }
}
