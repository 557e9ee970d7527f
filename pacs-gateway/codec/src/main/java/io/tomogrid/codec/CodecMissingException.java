package io.tomogrid.codec;

import java.io.IOException;

/** This machine lacks the library that decodes a transfer syntax: names both, and the package to install. */
public final class CodecMissingException extends IOException {
    private static final long serialVersionUID = 1;

    CodecMissingException(String message, Throwable cause) {
        super(message, cause);
    }
}
