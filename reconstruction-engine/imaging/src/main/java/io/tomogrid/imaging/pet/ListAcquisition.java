package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;

/**
 * Coincidences one by one of one frame. The expected count of a bin of the scanner's sinogram, over all bins of time of flight, is
 * {@code sensitivity · live time · efficiency · (attenuation · ∫p dl + scatter) + randoms}, p as in {@link PetAcquisition}; randoms
 * fall on every bin of time of flight alike. Attenuation is to come from the study's CT. Arrays are not copied.
 *
 * @param efficiency of each bin of the sinogram: the sum over the pairs of crystals that it holds
 * @param randoms expected random coincidences of each bin of the sinogram; none at all where they are not known
 * @param normalised whether the efficiencies are known, not only which crystals there are
 */
public record ListAcquisition(
        ListEvents events,
        Vec3 centre,
        FrameTime time,
        double sensitivity,
        float[] efficiency,
        float[] randoms,
        boolean normalised)
        implements PetFrame {
    public ListAcquisition {
        if (!(sensitivity > 0) || Double.isInfinite(sensitivity)) {
            throw new IllegalArgumentException("acquisition: expected a positive sensitivity, got " + sensitivity);
        }
        if (!Double.isFinite(centre.x()) || !Double.isFinite(centre.y()) || !Double.isFinite(centre.z())) {
            throw new IllegalArgumentException("acquisition: expected a centre in mm, got " + centre);
        }
        check("efficiency", efficiency, events.scanner().bins());
        if (randoms.length > 0) {
            check("randoms", randoms, events.scanner().bins());
        }
    }

    private static void check(String what, float[] values, int expected) {
        if (values.length != expected) {
            throw new IllegalArgumentException(
                    "acquisition: expected " + expected + " values of " + what + ", got " + values.length);
        }
        for (int n = 0; n < values.length; n++) {
            if (!(values[n] >= 0 && values[n] <= Float.MAX_VALUE)) {
                throw new IllegalArgumentException(
                        "acquisition: expected " + what + " from 0, got " + values[n] + " at " + n);
            }
        }
    }

    @Override
    public CylindricalScanner scanner() {
        return events.scanner();
    }

    @Override
    public boolean hasAttenuation() {
        return false;
    }

    @Override
    public boolean scatterInBackground() {
        return false;
    }

    @Override
    public boolean hasRandoms() {
        return randoms.length > 0;
    }

    /** Events of each bin of the sinogram. */
    public float[] histogram() {
        float[] counts = new float[scanner().bins()];
        for (int line : events.lines()) {
            counts[line]++;
        }
        return counts;
    }
}
