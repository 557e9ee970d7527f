package io.tomogrid.manager;

/** Work that is done at each tick beside the jobs: by the scheduler's thread, and only while it is the sole manager. */
public interface Chore {
    /** For the log. */
    String name();

    /** One step; it is taken again after a crash at any point. A failure is told once and tried again at the next tick. */
    void run();
}
