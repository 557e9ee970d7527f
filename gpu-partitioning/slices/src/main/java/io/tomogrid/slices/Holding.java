package io.tomogrid.slices;

/**
 * A slice that somebody has.
 *
 * @param slice which; it may not exist yet
 * @param restartLoss seconds of work that are lost when its job is stopped and started anew elsewhere, the start included;
 *     infinite when it may not be
 * @param workload what works there, as {@link Interference} names it; empty when nothing does or it is not known
 */
public record Holding(SliceKey slice, double restartLoss, String workload) {
    /** Of whom it is not known what it works on. */
    public Holding(SliceKey slice, double restartLoss) {
        this(slice, restartLoss, "");
    }

    /** Of a job that stays where it is. */
    public static Holding fixed(SliceKey slice) {
        return new Holding(slice, Double.POSITIVE_INFINITY);
    }
}
