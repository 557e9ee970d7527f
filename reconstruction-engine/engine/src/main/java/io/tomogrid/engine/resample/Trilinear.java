package io.tomogrid.engine.resample;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Volume;

/**
 * Samples a volume between its voxels: linearly along z, then y, then x, each as {@code a + w·(b − a)} in single
 * precision. Voxels reach to their faces: in the outermost half voxel the last centre's value holds; beyond, the value
 * given for the outside. A place within {@link IndexMap#SNAP} of a centre is that centre.
 */
public final class Trilinear {
    private final float[] voxels;
    private final int nx;
    private final int ny;
    private final int nz;

    public Trilinear(Volume volume) {
        GridSize size = volume.geometry().size();
        voxels = volume.voxels();
        nx = size.nx();
        ny = size.ny();
        nz = size.nz();
    }

    /** @param x voxel index along the columns, fractional; so y, z */
    public float at(double x, double y, double z, float outside) {
        if (!inside(x, nx) || !inside(y, ny) || !inside(z, nz)) {
            return outside;
        }
        int i0 = lower(x, nx);
        int j0 = lower(y, ny);
        int k0 = lower(z, nz);
        float wx = weight(x, i0);
        float wy = weight(y, j0);
        float wz = weight(z, k0);
        int i1 = Math.min(i0 + 1, nx - 1);
        int near = (k0 * ny + j0) * nx;
        int far = near + (k0 + 1 < nz ? nx * ny : 0);
        int down = j0 + 1 < ny ? nx : 0;
        float left = lerp(
                lerp(voxels[near + i0], voxels[far + i0], wz),
                lerp(voxels[near + down + i0], voxels[far + down + i0], wz),
                wy);
        float right = lerp(
                lerp(voxels[near + i1], voxels[far + i1], wz),
                lerp(voxels[near + down + i1], voxels[far + down + i1], wz),
                wy);
        return lerp(left, right, wx);
    }

    static boolean inside(double index, int extent) {
        return index >= -0.5 - IndexMap.SNAP && index <= extent - 0.5 + IndexMap.SNAP;
    }

    static int lower(double index, int extent) {
        return Math.max(0, Math.min(extent - 1, (int) Math.floor(index + IndexMap.SNAP)));
    }

    static float weight(double index, int lower) {
        double weight = index - lower;
        return weight < IndexMap.SNAP ? 0 : (float) weight;
    }

    static float lerp(float a, float b, float w) {
        return a + w * (b - a);
    }
}
