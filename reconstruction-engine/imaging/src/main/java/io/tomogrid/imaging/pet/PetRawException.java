package io.tomogrid.imaging.pet;

/** Bytes that are no raw acquisition; the message names the fault. */
public final class PetRawException extends Exception {
    private static final long serialVersionUID = 1;

    public PetRawException(String message) {
        super(message);
    }

    PetRawException(String message, Throwable cause) {
        super(message, cause);
    }
}
