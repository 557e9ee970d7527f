package io.tomogrid.dicom.net;

import java.net.InetAddress;

/**
 * A C-STORE request, PS3.7 section 9.1.1.
 *
 * @param callingAe AE title of the sender
 * @param calledAe the one it called
 * @param sopClassUid Affected SOP Class UID, as the command states it
 * @param sopInstanceUid Affected SOP Instance UID, as the command states it
 * @param transferSyntax of the data set that follows
 * @param peer the sender's address
 */
public record CStoreRequest(
        String callingAe,
        String calledAe,
        String sopClassUid,
        String sopInstanceUid,
        String transferSyntax,
        InetAddress peer) {}
