package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.TofBins;

/**
 * Which part of an annihilation's measurements falls into a time-of-flight bin, from a table of the normal distribution, cut off
 * a little beyond {@link TofBins#reachMm} and scaled.
 */
final class TofKernel {
    /* A bin is a whole number of steps of the table. So, interpolated linearly, what leaves one bin between two steps enters the
     * next: the parts of all bins are 1 at any place. */

    private static final int STEPS = 2048;
    private static final float[] ONE = {1, 1};

    private final TofBins bins;
    private final double stepMm;
    /** Steps from the middle to where nothing is measured any more. */
    private final int reach;

    private final int width;
    private final float[] first;
    private final float[] inner;
    private final float[] last;

    TofKernel(TofBins bins) {
        this.bins = bins;
        this.width = (int) Math.ceil(bins.widthMm() / bins.reachMm() * STEPS);
        this.stepMm = bins.widthMm() / width;
        this.reach = (int) Math.ceil(bins.reachMm() / stepMm);
        // below a place: the density, summed by the trapezoidal rule and scaled
        double[] below = new double[2 * reach + 1];
        for (int n = 1; n < below.length; n++) {
            below[n] = below[n - 1] + density(n - 1) + density(n);
        }
        double all = below[2 * reach];
        first = new float[2 * reach + 2];
        last = new float[2 * reach + 2];
        for (int n = 0; n < first.length; n++) {
            double part = below[Math.min(n, 2 * reach)] / all;
            first[n] = (float) part;
            last[n] = (float) (1 - part);
        }
        inner = new float[2 * reach + width + 2];
        for (int n = 0; n < inner.length; n++) {
            int start = n - width;
            inner[n] = (float) ((below[Math.min(n, 2 * reach)] - below[Math.max(0, Math.min(start, 2 * reach))]) / all);
        }
    }

    private double density(int n) {
        double x = (n - reach) * stepMm / bins.sigmaMm();
        return Math.exp(-x * x / 2);
    }

    /** First bin that an annihilation may be measured in. @param mm where it is, from the middle of the line */
    int first(double mm) {
        return bin(mm - reach * stepMm);
    }

    int last(double mm) {
        return bin(mm + reach * stepMm);
    }

    private int bin(double mm) {
        int bin = (int) Math.floor(mm / bins.widthMm() + bins.count() / 2.0);
        return Math.max(0, Math.min(bins.count() - 1, bin));
    }

    /** Of a bin, by place: what {@link #place} says, limited to the table. The last value is there twice. */
    float[] table(int bin) {
        if (bins.count() == 1) {
            return ONE;
        }
        return bin == 0 ? first : bin == bins.count() - 1 ? last : inner;
    }

    /** Where in a bin's table an annihilation in the middle of the line is. */
    double place(int bin) {
        boolean outermost = bin == bins.count() - 1;
        double edge = outermost ? bins.startMm(bin) : bins.startMm(bin + 1);
        return bins.count() == 1 ? 0 : edge / stepMm + reach;
    }

    /** How far from where it is an annihilation may be measured, mm. */
    double reachMm() {
        return reach * stepMm;
    }

    /** How far it moves in the table for a mm. */
    double placePerMm() {
        return -1 / stepMm;
    }

    /** Part of what is at a place that is measured in a bin. */
    float weight(int bin, double mm) {
        return at(table(bin), place(bin) + placePerMm() * mm);
    }

    static float at(float[] table, double place) {
        if (place <= 0) {
            return table[0];
        }
        int n = (int) place;
        if (n >= table.length - 1) {
            return table[table.length - 1];
        }
        float lower = table[n];
        return lower + (float) (place - n) * (table[n + 1] - lower);
    }

    /** From where to where on a line what a bin measures may be, mm from its middle. */
    double from(int bin) {
        return bins.startMm(bin) - reach * stepMm;
    }

    double to(int bin) {
        return bins.startMm(bin + 1) + reach * stepMm;
    }
}
