package io.tomogrid.slices.simulation;

/** A policy that can be asked where its jobs are. */
public interface Placing extends Policy {
    /** Number of the GPU on which a job runs. */
    int gpu(int job);
}
