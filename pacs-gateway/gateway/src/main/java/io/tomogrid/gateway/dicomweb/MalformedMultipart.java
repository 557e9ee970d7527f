package io.tomogrid.gateway.dicomweb;

import java.io.IOException;

/** The body is no multipart message of the boundary that its header announced; says what was expected. */
final class MalformedMultipart extends IOException {
    private static final long serialVersionUID = 1;

    MalformedMultipart(String message) {
        super(message);
    }
}
