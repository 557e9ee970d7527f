package io.tomogrid.imaging.pet;

import io.tomogrid.imaging.Vec3;

/**
 * An acquisition to show and test reconstruction with: the image quality phantom, 5.3 kBq/ml and spheres of four times as much,
 * for 5 minutes in a scanner of 16 rings.
 */
public final class ExampleScan {
    /** 168 views of 128 radial bins, 157 planes (span 3): 3.4 million lines of response. */
    public static final CylindricalScanner SCANNER =
            new CylindricalScanner(336, 330, 16, 6, 128, AxialSegment.michelogram(16, 3, 7));

    public static final ImageQualityPhantom PHANTOM = ImageQualityPhantom.nema(5300, 4, 150);

    /** Of the scanner in the patient, LPS, mm. */
    public static final Vec3 CENTRE = new Vec3(0, -160, -420);

    public static final double DURATION_S = 300;
    private static final double SENSITIVITY = 5e-7;
    private static final double RANDOMS = 0.25;

    private ExampleScan() {}

    /** @param halfLifeS of the nuclide, s @param positronFraction positrons per decay */
    public static PetAcquisition measured(double halfLifeS, double positronFraction, long seed) {
        return new SimulatedScan(SCANNER, CENTRE, DURATION_S, SENSITIVITY, halfLifeS, positronFraction, RANDOMS)
                .measured(PHANTOM, seed);
    }
}
