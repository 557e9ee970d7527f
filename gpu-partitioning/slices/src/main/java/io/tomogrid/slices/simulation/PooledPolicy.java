package io.tomogrid.slices.simulation;

import java.util.HashMap;
import java.util.Map;

/**
 * Not possible on any GPU: memory slices without a place, so that whatever is free in sum can be given. No rule that gives
 * whenever it can gives more than about this, however many jobs it moves.
 */
public final class PooledPolicy implements Policy {
    private final Map<Integer, Integer> jobs = new HashMap<>();
    private int free;

    public PooledPolicy(int gpus) {
        free = gpus * LossRun.GRID;
    }

    @Override
    public boolean admit(int job, int profile) {
        int size = Mix.PROFILES.get(profile).memorySlices();
        if (size > free) {
            return false;
        }
        free -= size;
        jobs.put(job, size);
        return true;
    }

    @Override
    public void end(int job) {
        free += jobs.remove(job);
    }
}
