package io.tomogrid.manager.forecast;

import java.util.function.IntToDoubleFunction;

/** Arithmetic on series of hours. */
final class Hours {
    private Hours() {}

    static double[] each(double[] past, int ahead, IntToDoubleFunction forecast) {
        double[] foretold = new double[past.length + ahead];
        for (int t = 0; t < foretold.length; t++) {
            foretold[t] = forecast.applyAsDouble(t);
        }
        return foretold;
    }

    /** The least multiple of the season that lies {@code ahead} or further back. */
    static int whole(int ahead, int season) {
        return (ahead + season - 1) / season * season;
    }

    /**
     * Weighted absolute percentage error: the sum of what was missed over the sum of what came, over {@code [from, to)}.
     *
     * @return infinite where something was not foretold, NaN where nothing came
     */
    static double wape(double[] came, double[] foretold, int from, int to) {
        double missed = 0;
        double total = 0;
        for (int t = from; t < to; t++) {
            if (Double.isNaN(foretold[t])) {
                return Double.POSITIVE_INFINITY;
            }
            missed += Math.abs(came[t] - foretold[t]);
            total += came[t];
        }
        return total == 0 ? Double.NaN : missed / total;
    }
}
