package io.tomogrid.imaging.pet;

/**
 * Attenuation at 511 keV from Hounsfield units, after Carney, Townsend, Rappoport & Bendriem, Med. Phys. 33 (2006) 976: as for
 * mixtures of water and air up to soft tissue, and a line of less slope, which depends on the tube voltage, for bone. Between
 * the voltages of their table the second line is interpolated.
 *
 * @param slope of the second line, 1/mm per HU @param offset of the second line at −1000 HU, 1/mm
 */
public record CtAttenuation(double slope, double offset) {
    private static final double WATER_SLOPE = 9.6e-6;
    private static final double[] KVP = {80, 100, 110, 120, 130, 140};
    private static final double[] SLOPES = {3.64e-6, 4.43e-6, 4.92e-6, 5.10e-6, 5.51e-6, 5.64e-6};
    private static final double[] OFFSETS = {6.26e-3, 5.44e-3, 4.88e-3, 4.71e-3, 4.24e-3, 4.08e-3};
    private static final double AIR_HU = -1000;

    /** @throws IllegalArgumentException outside the table's 80 to 140 kV */
    public static CtAttenuation of(double kVp) {
        if (!(kVp >= KVP[0] && kVp <= KVP[KVP.length - 1])) {
            throw new IllegalArgumentException("expected a tube voltage of 80 to 140 kV, got " + kVp + " kV");
        }
        int n = 0;
        while (n < KVP.length - 2 && kVp > KVP[n + 1]) {
            n++;
        }
        double t = (kVp - KVP[n]) / (KVP[n + 1] - KVP[n]);
        return new CtAttenuation(
                SLOPES[n] + t * (SLOPES[n + 1] - SLOPES[n]), OFFSETS[n] + t * (OFFSETS[n + 1] - OFFSETS[n]));
    }

    /** 1/mm. */
    public double perMm(double hounsfield) {
        double overAir = hounsfield - AIR_HU;
        // the lines cross at soft tissue, above which the second is the lower one
        return Math.max(0, Math.min(WATER_SLOPE * overAir, slope * overAir + offset));
    }
}
