package io.tomogrid.engine.cuda;

import io.tomogrid.imaging.ct.CtGrid;
import jcuda.Pointer;

/**
 * Rows of an image that are made at a time: as many as fit, mostly all.
 *
 * @param rows of a slab, the last one may have fewer
 */
record ImageSlabs(CtGrid grid, int rows) {
    private static final int LANES = 32;
    /** Slices of a chunk: SLICE_CHUNK of {@code cone.cuh}. */
    private static final int CHUNK = 256;

    /** @param bytesOfVoxel on the device */
    static ImageSlabs fitting(CudaDevice device, CtGrid grid, int bytesOfVoxel) {
        long row = (long) grid.nx() * grid.nz() * bytesOfVoxel;
        return new ImageSlabs(grid, device.fitting(row, grid.ny()));
    }

    long voxels() {
        return (long) rows * grid.nx() * grid.nz();
    }

    int countFrom(int first) {
        return Math.min(rows, grid.ny() - first);
    }

    /** Voxels of the slab that begins there. */
    long voxelsFrom(int first) {
        return (long) countFrom(first) * grid.nx() * grid.nz();
    }

    /** Threads for the slab that begins there. */
    long threads(int first) {
        return (long) countFrom(first) * grid.nx() * ((grid.nz() + CHUNK - 1) / CHUNK) * LANES;
    }

    /** {@code struct ImageRows}. */
    Pointer argument(int first) {
        return Argument.ints(grid.nx(), grid.ny(), grid.nz(), first, countFrom(first));
    }

    /** Takes a slab's voxels of 4 bytes from the device. @param into the whole image's */
    void download(DeviceBuffer slab, int first, Pointer into) {
        long row = (long) grid.nx() * grid.nz() * Float.BYTES;
        slab.download(into.withByteOffset(first * row), countFrom(first) * row);
    }

    double[] x() {
        double[] x = new double[grid.nx()];
        for (int i = 0; i < x.length; i++) {
            x[i] = grid.x(i);
        }
        return x;
    }

    double[] y() {
        double[] y = new double[grid.ny()];
        for (int j = 0; j < y.length; j++) {
            y[j] = grid.y(j);
        }
        return y;
    }
}
