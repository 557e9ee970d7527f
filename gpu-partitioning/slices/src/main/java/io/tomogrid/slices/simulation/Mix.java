package io.tomogrid.slices.simulation;

import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.SimulatedInventory;
import java.util.List;

/**
 * What is asked for, one profile of the A100 grid with its probability each: the four mixes of the reference workload.
 *
 * @param shares in the order 7g, 4g, 3g, 2g, 1g with double memory, 1g
 */
public record Mix(String name, List<Double> shares) {
    private static final List<String> ORDER = List.of("7g", "4g", "3g", "2g", "1gx2", "1g");
    /** Largest first. */
    public static final List<GpuProfile> PROFILES = ORDER.stream()
            .map(name -> SimulatedInventory.A100_40GB.stream()
                    .filter(p -> p.name().equals(name))
                    .findFirst()
                    .orElseThrow())
            .toList();

    public static final List<Mix> ALL = List.of(
            new Mix("uniform", List.of(1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0)),
            new Mix("skew-small", List.of(.05, .10, .10, .20, .25, .30)),
            new Mix("skew-big", List.of(.30, .25, .20, .10, .10, .05)),
            new Mix("bimodal", List.of(.30, .15, .05, .05, .15, .30)));

    /** Mean memory slices of a request. */
    public double meanSize() {
        double sum = 0;
        for (int p = 0; p < PROFILES.size(); p++) {
            sum += shares.get(p) * PROFILES.get(p).memorySlices();
        }
        return sum;
    }

    int draw(MersenneTwister random) {
        double[] upTo = new double[PROFILES.size()];
        for (int p = 0; p < upTo.length; p++) {
            upTo[p] = (p == 0 ? 0 : upTo[p - 1]) + shares.get(p);
        }
        double at = random.nextDouble() * upTo[upTo.length - 1];
        int p = 0;
        while (p < upTo.length - 1 && upTo[p] <= at) {
            p++;
        }
        return p;
    }
}
