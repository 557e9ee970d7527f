package io.tomogrid.engine.lesion;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.GridSize;

/**
 * The parts of a mask that hang together in three dimensions: two voxels that touch by a face, an edge or a corner (26
 * neighbours) belong to one component. Components are numbered from 1 in the order of their first voxels in storage.
 */
public final class ConnectedComponents {
    /* A row of the mask is a list of runs; runs of neighbouring rows that overlap, or miss each other by one, are united.
     * The root of a set is always its first run, so numbering the roots in order numbers components by first voxel. */

    private final GridSize size;
    private final int[] rowStart;
    private final int[] first;
    private final int[] end;
    private final int[] parent;

    private ConnectedComponents(GridSize size, int[] rowStart, int[] first, int[] end) {
        this.size = size;
        this.rowStart = rowStart;
        this.first = first;
        this.end = end;
        this.parent = new int[first.length];
        for (int run = 0; run < parent.length; run++) {
            parent[run] = run;
        }
    }

    /**
     * @param mask x fastest, anything but zero belongs to it
     * @throws IllegalArgumentException if the mask has not one byte a voxel
     */
    public static Components of(GridSize size, byte[] mask, Parallel parallel) {
        if (mask.length != size.voxels()) {
            throw new IllegalArgumentException(
                    "mask: expected " + size.voxels() + " voxels of the grid, got " + mask.length);
        }
        int rows = size.ny() * size.nz();
        int[] rowStart = new int[rows + 1];
        parallel.run(size.nz(), k -> {
            for (int row = k * size.ny(); row < (k + 1) * size.ny(); row++) {
                rowStart[row + 1] = runs(mask, row * size.nx(), size.nx(), null, null, 0);
            }
        });
        for (int row = 0; row < rows; row++) {
            rowStart[row + 1] += rowStart[row];
        }
        int[] first = new int[rowStart[rows]];
        int[] end = new int[rowStart[rows]];
        parallel.run(size.nz(), k -> {
            for (int row = k * size.ny(); row < (k + 1) * size.ny(); row++) {
                if (rowStart[row + 1] > rowStart[row]) {
                    runs(mask, row * size.nx(), size.nx(), first, end, rowStart[row]);
                }
            }
        });
        return new ConnectedComponents(size, rowStart, first, end).united();
    }

    /** Counts the runs of a row, and writes them down, as columns, where arrays are given. */
    private static int runs(byte[] mask, int at, int nx, int[] first, int[] end, int into) {
        int count = 0;
        int i = 0;
        while (i < nx) {
            if (mask[at + i] == 0) {
                i++;
                continue;
            }
            int from = i;
            while (i < nx && mask[at + i] != 0) {
                i++;
            }
            if (first != null) {
                first[into + count] = from;
                end[into + count] = i;
            }
            count++;
        }
        return count;
    }

    private Components united() {
        for (int k = 0; k < size.nz(); k++) {
            for (int j = 0; j < size.ny(); j++) {
                int row = k * size.ny() + j;
                if (j > 0) {
                    unite(row, row - 1);
                }
                for (int above = Math.max(0, j - 1); k > 0 && above <= Math.min(size.ny() - 1, j + 1); above++) {
                    unite(row, (k - 1) * size.ny() + above);
                }
            }
        }
        return numbered();
    }

    private void unite(int row, int other) {
        int a = rowStart[row];
        int b = rowStart[other];
        while (a < rowStart[row + 1] && b < rowStart[other + 1]) {
            if (first[a] <= end[b] && first[b] <= end[a]) {
                int rootA = root(a);
                int rootB = root(b);
                parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
            }
            if (end[a] < end[b]) {
                a++;
            } else {
                b++;
            }
        }
    }

    private int root(int run) {
        int r = run;
        while (parent[r] != r) {
            parent[r] = parent[parent[r]];
            r = parent[r];
        }
        return r;
    }

    private Components numbered() {
        int[] number = new int[parent.length];
        int[] start = new int[parent.length];
        int[] length = new int[parent.length];
        int count = 0;
        for (int row = 0; row + 1 < rowStart.length; row++) {
            for (int run = rowStart[row]; run < rowStart[row + 1]; run++) {
                int root = root(run);
                number[run] = root == run ? ++count : number[root];
                start[run] = row * size.nx() + first[run];
                length[run] = end[run] - first[run];
            }
        }
        return new Components(size, count, start, length, number, voxels(count, number, length));
    }

    private static int[] voxels(int count, int[] number, int[] length) {
        int[] voxels = new int[count + 1];
        for (int run = 0; run < number.length; run++) {
            voxels[number[run]] += length[run];
        }
        return voxels;
    }
}
