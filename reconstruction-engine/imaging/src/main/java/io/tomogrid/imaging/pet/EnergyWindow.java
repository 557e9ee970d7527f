package io.tomogrid.imaging.pet;

/**
 * Which photons a scanner counts.
 *
 * @param lowerKeV of the window @param upperKeV of the window
 * @param resolution full width at half maximum of the measured energy of 511 keV, over 511 keV
 */
public record EnergyWindow(double lowerKeV, double upperKeV, double resolution) {
    /** Of an electron at rest, and of a photon of an annihilation. */
    public static final double ANNIHILATION_KEV = 510.99895;

    private static final double FWHM_OF_SIGMA = 2 * Math.sqrt(2 * Math.log(2));
    private static final double WIDEST_KEV = 2000;

    public EnergyWindow {
        if (!(lowerKeV >= 0 && lowerKeV < ANNIHILATION_KEV && upperKeV > ANNIHILATION_KEV && upperKeV <= WIDEST_KEV)) {
            throw new IllegalArgumentException("energy window: expected 511 keV inside and at most " + WIDEST_KEV
                    + " keV, got " + lowerKeV + " to " + upperKeV + " keV");
        }
        if (!(resolution > 0 && resolution < 1)) {
            throw new IllegalArgumentException(
                    "energy window: expected a resolution between 0 and 1, got " + resolution);
        }
    }

    /** Probability that a photon of an energy, if it deposits all of it, is measured inside the window. */
    public double efficiency(double keV) {
        double sigma = resolution * Math.sqrt(ANNIHILATION_KEV * keV) / FWHM_OF_SIGMA;
        return normal((upperKeV - keV) / sigma) - normal((lowerKeV - keV) / sigma);
    }

    /** Normal distribution, to 1e-7: Abramowitz & Stegun 26.2.17. */
    private static double normal(double x) {
        double t = 1 / (1 + 0.2316419 * Math.abs(x));
        double tail = Math.exp(-x * x / 2)
                / Math.sqrt(2 * Math.PI)
                * t
                * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return x > 0 ? 1 - tail : tail;
    }
}
