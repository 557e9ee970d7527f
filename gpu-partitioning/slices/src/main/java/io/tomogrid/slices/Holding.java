package io.tomogrid.slices;

/**
 * A slice that somebody has.
 *
 * @param slice which; it may not exist yet
 * @param restartLoss seconds of work that are lost when its job is stopped and started anew elsewhere, the start included;
 *     infinite when it may not be
 */
public record Holding(SliceKey slice, double restartLoss) {
    /** Of a job that stays where it is. */
    public static Holding fixed(SliceKey slice) {
        return new Holding(slice, Double.POSITIVE_INFINITY);
    }
}
