package io.tomogrid.dicom.net;

import java.io.IOException;

/** The peer's bytes do not follow PS3.8; the association is aborted with this reason. */
final class MalformedPdu extends IOException {
    private static final long serialVersionUID = 1;
    /** Reasons of a provider's abort, PS3.8 table 9-26. */
    static final int UNRECOGNIZED_PDU = 1;

    static final int UNEXPECTED_PDU = 2;
    static final int INVALID_PARAMETER = 6;

    private final int reason;

    MalformedPdu(int reason, String message) {
        super(message);
        this.reason = reason;
    }

    int reason() {
        return reason;
    }
}
