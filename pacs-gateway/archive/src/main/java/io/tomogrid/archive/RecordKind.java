package io.tomogrid.archive;

import java.util.Optional;

/** What a record of the log says. The codes are written to disk and never change their meaning. */
public enum RecordKind {
    /** A data set that was admitted. */
    INSTANCE(1),
    /** A data set whose SOP Instance UID is already taken by another one, kept aside. */
    CONFLICT(2),
    /** Bytes that are no acceptable data set, kept for an operator. */
    QUARANTINE(3),
    /** What was decided about records before it, by an operator or a service; its payload, if any, is a document. */
    DECISION(4);

    private final int code;

    RecordKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Optional<RecordKind> of(int code) {
        for (RecordKind kind : values()) {
            if (kind.code == code) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
