package io.tomogrid.archive;

import java.io.IOException;

/** A payload is longer than the spool admits. Nothing of it was kept. */
public final class PayloadTooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    PayloadTooLargeException(long maxBytes) {
        super("data set is longer than the limit of " + maxBytes + " bytes; raise the limit if it is wanted");
    }
}
