package io.tomogrid.manager.contention;

import java.util.Arrays;
import java.util.Collection;

/**
 * A median and between what it lies with a confidence of 95 %, whatever the distribution: the bounds are order statistics, by the
 * binomial distribution of how many values lie below the median. Up to five values have no such bounds.
 *
 * @param low 2.5 % lie below @param high 2.5 % lie above @param n how many values
 */
public record Median(double value, double low, double high, int n) {
    private static final double TAIL = 0.025;
    /** From here on the binomial distribution is taken as normal. */
    private static final int MANY = 500;

    private static final double NORMAL = 1.96;

    /** @throws IllegalArgumentException if there are no values */
    public static Median of(Collection<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int n = sorted.length;
        if (n == 0) {
            throw new IllegalArgumentException("nothing has no median");
        }
        int rank = rank(n);
        return new Median(
                (sorted[(n - 1) / 2] + sorted[n / 2]) / 2,
                rank == 0 ? Double.NEGATIVE_INFINITY : sorted[rank - 1],
                rank == 0 ? Double.POSITIVE_INFINITY : sorted[n - rank],
                n);
    }

    /** The greatest k such that fewer than k of n values lie below the median with a probability of at most 2.5 %. */
    private static int rank(int n) {
        if (n > MANY) {
            return (int) Math.floor((n - NORMAL * Math.sqrt(n)) / 2);
        }
        double[] ways = new double[n + 1];
        Arrays.fill(ways, 0);
        ways[0] = Math.pow(0.5, n);
        double below = ways[0];
        int k = 0;
        while (below <= TAIL) {
            k++;
            ways[k] = ways[k - 1] * (n - k + 1) / k;
            below += ways[k];
        }
        return k;
    }
}
