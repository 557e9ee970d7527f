package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;

/** What was measured in one frame, in whichever form, and which corrections its data allow. */
public sealed interface PetFrame permits PetAcquisition, ListAcquisition {
    CylindricalScanner scanner();

    /** Of the scanner in the patient, LPS, mm. */
    Vec3 centre();

    FrameTime time();

    /** Counts on a line of efficiency 1, for 1 positron/(s·ml) on each mm of it, per second. */
    double sensitivity();

    /** Whether the data bring attenuation factors of their own. */
    boolean hasAttenuation();

    /** Whether scattered coincidences are in the background, so that none are to be estimated. */
    boolean scatterInBackground();

    /** Whether random coincidences are known. */
    boolean hasRandoms();

    /** Whether efficiencies are known. */
    boolean normalised();

    default double durationS() {
        return time().durationS();
    }
}
