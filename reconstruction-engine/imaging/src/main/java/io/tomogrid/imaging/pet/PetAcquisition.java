package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;

/**
 * What a scanner measured, with everything that turns it into Bq/ml. The expected count of a bin on crystals i and j is
 * {@code sensitivity · durationS · e_i · e_j · attenuation · ∫p dl + background}, where p is the mean rate of positrons per ml
 * over the acquisition and the integral runs over the line in mm. Arrays are not copied.
 *
 * @param centre of the scanner in the patient, LPS, mm
 * @param sensitivity counts on a line of efficiency 1, for 1 positron/(s·ml) on each mm of it, per second
 * @param prompts counts, in the order of the scanner's sinograms
 * @param attenuation factors, 0 to 1, in the same order
 * @param efficiencies e of each crystal of a ring, the same for all rings
 * @param background expected random and scattered coincidences of each [views][radialBins], alike in all planes
 */
public record PetAcquisition(
        CylindricalScanner scanner,
        Vec3 centre,
        double durationS,
        double sensitivity,
        float[] prompts,
        float[] attenuation,
        float[] efficiencies,
        float[] background) {
    public PetAcquisition {
        if (!(durationS > 0) || !(sensitivity > 0) || Double.isInfinite(durationS) || Double.isInfinite(sensitivity)) {
            throw new IllegalArgumentException("acquisition: expected a positive duration and sensitivity, got "
                    + durationS + " s and " + sensitivity);
        }
        if (!Double.isFinite(centre.x()) || !Double.isFinite(centre.y()) || !Double.isFinite(centre.z())) {
            throw new IllegalArgumentException("acquisition: expected a centre in mm, got " + centre);
        }
        check("prompts", prompts, scanner.bins(), Float.MAX_VALUE);
        check("attenuation factors", attenuation, scanner.bins(), 1);
        check("crystal efficiencies", efficiencies, scanner.crystalsPerRing(), Float.MAX_VALUE);
        check("background", background, scanner.lines(), Float.MAX_VALUE);
    }

    /** Expected counts of each bin for a line integral of 1 but for duration and sensitivity: attenuation × efficiencies. */
    public float[] multiplicative() {
        float[] factors = new float[scanner.bins()];
        int planes = scanner.planes();
        for (int view = 0, bin = 0; view < scanner.views(); view++) {
            for (int radial = 0; radial < scanner.radialBins(); radial++) {
                float pair = pair(view, radial);
                for (int plane = 0; plane < planes; plane++, bin++) {
                    factors[bin] = pair * attenuation[bin];
                }
            }
        }
        return factors;
    }

    private float pair(int view, int radial) {
        return efficiencies[scanner.firstCrystal(view, radial)] * efficiencies[scanner.secondCrystal(view, radial)];
    }

    private static void check(String what, float[] values, int expected, float largest) {
        if (values.length != expected) {
            throw new IllegalArgumentException(
                    "acquisition: expected " + expected + " values of " + what + ", got " + values.length);
        }
        for (int n = 0; n < values.length; n++) {
            if (!(values[n] >= 0 && values[n] <= largest)) {
                throw new IllegalArgumentException(
                        "acquisition: expected " + what + " from 0 to " + largest + ", got " + values[n] + " at " + n);
            }
        }
    }
}
