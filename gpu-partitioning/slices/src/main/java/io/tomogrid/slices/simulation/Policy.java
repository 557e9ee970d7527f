package io.tomogrid.slices.simulation;

/** Who decides in a simulation. It is told of every request and of every end, and of nothing else. */
public interface Policy {
    /** A request has come. @param profile position in {@link Mix#PROFILES} */
    default void asked(int profile) {}

    /** @return whether the job runs now; one that does not may ask again */
    boolean admit(int job, int profile);

    /** A job that runs has ended. */
    void end(int job);

    /** How many running jobs were moved so far. */
    default long moves() {
        return 0;
    }
}
