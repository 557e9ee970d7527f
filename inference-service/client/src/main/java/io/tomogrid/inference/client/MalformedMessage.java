package io.tomogrid.inference.client;

import java.io.IOException;

/** The other side's message does not follow the protocol; sending it again will not help. */
public final class MalformedMessage extends IOException {
    private static final long serialVersionUID = 1;

    public MalformedMessage(String message) {
        super(message);
    }
}
