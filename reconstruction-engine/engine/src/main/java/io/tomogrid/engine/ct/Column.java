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
        int shift = shift(rows);
        int mask = (1 << shift) - 1;
        float unit = 1f / (1 << shift);
        int last = fixed(rows - 1, shift);
        int start = fixed(Math.max(0, row + first * perSlice), shift);
        int step = fixed(perSlice, shift);
        for (int k = first; k < end; k++, start += step) {
            int place = Math.min(start, last);
            int below = place >> shift;
            float part = (place & mask) * unit;
            image[voxel + k] += column[below] + part * (column[below + 1] - column[below]);
        }
    }

    /** As {@link #add}, for four columns whose voxels lie at the same places of them: value r of column q is 4r + q. */
    static void addFour(float[] four, int rows, double row, double perSlice, float[] image, int[] voxels, int slices) {
        int first = first(row, perSlice);
        int end = end(rows, row, perSlice, slices);
        int shift = shift(rows);
        int mask = (1 << shift) - 1;
        float unit = 1f / (1 << shift);
        int last = fixed(rows - 1, shift);
        int start = fixed(Math.max(0, row + first * perSlice), shift);
        int step = fixed(perSlice, shift);
        int toA = voxels[0];
        int toB = voxels[1];
        int toC = voxels[2];
        int toD = voxels[3];
        for (int k = first; k < end; k++, start += step) {
            int place = Math.min(start, last);
            int at = place >> shift << 2;
            float part = (place & mask) * unit;
            image[toA + k] += four[at] + part * (four[at + 4] - four[at]);
            image[toB + k] += four[at + 1] + part * (four[at + 5] - four[at + 1]);
            image[toC + k] += four[at + 2] + part * (four[at + 6] - four[at + 2]);
            image[toD + k] += four[at + 3] + part * (four[at + 7] - four[at + 3]);
        }
    }

    /** As {@link #add}, for two columns and two images at once. */
    static void add(
            float[] one, float[] two, int rows, double row, double perSlice, float[] toOne, float[] toTwo, int slices) {
        int first = first(row, perSlice);
        int end = end(rows, row, perSlice, slices);
        int shift = shift(rows);
        int mask = (1 << shift) - 1;
        float unit = 1f / (1 << shift);
        int last = fixed(rows - 1, shift);
        int start = fixed(Math.max(0, row + first * perSlice), shift);
        int step = fixed(perSlice, shift);
        for (int k = first; k < end; k++, start += step) {
            int place = Math.min(start, last);
            int below = place >> shift;
            float part = (place & mask) * unit;
            toOne[k] += one[below] + part * (one[below + 1] - one[below]);
            toTwo[k] += two[below] + part * (two[below + 1] - two[below]);
        }
    }

    /** Places are fixed-point numbers, as much finer than a row as an int allows: a row's number fits twice. */
    private static int shift(int rows) {
        return Math.min(23, Integer.numberOfLeadingZeros(rows) - 2);
    }

    private static int fixed(double place, int shift) {
        return (int) Math.rint(place * (1 << shift));
    }
}
