package io.tomogrid.slices.simulation;

import io.tomogrid.slices.GpuProfile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** GPUs that are cut once and for all; a request is given the smallest slice that serves it. */
public final class StaticPolicy implements Policy {
    private static final GpuProfile WHOLE = profile("7g");
    private static final List<GpuProfile> CUT = List.of(profile("3g"), profile("2g"), profile("1g"), profile("1g"));

    private final List<GpuProfile> slices = new ArrayList<>();
    private final boolean[] taken;
    private final Map<Integer, Integer> jobs = new HashMap<>();

    private StaticPolicy(int gpus, int wholeEvery) {
        for (int gpu = 0; gpu < gpus; gpu++) {
            slices.addAll(gpu % wholeEvery == 0 ? List.of(WHOLE) : CUT);
        }
        taken = new boolean[slices.size()];
    }

    /** One job for each GPU. */
    public static StaticPolicy whole(int gpus) {
        return new StaticPolicy(gpus, 1);
    }

    /** Every second GPU is 7g, the others 3g, 2g, 1g and 1g. */
    public static StaticPolicy half(int gpus) {
        return new StaticPolicy(gpus, 2);
    }

    private static GpuProfile profile(String name) {
        return Mix.PROFILES.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public boolean admit(int job, int profile) {
        GpuProfile wanted = Mix.PROFILES.get(profile);
        int best = -1;
        for (int n = 0; n < taken.length; n++) {
            GpuProfile slice = slices.get(n);
            if (!taken[n]
                    && slice.memorySlices() >= wanted.memorySlices()
                    && slice.computeSlices() >= wanted.computeSlices()
                    && (best < 0 || slice.memorySlices() < slices.get(best).memorySlices())) {
                best = n;
            }
        }
        if (best < 0) {
            return false;
        }
        taken[best] = true;
        jobs.put(job, best);
        return true;
    }

    @Override
    public void end(int job) {
        taken[jobs.remove(job)] = false;
    }
}
