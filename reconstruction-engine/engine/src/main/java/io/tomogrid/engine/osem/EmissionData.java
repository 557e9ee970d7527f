package io.tomogrid.engine.osem;

/**
 * What an emission scanner counted, and its model: {@code E[counts] = multiplicative · ∫image + additive}. All arrays are in
 * the order of the scanner's sinograms and are not copied.
 *
 * @param counts not negative
 * @param multiplicative attenuation × normalisation, not negative; 0 where a bin sees nothing
 * @param additive expected random and scattered counts, not negative: of each [views][radialBins], alike in all planes, or of
 *     each bin
 */
public record EmissionData(float[] counts, float[] multiplicative, float[] additive) {
    /** Bins that share one additive value: all planes of a line, or 1. */
    public int binsPerAdditive() {
        return counts.length / additive.length;
    }

    public EmissionData {
        if (counts.length != multiplicative.length || additive.length == 0 || counts.length % additive.length != 0) {
            throw new IllegalArgumentException("emission data: expected as many factors as counts and an additive term"
                    + " for each line, got " + counts.length + ", " + multiplicative.length + ", " + additive.length);
        }
    }
}
