package io.tomogrid.manager.contention;

/**
 * The contention rate: the share of leases that ran beside a neighbour and took more than {@link Contention#LONGER} longer than the median
 * of their like alone, among all leases that had results and of whose like that median is known. Beside a neighbour: another job worked on
 * the same GPU for more than {@link Contention#ALONE} of the lease's work-seconds.
 *
 * @param leases that were judged @param beside of these who had a neighbour @param slowed of these who took that much longer
 * @param alone those judged that had no neighbour @param aloneLonger of these who took that much longer too: what chance does
 * @param seconds work-seconds of those judged @param slowedSeconds of those slowed
 */
public record Rate(
        int leases, int beside, int slowed, int alone, int aloneLonger, double seconds, double slowedSeconds) {
    private static final double Z = 1.96;

    /** Of the leases; NaN when none was judged. */
    public double share() {
        return slowed / (double) leases;
    }

    /** Of the work-seconds; NaN when none was judged. */
    public double shareOfSeconds() {
        return slowedSeconds / seconds;
    }

    /** Of the leases without a neighbour, who took that much longer; NaN when there are none. */
    public double byChance() {
        return aloneLonger / (double) alone;
    }

    /** Lower bound of {@link #share} (Wilson, 95 %). */
    public double low() {
        return wilson(-1);
    }

    /** Upper bound of {@link #share}. */
    public double high() {
        return wilson(1);
    }

    private double wilson(int side) {
        double n = leases;
        double p = share();
        double middle = p + Z * Z / (2 * n);
        double width = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        return Math.max(0, Math.min(1, (middle + side * width) / (1 + Z * Z / n)));
    }
}
