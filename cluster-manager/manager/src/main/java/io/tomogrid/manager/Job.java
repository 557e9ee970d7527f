package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.cluster.contract.Priority;
import java.time.Instant;
import java.util.Optional;

/**
 * A row of the job table, without its documents.
 *
 * @param batch which reprocessing wanted it, empty if the feed did
 * @param site whose it is, empty if that is not known
 * @param deadline until when its results are wanted
 * @param reason why it stands where it stands; empty when there is nothing to say
 * @param stage what it is doing while it runs, else empty
 * @param remedy a {@code TaskOutcome.Remedy} once it has failed, else empty
 * @param attempt the current or last attempt, 0 before the first
 * @param failures failed attempts since an operator last wanted it
 * @param epoch of the lease of the current attempt, 0 before the first
 * @param notBefore when it may be tried next
 * @param redrive whether the gateway is to be told to try dead deliveries again
 * @param since when it came into this state
 */
record Job(
        String id,
        String studyUid,
        int revision,
        String protocol,
        String batch,
        Priority priority,
        String site,
        Optional<Instant> deadline,
        JobState state,
        String reason,
        String stage,
        String remedy,
        int attempt,
        int failures,
        long epoch,
        Instant notBefore,
        boolean redrive,
        Instant created,
        Instant since,
        Instant updated) {

    /** Whether the other job is one of an earlier revision whose results this one's will refer to, if it gets any. */
    boolean follows(Job other) {
        boolean underWay = other.state() == JobState.QUEUED
                || other.state() == JobState.LEASED
                || other.state() == JobState.RUNNING;
        return underWay
                && studyUid.equals(other.studyUid)
                && protocol.equals(other.protocol)
                && batch.equals(other.batch)
                && revision > other.revision;
    }
}
