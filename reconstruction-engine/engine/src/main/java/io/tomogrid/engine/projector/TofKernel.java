package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.TofBins;

/**
 * Which part of an annihilation's measurements falls into a time-of-flight bin, from a table of the normal distribution, cut off
 * where {@link TofBins#reachMm} ends and scaled so that the parts of all bins are 1.
 */
final class TofKernel {
    private static final int STEPS = 4096;

    private final TofBins bins;
    private final double reach;
    private final double perMm;
    private final double[] below = new double[STEPS + 2];

    TofKernel(TofBins bins) {
        this.bins = bins;
        this.reach = bins.reachMm();
        this.perMm = STEPS / (2 * reach);
        // the distribution's density, summed by the trapezoidal rule and scaled
        double sigma = bins.sigmaMm();
        double before = density(-reach / sigma);
        for (int n = 1; n <= STEPS; n++) {
            double here = density((-reach + n / perMm) / sigma);
            below[n] = below[n - 1] + (before + here) / 2;
            before = here;
        }
        double all = below[STEPS];
        for (int n = 0; n <= STEPS; n++) {
            below[n] /= all;
        }
        below[STEPS + 1] = 1;
    }

    private static double density(double x) {
        return Math.exp(-x * x / 2);
    }

    /** First bin that an annihilation may be measured in. @param mm where it is, from the middle of the line */
    int first(double mm) {
        return bin(mm - reach);
    }

    int last(double mm) {
        return bin(mm + reach);
    }

    private int bin(double mm) {
        int bin = (int) Math.floor(mm / bins.widthMm() + bins.count() / 2.0);
        return Math.max(0, Math.min(bins.count() - 1, bin));
    }

    /** Part of what is at a place that is measured in a bin. */
    double weight(int bin, double mm) {
        return below(bins.startMm(bin + 1) - mm) - below(bins.startMm(bin) - mm);
    }

    private double below(double mm) {
        if (mm <= -reach) {
            return 0;
        }
        if (mm >= reach) {
            return 1;
        }
        double place = (mm + reach) * perMm;
        int n = (int) place;
        return below[n] + (place - n) * (below[n + 1] - below[n]);
    }

    /** From where to where on a line what a bin measures may be, mm from its middle. */
    double from(int bin) {
        return bins.startMm(bin) - reach;
    }

    double to(int bin) {
        return bins.startMm(bin + 1) + reach;
    }
}
