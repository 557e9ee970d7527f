package io.tomogrid.slices;

import java.util.Map;

/**
 * How much a workload and others slow each other down on one GPU: slices part its multiprocessors and its memory, while they
 * share the PCIe link and the power. Where it was learned is not the planner's business.
 *
 * <p>The model is additive: each neighbour adds its part for as long as it is there, however large its slice.
 *
 * @param workload for which a place is looked for
 * @param excess by the name of the neighbour's workload: the part by which the one takes longer beside one such neighbour, and the
 *     neighbour beside the one, added (0.3: three tenths of a slice's time are lost); what is missing hurts nobody
 */
public record Interference(String workload, Map<String, Double> excess) {
    /** Nothing is known, so that neighbours do not count. */
    public static final Interference UNKNOWN = new Interference("", Map.of());

    private static final double THOUSANDTH = 1e-3;

    public Interference {
        excess = Map.copyOf(excess);
        excess.forEach((neighbour, part) -> {
            if (!(part >= 0) || part.isInfinite()) {
                throw new IllegalArgumentException(
                        workload + " beside " + neighbour + ": a part of 0 or more was expected, got " + part);
            }
        });
    }

    /** Whole numbers, so that equal sums are equal. */
    static long thousandths(double part) {
        return Math.round(part / THOUSANDTH);
    }

    static double parts(long thousandths) {
        return thousandths * THOUSANDTH;
    }
}
