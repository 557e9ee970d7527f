package io.tomogrid.engine.ct;

/** Linear interpolation along one detector column for a column of voxels. */
final class Column {
    /** Part of a row: what lies so close beside the outermost row counts as on it. */
    private static final double EDGE = 1e-3;

    private Column() {}

    /** First slice whose place, {@code row + k·perSlice} with a positive step, is not before the first row. */
    static int first(double row, double perSlice) {
        return row >= -EDGE ? 0 : (int) Math.min(Integer.MAX_VALUE, Math.ceil((-EDGE - row) / perSlice));
    }

    /** First slice whose place lies behind the last row. */
    static int end(int rows, double row, double perSlice, int slices) {
        double last = Math.floor((rows - 1 + EDGE - row) / perSlice);
        return (int) Math.max(0, Math.min(slices, last + 1));
    }

    /**
     * Adds to slices 0 … slices − 1 of the image what the column holds at {@code row + k·perSlice}; places off the column add
     * nothing.
     *
     * @param column as many values as rows, and the last one twice
     */
    static void add(float[] column, int rows, double row, double perSlice, float[] image, int voxel, int slices) {
        int first = first(row, perSlice);
        int end = end(rows, row, perSlice, slices);
        // floats from the middle of the run on: the place of the first slice is exact, the step small
        float start = (float) Math.max(0, row + first * perSlice);
        float step = (float) perSlice;
        for (int k = first; k < end; k++) {
            float place = Math.min(start + (k - first) * step, rows - 1);
            int below = (int) place;
            float part = place - below;
            image[voxel + k] += column[below] + part * (column[below + 1] - column[below]);
        }
    }

    /** As {@link #add}, for two columns and two images at once. */
    static void add(
            float[] one, float[] two, int rows, double row, double perSlice, float[] toOne, float[] toTwo, int slices) {
        int first = first(row, perSlice);
        int end = end(rows, row, perSlice, slices);
        float start = (float) Math.max(0, row + first * perSlice);
        float step = (float) perSlice;
        for (int k = first; k < end; k++) {
            float place = Math.min(start + (k - first) * step, rows - 1);
            int below = (int) place;
            float part = place - below;
            toOne[k] += one[below] + part * (one[below + 1] - one[below]);
            toTwo[k] += two[below] + part * (two[below + 1] - two[below]);
        }
    }
}
