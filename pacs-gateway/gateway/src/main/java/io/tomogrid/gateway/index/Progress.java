package io.tomogrid.gateway.index;

import io.tomogrid.archive.SegmentRef;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/*
 * Appends end in another order than they are indexed, so "the last record that was indexed" says nothing about those
 * before it. Each piece of work therefore notes, before it appends, the last place that was known then: its own record
 * lies behind it. Everything before the least place that is noted is in the index, or was never acknowledged.
 */
/** How far the archive is surely in the index, while many instances are on their way. */
final class Progress {
    private final Set<Work> underWay = new HashSet<>();
    private SegmentRef last;

    /** @param indexed how far the index reaches at the start, or null when the archive is empty */
    Progress(SegmentRef indexed) {
        this.last = indexed;
    }

    /** One append that was begun. @param behind its record lies behind this place; null when nothing was known */
    static final class Work {
        private final SegmentRef behind;

        private Work(SegmentRef behind) {
            this.behind = behind;
        }
    }

    synchronized Work begin() {
        Work work = new Work(last);
        underWay.add(work);
        return work;
    }

    /** A record is in the archive. */
    synchronized void appended(SegmentRef ref) {
        if (last == null || ref.compareTo(last) > 0) {
            last = ref;
        }
    }

    synchronized void end(Work work) {
        underWay.remove(work);
    }

    /** Where a catch-up must begin; empty when it must begin at the start. */
    synchronized Optional<SegmentRef> indexedUpTo() {
        SegmentRef least = last;
        for (Work work : underWay) {
            if (work.behind == null) {
                return Optional.empty();
            }
            least = work.behind.compareTo(least) < 0 ? work.behind : least;
        }
        return Optional.ofNullable(least);
    }
}
