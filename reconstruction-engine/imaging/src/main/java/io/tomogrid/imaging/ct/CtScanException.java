package io.tomogrid.imaging.ct;

/** A CT acquisition that cannot be reconstructed; the message names the attribute or quantity at fault and its value. */
public final class CtScanException extends Exception {
    private static final long serialVersionUID = 1;

    public CtScanException(String message) {
        super(message);
    }
}
