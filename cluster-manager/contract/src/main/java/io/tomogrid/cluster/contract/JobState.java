package io.tomogrid.cluster.contract;

/** Where a job stands. It moves down this list; a failed attempt puts it back to {@code QUEUED}. */
public enum JobState {
    /** Waits for a slice; the job's reason says what for. */
    QUEUED,
    /** Holds the lease of a slice; not yet accepted by the driver. */
    LEASED,
    /** The driver has it. */
    RUNNING,
    /** Its first manifest is committed; the gateway is storing the objects. */
    STORING,
    /** Stored; the gateway is sending the objects to their destinations. */
    DELIVERING,
    /** Every delivery is settled. */
    DONE,
    /** Ended without results; the job's reason and remedy say why and what to do. An operator may retry it. */
    FAILED,
    /** An operator wanted it no more; an operator may retry it. */
    CANCELLED;

    /** Whether nothing more happens by itself. */
    public boolean settled() {
        return this == DONE || this == FAILED || this == CANCELLED;
    }
}
