package io.tomogrid.codec;

import java.io.IOException;

/** The pixel data cannot be decoded, here or anywhere: says what is wrong with it, never a value of it. */
public final class UndecodableException extends IOException {
    private static final long serialVersionUID = 1;

    public UndecodableException(String message) {
        super(message);
    }

    public UndecodableException(String message, Throwable cause) {
        super(message, cause);
    }
}
