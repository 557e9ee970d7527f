package io.tomogrid.archive;

import java.io.IOException;

/**
 * The archive's file system takes nothing for now, though it may not be full; the message says what is wrong with it and
 * what to do. Nothing was acknowledged; the log goes on once it is back, without a restart.
 */
public final class ArchiveUnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    private final String fault;

    /** @param fault what is wrong in a few words @param todo what to do next */
    ArchiveUnavailableException(Object root, String fault, String todo, Throwable cause) {
        super("archive " + root + ": " + fault + "; " + todo, cause);
        this.fault = fault;
    }

    /** What is wrong, in so few words that a DICOM Error Comment holds them (64 characters). */
    public String fault() {
        return fault;
    }
}
