package io.tomogrid.imaging.ct;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.VolumeGeometry;
import java.io.Serializable;

/**
 * The voxels that a CT image is reconstructed on, in the scanner's coordinates. Values are [ny][nx][nz], z fastest: {@code
 * index = (j·nx + i)·nz + k}.
 *
 * @param voxelMm side in x and y @param sliceMm from a slice to the next
 * @param centre of the grid, mm
 */
public record CtGrid(int nx, int ny, int nz, double voxelMm, double sliceMm, Vec3 centre) implements Serializable {
    public CtGrid {
        new GridSize(nx, ny, nz);
        if (!(voxelMm > 0 && sliceMm > 0) || Double.isInfinite(voxelMm * sliceMm)) {
            throw new IllegalArgumentException(
                    "CT grid: expected positive voxel sides, got " + voxelMm + " and " + sliceMm + " mm");
        }
    }

    public static CtGrid cube(int n, double voxelMm) {
        return new CtGrid(n, n, n, voxelMm, voxelMm, new Vec3(0, 0, 0));
    }

    public int voxels() {
        return nx * ny * nz;
    }

    public int index(int i, int j, int k) {
        return (j * nx + i) * nz + k;
    }

    public double x(int i) {
        return centre.x() + (i - (nx - 1) / 2.0) * voxelMm;
    }

    public double y(int j) {
        return centre.y() + (j - (ny - 1) / 2.0) * voxelMm;
    }

    public double z(int k) {
        return centre.z() + (k - (nz - 1) / 2.0) * sliceMm;
    }

    /** Slices from first to last, both included. */
    public CtGrid slices(int first, int last) {
        return new CtGrid(
                nx, ny, last - first + 1, voxelMm, sliceMm, new Vec3(centre.x(), centre.y(), (z(first) + z(last)) / 2));
    }

    /** In the patient, whose axes are taken to be the scanner's. */
    public VolumeGeometry geometry(String frameOfReferenceUid) {
        return new VolumeGeometry(
                new GridSize(nx, ny, nz),
                new Vec3(x(0), y(0), z(0)),
                new Vec3(voxelMm, 0, 0),
                new Vec3(0, voxelMm, 0),
                new Vec3(0, 0, sliceMm),
                frameOfReferenceUid);
    }
}
