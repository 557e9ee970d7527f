package io.tomogrid.archive;

import java.io.IOException;

/** Another process, or another part of this one, appends to the same archive. */
public final class ArchiveInUseException extends IOException {
    private static final long serialVersionUID = 1;

    ArchiveInUseException(Object root, String holder) {
        super("archive " + root + " is in use by " + holder
                + "; an archive has one writer: stop it or name another root");
    }
}
