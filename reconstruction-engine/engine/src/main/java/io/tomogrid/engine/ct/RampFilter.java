package io.tomogrid.engine.ct;

/**
 * Convolves along the columns of a projection with the band-limited ramp (Kak and Slaney 1988, equation 3.61), times the
 * spacing: what back projection over half a turn sums up to the image. Stateless, for many threads.
 */
final class RampFilter {
    /*
     * The Fourier transform runs along the columns with many rows side by side in the innermost loop: rows lie next to each
     * other, so that loop is contiguous and the JIT makes vector code of it. Two rows travel as one complex number, one as
     * its real and one as its imaginary part, which a filter with a real, even response keeps apart.
     */

    /** Complex numbers that travel side by side: of 512 columns, 128 KiB. */
    private static final int LANES = 32;

    private final int columns;
    private final int length;
    private final float[] response;
    private final float[] cos;
    private final float[] sin;
    private final int[] reversed;

    RampFilter(int columns, double spacing, Kernel kernel) {
        this.columns = columns;
        int n = 1;
        while (n < 2 * columns) {
            n *= 2;
        }
        length = n;
        cos = new float[n / 2];
        sin = new float[n / 2];
        for (int k = 0; k < n / 2; k++) {
            cos[k] = (float) Math.cos(2 * Math.PI * k / n);
            sin[k] = (float) -Math.sin(2 * Math.PI * k / n);
        }
        reversed = new int[n];
        for (int k = 1; k < n; k++) {
            reversed[k] = reversed[k / 2] / 2 + (k % 2) * (n / 2);
        }
        response = response(spacing, kernel);
    }

    /** Transform of the kernel, over the length, so that the inverse needs no scale. */
    private float[] response(double spacing, Kernel kernel) {
        float[] re = new float[length];
        float[] im = new float[length];
        re[0] = (float) (1 / (4 * spacing));
        for (int n = 1; n < length / 2; n += 2) {
            re[n] = (float) (-1 / (Math.PI * Math.PI * n * n * spacing));
            re[length - n] = re[n];
        }
        transform(re, im, 1);
        float[] filter = new float[length];
        for (int k = 0; k < length; k++) {
            double ofNyquist = 2.0 * Math.min(k, length - k) / length;
            filter[k] = (float) (re[k] * kernel.window(ofNyquist) / length);
        }
        return filter;
    }

    /** What it looks up. */
    RampTables tables() {
        return new RampTables(length, response, cos, sin, reversed);
    }

    /** @param projection [columns][rows], the row fastest; replaced */
    void apply(float[] projection, int rows) {
        float[] re = new float[length * LANES];
        float[] im = new float[length * LANES];
        for (int first = 0; first < rows; first += 2 * LANES) {
            int some = Math.min(2 * LANES, rows - first);
            int lanes = (some + 1) / 2;
            java.util.Arrays.fill(re, 0);
            java.util.Arrays.fill(im, 0);
            for (int c = 0; c < columns; c++) {
                System.arraycopy(projection, c * rows + first, re, c * lanes, lanes);
                System.arraycopy(projection, c * rows + first + lanes, im, c * lanes, some - lanes);
            }
            transform(re, im, lanes);
            for (int k = 0; k < length; k++) {
                for (int v = k * lanes; v < (k + 1) * lanes; v++) {
                    re[v] *= response[k];
                    im[v] *= response[k];
                }
            }
            // the inverse: real and imaginary parts change places
            transform(im, re, lanes);
            for (int c = 0; c < columns; c++) {
                System.arraycopy(re, c * lanes, projection, c * rows + first, lanes);
                System.arraycopy(im, c * lanes, projection, c * rows + first + lanes, some - lanes);
            }
        }
    }

    /** Radix 2, decimation in time, in place: lanes transforms side by side. */
    private void transform(float[] re, float[] im, int lanes) {
        for (int k = 0; k < length; k++) {
            if (k < reversed[k]) {
                swap(re, k * lanes, reversed[k] * lanes, lanes);
                swap(im, k * lanes, reversed[k] * lanes, lanes);
            }
        }
        for (int half = 1; half < length; half *= 2) {
            int stride = length / (2 * half);
            for (int start = 0; start < length; start += 2 * half) {
                for (int k = 0; k < half; k++) {
                    int a = (start + k) * lanes;
                    butterflies(re, im, a, a + half * lanes, lanes, cos[k * stride], sin[k * stride]);
                }
            }
        }
    }

    private static void butterflies(float[] re, float[] im, int a, int b, int lanes, float c, float s) {
        for (int v = 0; v < lanes; v++) {
            float x = re[b + v] * c - im[b + v] * s;
            float y = re[b + v] * s + im[b + v] * c;
            float u = re[a + v];
            float w = im[a + v];
            re[a + v] = u + x;
            im[a + v] = w + y;
            re[b + v] = u - x;
            im[b + v] = w - y;
        }
    }

    private static void swap(float[] values, int a, int b, int lanes) {
        for (int v = 0; v < lanes; v++) {
            float kept = values[a + v];
            values[a + v] = values[b + v];
            values[b + v] = kept;
        }
    }
}
