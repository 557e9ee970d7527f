package io.tomogrid.archive;

import java.io.IOException;

/** The bytes at a place of the archive are not those that were stored there. Reading again from a replica may help. */
public final class DamagedRecordException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient SegmentRef ref;

    DamagedRecordException(SegmentRef ref, String reason, Throwable cause) {
        super(
                ref.segment() + " at " + ref.offset() + ", " + ref.length() + " bytes: " + reason
                        + "; restore this segment from a replica or backup",
                cause);
        this.ref = ref;
    }

    public SegmentRef ref() {
        return ref;
    }
}
