package io.tomogrid.manager.forecast;

/** How many slices arrivals keep busy. */
public final class Concurrency {
    private static final double SECONDS = 3600;
    private static final int MOST = 1000;

    private Concurrency() {}

    /** Slices at work on average (Little 1961). @param arrivals in an hour @param seconds that each keeps its slice, on average */
    public static double mean(double arrivals, double seconds) {
        return arrivals * seconds / SECONDS;
    }

    /**
     * The least number of slices that is enough with the given probability, if jobs come at random: those at work are then a
     * Poisson variable (M/G/∞; Palm 1943).
     *
     * @param mean slices at work
     * @param enough probability, below 1
     */
    public static int slices(double mean, double enough) {
        double probability = Math.exp(-mean);
        double sum = probability;
        int slices = 0;
        while (sum < enough && slices < MOST) {
            slices++;
            probability *= mean / slices;
            sum += probability;
        }
        return slices;
    }
}
