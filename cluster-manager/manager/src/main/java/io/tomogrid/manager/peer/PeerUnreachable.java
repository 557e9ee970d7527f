package io.tomogrid.manager.peer;

/** A peer gave no answer that one could go by; what was asked may or may not have happened. Ask again later. */
public final class PeerUnreachable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PeerUnreachable(String message) {
        super(message);
    }
}
