package io.tomogrid.manager.peer;

/** A peer understood the request and refuses it; the message carries its reason. */
public final class PeerRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    PeerRefused(int status, String message) {
        super(message);
        this.status = status;
    }

    /** HTTP status, 4xx. */
    public int status() {
        return status;
    }
}
