package io.tomogrid.engine.projector;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;

/**
 * Joseph's line integrals for all planes of a transaxial line at once. The result has the same bits for any number of threads.
 */
public final class PlaneJoseph implements Projector {
    /* All planes of a (view, radial bin) share one path in x and y. So the image is interpolated between two voxel columns
     * once per step; then each segment is a sum of two neighbours of that column with weights that are constant over the
     * segment, a loop over contiguous planes that the compiler vectorises. Needs slices half a ring pitch apart.
     *
     * Back projection runs in parallel over voxel rows: a row gathers from every line that crosses it, in the order of the
     * lines, so there are no atomics and the order of summation does not depend on the threads.
     *
     * The column is padded, so that planes whose line leaves the grid axially read zeros, and write where nobody looks. */

    private static final int LINES_PER_PART = 16;

    private final CylindricalScanner scanner;
    private final PetGrid grid;
    private final Parallel parallel;
    private final PlaneGeometry geometry;
    private final int[] planes;
    private final double[] firstSlice;
    private final double[] slicesAlong;
    private final int planesOfLine;
    private final int padding;

    /** @throws IllegalArgumentException unless the grid's slices are half a ring pitch apart */
    public PlaneJoseph(CylindricalScanner scanner, PetGrid grid, Parallel parallel) {
        this(new PlaneGeometry(scanner, grid), parallel);
    }

    private PlaneJoseph(PlaneGeometry geometry, Parallel parallel) {
        this.geometry = geometry;
        this.scanner = geometry.scanner();
        this.grid = geometry.grid();
        this.parallel = parallel;
        this.planes = geometry.planes;
        this.firstSlice = geometry.firstSlice;
        this.slicesAlong = geometry.slicesAlong;
        this.padding = geometry.padding;
        this.planesOfLine = scanner.planes();
    }

    @Override
    public CylindricalScanner scanner() {
        return scanner;
    }

    @Override
    public PetGrid grid() {
        return grid;
    }

    @Override
    public void forward(float[] image, int[] views, float[] projections) {
        check(image, views, projections);
        int lines = views.length * scanner.radialBins();
        parallel.run((lines + LINES_PER_PART - 1) / LINES_PER_PART, part -> {
            float[] columns = new float[2 * (grid.nz() + 2 * padding)];
            int end = Math.min(lines, (part + 1) * LINES_PER_PART);
            for (int line = part * LINES_PER_PART; line < end; line++) {
                forward(image, geometry.path(views, line), projections, line * planesOfLine, columns);
            }
        });
    }

    @Override
    public void back(float[] projections, int[] views, float[] image) {
        check(image, views, projections);
        Arrays.fill(image, 0);
        int lines = views.length * scanner.radialBins();
        // rows in x and rows in y cross each other, so one kind after the other
        for (boolean alongY : new boolean[] {false, true}) {
            parallel.run(alongY ? grid.ny() : grid.nx(), row -> {
                float[] column = new float[grid.nz() + 2 * padding];
                for (int line = 0; line < lines; line++) {
                    TransaxialPath path = geometry.path(views, line);
                    if (path.alongY() == alongY && path.meets(row)) {
                        back(projections, line * planesOfLine, path, row, image, column);
                    }
                }
            });
        }
    }

    private void forward(float[] image, TransaxialPath path, float[] out, int from, float[] columns) {
        Arrays.fill(out, from, from + planesOfLine, 0);
        int second = columns.length / 2;
        int row = path.first();
        for (; row < path.last(); row += 2) {
            interpolate(image, path, row, columns, padding);
            interpolate(image, path, row + 1, columns, second + padding);
            double fraction = path.startFraction() + path.stepFraction() * row - 0.5;
            for (int s = 0, p = from; s < planes.length; p += planes[s++]) {
                double slice = firstSlice[s] + slicesAlong[s] * fraction;
                double nextSlice = slice + slicesAlong[s] * path.stepFraction();
                int below = (int) Math.floor(slice);
                int nextBelow = (int) Math.floor(nextSlice);
                float above = (float) (slice - below);
                float nextAbove = (float) (nextSlice - nextBelow);
                int c = padding + below;
                int d = second + padding + nextBelow;
                gatherTwo(out, p, columns, c, d, planes[s], 1 - above, above, 1 - nextAbove, nextAbove);
            }
        }
        if (row == path.last()) {
            interpolate(image, path, row, columns, padding);
            double fraction = path.startFraction() + path.stepFraction() * row - 0.5;
            for (int s = 0, p = from; s < planes.length; p += planes[s++]) {
                double slice = firstSlice[s] + slicesAlong[s] * fraction;
                int below = (int) Math.floor(slice);
                float above = (float) (slice - below);
                gather(out, p, columns, padding + below, planes[s], 1 - above, above);
            }
        }
        for (int s = 0, p = from; s < planes.length; p += planes[s++]) {
            float step = geometry.stepMm(path, s);
            for (int end = p + planes[s], n = p; n < end; n++) {
                out[n] *= step;
            }
        }
    }

    /** The image between two voxel columns where the line crosses a row. */
    private void interpolate(float[] image, TransaxialPath path, int row, float[] column, int to) {
        int columns = path.alongY() ? grid.nx() : grid.ny();
        double at = path.slope() * row + path.offset();
        int left = (int) Math.floor(at);
        float right = (float) (at - left);
        if (left < 0) {
            scale(column, to, image, start(path, row, 0), grid.nz(), left < -1 ? 0 : right);
        } else if (left >= columns - 1) {
            scale(column, to, image, start(path, row, columns - 1), grid.nz(), left > columns - 1 ? 0 : 1 - right);
        } else {
            int a = start(path, row, left);
            int b = start(path, row, left + 1);
            blend(column, to, image, a, b, grid.nz(), 1 - right, right);
        }
    }

    private void back(float[] in, int from, TransaxialPath path, int row, float[] image, float[] column) {
        Arrays.fill(column, 0);
        double fraction = path.startFraction() + path.stepFraction() * row - 0.5;
        for (int s = 0, p = from; s < planes.length; p += planes[s++]) {
            double slice = firstSlice[s] + slicesAlong[s] * fraction;
            int below = (int) Math.floor(slice);
            float above = (float) (slice - below);
            float step = geometry.stepMm(path, s);
            scatter(column, padding + below, in, p, planes[s], (1 - above) * step, above * step);
        }
        int columns = path.alongY() ? grid.nx() : grid.ny();
        double at = path.slope() * row + path.offset();
        int left = (int) Math.floor(at);
        float right = (float) (at - left);
        if (left >= 0 && left < columns) {
            add(image, start(path, row, left), column, padding, grid.nz(), 1 - right);
        }
        if (left >= -1 && left < columns - 1) {
            add(image, start(path, row, left + 1), column, padding, grid.nz(), right);
        }
    }

    private int start(TransaxialPath path, int row, int column) {
        return (path.alongY() ? column * grid.ny() + row : row * grid.ny() + column) * grid.nz();
    }

    // The loops below are methods of their own so that each is compiled, and vectorised, by itself.

    private static void scale(float[] out, int o, float[] in, int a, int count, float weight) {
        for (int n = 0; n < count; n++) {
            out[o + n] = weight * in[a + n];
        }
    }

    private static void blend(float[] out, int o, float[] in, int a, int b, int count, float left, float right) {
        for (int n = 0; n < count; n++) {
            out[o + n] = left * in[a + n] + right * in[b + n];
        }
    }

    private static void gather(float[] out, int o, float[] column, int c, int count, float lower, float upper) {
        for (int n = 0; n < count; n++) {
            out[o + n] += lower * column[c + n] + upper * column[c + n + 1];
        }
    }

    /** Two rows at once: what is summed to is read and written once. */
    private static void gatherTwo(
            float[] out,
            int o,
            float[] columns,
            int c,
            int d,
            int count,
            float lower,
            float upper,
            float nextLower,
            float nextUpper) {
        for (int n = 0; n < count; n++) {
            out[o + n] += lower * columns[c + n]
                    + upper * columns[c + n + 1]
                    + (nextLower * columns[d + n] + nextUpper * columns[d + n + 1]);
        }
    }

    /** The transpose of gather, written as a gather. */
    private static void scatter(float[] column, int c, float[] in, int i, int count, float lower, float upper) {
        column[c] += lower * in[i];
        for (int n = 1; n < count; n++) {
            column[c + n] += lower * in[i + n] + upper * in[i + n - 1];
        }
        column[c + count] += upper * in[i + count - 1];
    }

    private static void add(float[] out, int o, float[] column, int c, int count, float weight) {
        for (int n = 0; n < count; n++) {
            out[o + n] += weight * column[c + n];
        }
    }
}
