package io.tomogrid.gateway.ingest;

import java.util.function.Function;

/** What became of an instance that came in. */
public sealed interface Admission {

    /** It is in the archive and in the index. @param sopInstanceUid SOP Instance UID */
    record Admitted(String sopInstanceUid) implements Admission {}

    /** The same data set is there already, perhaps in another encoding. */
    record Duplicate(String sopInstanceUid) implements Admission {}

    /** Another data set has the same SOP Instance UID; this one is kept aside and shown to an operator. */
    record Conflict(String sopInstanceUid, String reason) implements Admission {}

    /** The archive takes nothing: it is full, or its file system cannot be written just now. Nothing counts as kept. */
    record NoRoom(String reason) implements Admission {}

    /** The command announced another instance than the data set is. Nothing was kept. */
    record Mismatch(String reason) implements Admission {}

    /** No data set that could be filed; kept aside and shown to an operator. */
    record Quarantined(String reason) implements Admission {}

    /** Goes on by what became of it. */
    default <T> T match(
            Function<Admitted, T> admitted,
            Function<Duplicate, T> duplicate,
            Function<Conflict, T> conflict,
            Function<NoRoom, T> noRoom,
            Function<Mismatch, T> mismatch,
            Function<Quarantined, T> quarantined) {
        if (this instanceof Admitted a) {
            return admitted.apply(a);
        }
        if (this instanceof Duplicate d) {
            return duplicate.apply(d);
        }
        if (this instanceof Conflict c) {
            return conflict.apply(c);
        }
        if (this instanceof NoRoom n) {
            return noRoom.apply(n);
        }
        if (this instanceof Mismatch m) {
            return mismatch.apply(m);
        }
        return quarantined.apply((Quarantined) this);
    }
}
