package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;

/** Line integrals of all planes of one transaxial line after another; the scratch arrays of one thread. */
final class PlaneForward {
    /* Compilers vectorise a loop over arrays that are all used at the same index, each at one index only. So an interpolated
     * column is kept at several shifts, and the sums of a segment lie where its planes are along the column; they move when the
     * planes do, which for slightly oblique segments is once in many rows. Index of slice z in all of them: padding + z. */

    private final PlaneGeometry geometry;
    private final int width;
    private final float[][] sums;
    private final int[] below;
    private final float[] column;
    private final float[] right;
    /** The column at a row, and one slice further. */
    private final float[][] here = new float[2][];
    /** The column at the next row, one slice back to two slices further. */
    private final float[][] next = new float[4][];
    /** The same at any other shift. */
    private final float[][] other = new float[2][];

    PlaneForward(PlaneGeometry geometry) {
        this.geometry = geometry;
        this.width = geometry.grid().nz() + 2 * geometry.padding;
        this.sums = new float[geometry.planes.length][width];
        this.below = new int[geometry.planes.length];
        this.column = new float[width];
        this.right = new float[width];
        for (float[][] shifts : new float[][][] {here, next, other}) {
            for (int n = 0; n < shifts.length; n++) {
                shifts[n] = new float[width];
            }
        }
    }

    /** @param line of the scanner @param out OVERWRITTEN from {@code from} on, planes of a line */
    void project(float[] image, int line, float[] out, int from) {
        TransaxialPath path = geometry.path(line);
        int segments = geometry.planes.length;
        if (path.first() > path.last()) {
            Arrays.fill(out, from, from + geometry.scanner().planes(), 0);
            return;
        }
        for (float[] sum : sums) {
            Arrays.fill(sum, 0);
        }
        int row = path.first();
        for (int s = 0; s < segments; s++) {
            below[s] = (int) Math.floor(slice(path, s, row));
        }
        for (; row < path.last(); row += 2) {
            interpolate(image, path, row);
            shift(here, 0);
            interpolate(image, path, row + 1);
            shift(next, -1);
            for (int s = 0; s < segments; s++) {
                addTwo(path, s, row);
            }
        }
        if (row == path.last()) {
            interpolate(image, path, row);
            shift(here, 0);
            for (int s = 0; s < segments; s++) {
                double slice = slice(path, s, row);
                float above = (float) (slice - Math.floor(slice));
                int first = move(s, (int) Math.floor(slice));
                gather(sums[s], here[0], here[1], first, first + geometry.planes[s], 1 - above, above);
            }
        }
        for (int s = 0, p = from; s < segments; p += geometry.planes[s++]) {
            System.arraycopy(sums[s], geometry.padding + below[s], out, p, geometry.planes[s]);
            float step = geometry.stepMm(line, s);
            for (int end = p + geometry.planes[s], n = p; n < end; n++) {
                out[n] *= step;
            }
        }
    }

    private double slice(TransaxialPath path, int segment, int row) {
        double fraction = path.startFraction() + path.stepFraction() * row - 0.5;
        return geometry.firstSlice[segment] + geometry.slicesAlong[segment] * fraction;
    }

    /** Adds what a segment has of a row and of the next one. */
    private void addTwo(TransaxialPath path, int segment, int row) {
        double slice = slice(path, segment, row);
        double nextSlice = slice + geometry.slicesAlong[segment] * path.stepFraction();
        double floor = Math.floor(slice);
        double nextFloor = Math.floor(nextSlice);
        float above = (float) (slice - floor);
        float nextAbove = (float) (nextSlice - nextFloor);
        int first = move(segment, (int) floor);
        int end = first + geometry.planes[segment];
        int further = (int) nextFloor - (int) floor;
        float[] lower;
        float[] upper;
        if (further >= -1 && further <= 1) {
            lower = next[further + 1];
            upper = next[further + 2];
        } else {
            lower = other[0];
            upper = other[1];
            System.arraycopy(column, first + further, lower, first, end - first);
            System.arraycopy(column, first + further + 1, upper, first, end - first);
        }
        gatherTwo(
                sums[segment], here[0], here[1], lower, upper, first, end, 1 - above, above, 1 - nextAbove, nextAbove);
    }

    /** Moves a segment's sums to where its planes are now. @return where they begin */
    private int move(int segment, int to) {
        int first = geometry.padding + to;
        if (to != below[segment]) {
            float[] sum = sums[segment];
            System.arraycopy(sum, geometry.padding + below[segment], sum, first, geometry.planes[segment]);
            below[segment] = to;
        }
        return first;
    }

    /** @param shifts the column at shifts {@code first}, {@code first} + 1, … */
    private void shift(float[][] shifts, int first) {
        for (int n = 0; n < shifts.length; n++) {
            int by = first + n;
            System.arraycopy(column, Math.max(0, by), shifts[n], Math.max(0, -by), width - Math.abs(by));
        }
    }

    /** The image between two voxel columns where the line crosses a row. */
    private void interpolate(float[] image, TransaxialPath path, int row) {
        PetGrid grid = geometry.grid();
        int columns = path.alongY() ? grid.nx() : grid.ny();
        int padding = geometry.padding;
        int end = padding + grid.nz();
        double at = path.slope() * row + path.offset();
        int left = (int) Math.floor(at);
        float weight = (float) (at - left);
        if (left < 0) {
            System.arraycopy(image, geometry.start(path, row, 0), right, padding, grid.nz());
            scale(column, right, padding, end, left < -1 ? 0 : weight);
        } else if (left >= columns - 1) {
            System.arraycopy(image, geometry.start(path, row, columns - 1), right, padding, grid.nz());
            scale(column, right, padding, end, left > columns - 1 ? 0 : 1 - weight);
        } else {
            System.arraycopy(image, geometry.start(path, row, left), column, padding, grid.nz());
            System.arraycopy(image, geometry.start(path, row, left + 1), right, padding, grid.nz());
            blend(column, right, padding, end, 1 - weight, weight);
        }
    }

    // The loops below are methods of their own so that each is compiled, and vectorised, by itself.

    private static void scale(float[] out, float[] in, int from, int to, float weight) {
        for (int n = from; n < to; n++) {
            out[n] = weight * in[n];
        }
    }

    private static void blend(float[] left, float[] right, int from, int to, float weight, float rightWeight) {
        for (int n = from; n < to; n++) {
            left[n] = weight * left[n] + rightWeight * right[n];
        }
    }

    private static void gather(float[] sum, float[] a, float[] b, int from, int to, float lower, float upper) {
        for (int n = from; n < to; n++) {
            sum[n] += lower * a[n] + upper * b[n];
        }
    }

    /** Two rows at once: what is summed to is read and written once. */
    private static void gatherTwo(
            float[] sum,
            float[] a,
            float[] b,
            float[] c,
            float[] d,
            int from,
            int to,
            float lower,
            float upper,
            float nextLower,
            float nextUpper) {
        for (int n = from; n < to; n++) {
            sum[n] += lower * a[n] + upper * b[n] + (nextLower * c[n] + nextUpper * d[n]);
        }
    }
}
