package io.tomogrid.imaging;

import java.io.Serializable;

/** Voxels of a grid. @param nx columns @param ny rows @param nz slices; each at least 1, the product fits an array */
public record GridSize(int nx, int ny, int nz) implements Serializable {
    public GridSize {
        if (nx < 1 || ny < 1 || nz < 1 || (long) nx * ny * nz > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "grid: expected extents of at least 1 and fewer than 2^31 voxels, got " + nx + "x" + ny + "x" + nz);
        }
    }

    public int voxels() {
        return nx * ny * nz;
    }

    /** Where a voxel stands in an array: x fastest. */
    public int index(int i, int j, int k) {
        return (k * ny + j) * nx + i;
    }
}
