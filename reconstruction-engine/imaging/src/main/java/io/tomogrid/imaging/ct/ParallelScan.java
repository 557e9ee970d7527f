package io.tomogrid.imaging.ct;

/**
 * Parallel projections of one slice over half a turn: bin b of view v is the integral along the line {@code x·cos θ + y·sin θ
 * = (b − (bins − 1)/2)·binMm} with {@code θ = π·v/views}.
 *
 * @param projections [views][bins]
 */
public record ParallelScan(int bins, double binMm, float[][] projections) {
    public ParallelScan {
        if (bins < 2 || projections.length < 1 || !(binMm > 0) || Double.isInfinite(binMm)) {
            throw new IllegalArgumentException("parallel scan: expected at least 2 bins and 1 view a positive width"
                    + " apart, got " + bins + ", " + projections.length + " and " + binMm + " mm");
        }
        for (float[] view : projections) {
            if (view.length != bins) {
                throw new IllegalArgumentException(
                        "parallel scan: expected " + bins + " bins in each view, got " + view.length);
            }
        }
    }

    public double angle(int view) {
        return Math.PI * view / projections.length;
    }
}
