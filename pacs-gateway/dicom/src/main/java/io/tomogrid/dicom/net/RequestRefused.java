package io.tomogrid.dicom.net;

import java.io.IOException;

/** A handler does not do what it was asked; the requestor is answered this status and the association goes on. */
public final class RequestRefused extends IOException {
    private static final long serialVersionUID = 1;
    private final int code;

    /** @param reason goes to the peer as Error Comment; never patient data */
    public RequestRefused(DimseStatus status, String reason) {
        super(reason);
        this.code = status.code();
    }

    public DimseStatus status() {
        return new DimseStatus(code, getMessage());
    }
}
