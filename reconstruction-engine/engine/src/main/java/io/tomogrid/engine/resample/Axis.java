package io.tomogrid.engine.resample;

import java.util.function.IntToDoubleFunction;

/** Neighbours and weights along one axis of aligned grids; the indices inside the source are {@code first … end − 1}. */
final class Axis {
    final int[] lower;
    final int[] upper;
    final float[] weight;
    final int first;
    final int end;

    private Axis(int[] lower, int[] upper, float[] weight, int first, int end) {
        this.lower = lower;
        this.upper = upper;
        this.weight = weight;
        this.first = first;
        this.end = end;
    }

    /**
     * @param place the source index, fractional, of a target index; monotone
     * @param extent indices of the target
     * @param from indices of the source
     */
    static Axis of(IntToDoubleFunction place, int extent, int from) {
        int[] lower = new int[extent];
        int[] upper = new int[extent];
        float[] weight = new float[extent];
        int first = extent;
        int end = extent;
        for (int n = extent - 1; n >= 0; n--) {
            double index = place.applyAsDouble(n);
            if (Trilinear.inside(index, from)) {
                end = first == extent ? n + 1 : end;
                first = n;
                lower[n] = Trilinear.lower(index, from);
                upper[n] = Math.min(lower[n] + 1, from - 1);
                weight[n] = Trilinear.weight(index, lower[n]);
            }
        }
        return new Axis(lower, upper, weight, first, end);
    }

    boolean inside(int n) {
        return n >= first && n < end;
    }
}
