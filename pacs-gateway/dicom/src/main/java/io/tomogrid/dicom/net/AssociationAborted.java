package io.tomogrid.dicom.net;

import java.io.IOException;

/** The association ended before what it was opened for was done: by an abort, or because the connection broke. */
public final class AssociationAborted extends IOException {
    private static final long serialVersionUID = 1;

    public AssociationAborted(String message) {
        super(message);
    }

    public AssociationAborted(String message, Throwable cause) {
        super(message, cause);
    }
}
