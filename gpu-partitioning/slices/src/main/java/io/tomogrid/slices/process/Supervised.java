package io.tomogrid.slices.process;

import java.time.Duration;
import java.util.Optional;

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

    /** How long ago it beat last, see {@link ChildMain}; empty if it never did. */
    Optional<Duration> silence();

    /** Ends the child and all that it started. */
    @Override
    void close();
}
