package io.tomogrid.imaging.pet;

/**
 * Time-of-flight bins of a line: even pieces of it by how far an annihilation is measured from its middle, the outermost ones with
 * all that lies beyond. So the bins of a line sum to the line without time of flight.
 *
 * @param count of bins, numbered from the first crystal to the second
 * @param widthMm of a bin: c/2 × its width in time
 * @param fwhmMm of where an annihilation is measured: c/2 × the resolution in time
 */
public record TofBins(int count, double widthMm, double fwhmMm) {
    /** Half the speed of light: how far a picosecond between the photons moves an annihilation. */
    public static final double MM_PER_PS = 0.299792458 / 2;

    /** Standard deviations beyond which nothing is measured. */
    private static final double REACH = 3.5;

    private static final double FWHM_OF_SIGMA = 2 * Math.sqrt(2 * Math.log(2));
    private static final int MOST = 1 << 10;

    public TofBins {
        if (count < 1 || count > MOST || !(widthMm > 0) || !(fwhmMm > 0) || fwhmMm > 1e4 || widthMm > 1e5) {
            throw new IllegalArgumentException("time of flight: expected 1 to " + MOST
                    + " bins of positive width and resolution, got " + count + ", " + widthMm + " and " + fwhmMm
                    + " mm");
        }
    }

    /** @param widthPs of a bin @param fwhmPs resolution */
    public static TofBins ofTimes(int count, double widthPs, double fwhmPs) {
        return new TofBins(count, widthPs * MM_PER_PS, fwhmPs * MM_PER_PS);
    }

    public double sigmaMm() {
        return fwhmMm / FWHM_OF_SIGMA;
    }

    /** How far from where it is an annihilation may be measured, mm. */
    public double reachMm() {
        return REACH * sigmaMm();
    }

    /** Where a bin begins, mm from the middle of the line; −∞ for the first. */
    public double startMm(int bin) {
        return bin <= 0
                ? Double.NEGATIVE_INFINITY
                : bin >= count ? Double.POSITIVE_INFINITY : (bin - count / 2.0) * widthMm;
    }
}
