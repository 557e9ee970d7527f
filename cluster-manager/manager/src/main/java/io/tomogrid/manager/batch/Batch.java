package io.tomogrid.manager.batch;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One reprocessing.
 *
 * @param query which studies
 * @param mostAtOnce how many of its jobs may be under way
 * @param reason what keeps it from going on, else empty
 * @param cursor matches of the query that were looked at
 * @param workitem UID of the UPS work item that it was made for, if it was
 * @param wanted how many studies it is about; empty until all of them are taken in
 */
record Batch(
        String id,
        BatchQuery query,
        String protocol,
        int mostAtOnce,
        State state,
        String reason,
        int cursor,
        OptionalInt wanted,
        Optional<String> workitem,
        Instant created,
        Optional<Instant> ended) {

    enum State {
        RUNNING,
        /** Begins no further study; those under way go on. */
        PAUSED,
        /** Begins no further study, for good. */
        CANCELLED,
        /** Every study has ended or was skipped. */
        DONE
    }

    /** One study of it that waits for its turn. */
    record Member(String studyUid, int revision) {}
}
