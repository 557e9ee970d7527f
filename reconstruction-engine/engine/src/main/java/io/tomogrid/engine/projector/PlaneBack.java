package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.PetGrid;
import java.util.Arrays;

/** A few neighbouring voxel rows that gather from one line after another; the scratch arrays of one thread. */
final class PlaneBack {
    /* For the compiler's sake all arrays of a loop are used at the same index, padding + z for slice z, as in PlaneForward: a
     * segment's values are kept where its planes are along the column, and once more one slice further. They are put there anew
     * when the planes move, for most segments not at every row, which is why a thread has a few rows. */

    /** Rows of a part; few, so that there are enough parts for many threads and the rows' voxels stay in the cache. */
    static final int ROWS = 8;

    private static final int NOWHERE = Integer.MIN_VALUE;

    private final PlaneGeometry geometry;
    private final boolean alongY;
    private final int first;
    private final float[][][] voxels;
    private final float[][] values;
    private final float[][] valuesBefore;
    private final int[] below;
    private final float[] column;

    /** @param first first of the rows */
    PlaneBack(PlaneGeometry geometry, boolean alongY, int first) {
        this.geometry = geometry;
        this.alongY = alongY;
        this.first = first;
        PetGrid grid = geometry.grid();
        int rows = Math.min(ROWS, (alongY ? grid.ny() : grid.nx()) - first);
        int width = grid.nz() + 2 * geometry.padding;
        this.voxels = new float[rows][alongY ? grid.nx() : grid.ny()][width];
        this.values = new float[geometry.planes.length][width];
        this.valuesBefore = new float[geometry.planes.length][width];
        this.below = new int[geometry.planes.length];
        this.column = new float[width];
    }

    /** Adds lines of one direction. @param lines of the views @param image of which only these rows are touched */
    void add(float[] projections, int[] views, int lines, float[] image) {
        copy(image, true);
        int planesOfLine = geometry.scanner().planes();
        for (int line = 0; line < lines; line++) {
            int scannerLine = geometry.line(views, line);
            if (geometry.path(scannerLine).alongY() == alongY) {
                add(projections, line * planesOfLine, scannerLine);
            }
        }
        copy(image, false);
    }

    private void copy(float[] image, boolean in) {
        int nz = geometry.grid().nz();
        for (int r = 0; r < voxels.length; r++) {
            for (int c = 0; c < voxels[r].length; c++) {
                int at = geometry.start(alongY, first + r, c);
                if (in) {
                    System.arraycopy(image, at, voxels[r][c], geometry.padding, nz);
                } else {
                    System.arraycopy(voxels[r][c], geometry.padding, image, at, nz);
                }
            }
        }
    }

    /** @param line of the scanner */
    private void add(float[] in, int from, int line) {
        TransaxialPath path = geometry.path(line);
        Arrays.fill(below, NOWHERE);
        int last = Math.min(path.last(), first + voxels.length - 1);
        for (int row = Math.max(path.first(), first); row <= last; row++) {
            Arrays.fill(column, 0);
            double fraction = path.startFraction() + path.stepFraction() * row - 0.5;
            for (int s = 0, p = from; s < geometry.planes.length; p += geometry.planes[s++]) {
                double slice = geometry.firstSlice[s] + geometry.slicesAlong[s] * fraction;
                int floor = (int) Math.floor(slice);
                float above = (float) (slice - floor);
                float step = geometry.stepMm(line, s);
                int at = geometry.padding + floor;
                if (floor != below[s]) {
                    put(in, p, s, at);
                    below[s] = floor;
                }
                int end = at + geometry.planes[s] + 1;
                spread(column, values[s], valuesBefore[s], at, end, (1 - above) * step, above * step);
            }
            float[][] columns = voxels[row - first];
            double at = path.slope() * row + path.offset();
            int left = (int) Math.floor(at);
            float right = (float) (at - left);
            int end = geometry.padding + geometry.grid().nz();
            if (left >= 0 && left < columns.length) {
                add(columns[left], column, geometry.padding, end, 1 - right);
            }
            if (left >= -1 && left < columns.length - 1) {
                add(columns[left + 1], column, geometry.padding, end, right);
            }
        }
    }

    /** A segment's values from a place on, followed by 0; and from the next place on, after 0. */
    private void put(float[] in, int from, int segment, int at) {
        int planes = geometry.planes[segment];
        System.arraycopy(in, from, values[segment], at, planes);
        values[segment][at + planes] = 0;
        valuesBefore[segment][at] = 0;
        System.arraycopy(in, from, valuesBefore[segment], at + 1, planes);
    }

    // The loops below are methods of their own so that each is compiled, and vectorised, by itself.

    /** The transpose of PlaneForward's gather, written as a gather. */
    private static void spread(
            float[] column, float[] values, float[] before, int from, int to, float lower, float upper) {
        for (int n = from; n < to; n++) {
            column[n] += lower * values[n] + upper * before[n];
        }
    }

    private static void add(float[] out, float[] column, int from, int to, float weight) {
        for (int n = from; n < to; n++) {
            out[n] += weight * column[n];
        }
    }
}
