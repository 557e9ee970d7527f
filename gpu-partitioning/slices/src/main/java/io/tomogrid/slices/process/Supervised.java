package io.tomogrid.slices.process;

/** A child that is kept running. */
public interface Supervised extends AutoCloseable {
    enum State {
        RUNNING,
        /** It ended and starts again after a pause. */
        RESTARTING,
        STOPPED
    }

    State state();

    /** Process id, or −1 when none runs. */
    long pid();

    /** How often it had to be started again. */
    int restarts();

    /** Ends the child and all that it started. */
    @Override
    void close();
}
