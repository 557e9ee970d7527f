package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;

/**
 * What a scanner measured in one frame, with everything that turns it into Bq/ml. The expected count of a bin on crystals i
 * and j in plane q is {@code sensitivity · live time · e_i · e_j · n_q · (attenuation · ∫p dl + scatter) + background}, where p
 * is the mean rate of positrons per ml over the frame and the integral runs over the line in mm. Arrays are not copied.
 *
 * @param centre of the scanner in the patient, LPS, mm
 * @param sensitivity counts on a line of efficiency 1, for 1 positron/(s·ml) on each mm of it, per second
 * @param prompts counts, in the order of the scanner's sinograms
 * @param attenuation factors, 0 to 1, in the same order; none at all where they are to come from the study's CT
 * @param background expected random coincidences of each [views][radialBins], alike in all planes
 * @param scatterInBackground whether scattered coincidences are in the background too, so that none are to be estimated
 */
public record PetAcquisition(
        CylindricalScanner scanner,
        Vec3 centre,
        FrameTime time,
        double sensitivity,
        float[] prompts,
        float[] attenuation,
        Normalisation normalisation,
        float[] background,
        boolean scatterInBackground)
        implements PetFrame {
    public PetAcquisition {
        if (!(sensitivity > 0) || Double.isInfinite(sensitivity)) {
            throw new IllegalArgumentException("acquisition: expected a positive sensitivity, got " + sensitivity);
        }
        if (!Double.isFinite(centre.x()) || !Double.isFinite(centre.y()) || !Double.isFinite(centre.z())) {
            throw new IllegalArgumentException("acquisition: expected a centre in mm, got " + centre);
        }
        check("prompts", prompts, scanner.bins(), Float.MAX_VALUE);
        if (attenuation.length > 0) {
            check("attenuation factors", attenuation, scanner.bins(), 1);
        }
        check("crystal efficiencies", normalisation.crystals(), scanner.crystalsPerRing(), Float.MAX_VALUE);
        check("plane efficiencies", normalisation.planes(), scanner.planes(), Float.MAX_VALUE);
        check("background", background, scanner.lines(), Float.MAX_VALUE);
    }

    /** A frame that begins with the series, its background with scatter, planes that see alike, dead time unknown. */
    public PetAcquisition(
            CylindricalScanner scanner,
            Vec3 centre,
            double durationS,
            double sensitivity,
            float[] prompts,
            float[] attenuation,
            float[] efficiencies,
            float[] background) {
        this(
                scanner,
                centre,
                FrameTime.of(durationS),
                sensitivity,
                prompts,
                attenuation,
                Normalisation.ofCrystals(efficiencies, scanner),
                background,
                true);
    }

    /** Background that is nothing at all was not measured, or there is nothing to correct. */
    @Override
    public boolean hasRandoms() {
        for (float value : background) {
            if (value > 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean normalised() {
        return normalisation.stated();
    }

    /** Of each crystal of a ring. */
    public float[] efficiencies() {
        return normalisation.crystals();
    }

    @Override
    public boolean hasAttenuation() {
        return attenuation.length > 0;
    }

    /** Expected counts of each bin for a line integral of 1 but for live time and sensitivity: attenuation × efficiencies. */
    public float[] multiplicative() {
        return multiplicative(attenuation);
    }

    /** The same with attenuation factors from elsewhere. */
    public float[] multiplicative(float[] attenuation) {
        float[] factors = attenuation.clone();
        normalisation.multiply(scanner, factors);
        return factors;
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
