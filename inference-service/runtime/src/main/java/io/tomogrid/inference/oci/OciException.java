package io.tomogrid.inference.oci;

import java.io.IOException;

/** A document, a blob, an archive or a registry is not what it must be. The message names what and what to do next. */
public final class OciException extends IOException {
    private static final long serialVersionUID = 1;

    public OciException(String message) {
        super(message);
    }

    public OciException(String message, Throwable cause) {
        super(message, cause);
    }
}
