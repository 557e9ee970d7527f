package io.tomogrid.archive;

/** Takes the records of a {@link SegmentLog#replay replay}; what it throws ends the replay. */
@FunctionalInterface
public interface RecordVisitor<X extends Exception> {
    void visit(StoredRecord stored) throws X;
}
