package io.tomogrid.sparkjob;

/** Told how far a task has come. */
public interface Progress {
    /**
     * Says what begins now.
     *
     * @param name e.g. {@code suv}, {@code model}, {@code encode}
     */
    void stage(String name);
}
