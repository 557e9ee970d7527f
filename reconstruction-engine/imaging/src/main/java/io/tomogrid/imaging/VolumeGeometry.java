package io.tomogrid.imaging;

import java.io.Serializable;

/**
 * A voxel grid in patient space (PS3.3 C.7.6.2.1.1): the centre of voxel (i, j, k) is
 * {@code origin + i·columnStep + j·rowStep + k·sliceStep}.
 *
 * @param origin centre of voxel (0, 0, 0), LPS mm
 * @param columnStep from a voxel to the next column, mm: first half of Image Orientation (Patient) × column spacing
 * @param rowStep from a voxel to the next row, mm: second half of Image Orientation (Patient) × row spacing
 * @param sliceStep from a voxel to the next slice, mm; not parallel to the normal when the gantry was tilted
 * @param frameOfReferenceUid two grids may be compared only if theirs is the same
 */
public record VolumeGeometry(
        GridSize size, Vec3 origin, Vec3 columnStep, Vec3 rowStep, Vec3 sliceStep, String frameOfReferenceUid)
        implements Serializable {
    private static final double SMALLEST_VOXEL_MM3 = 1e-9;

    public VolumeGeometry {
        double volume = Math.abs(columnStep.cross(rowStep).dot(sliceStep));
        if (!(volume > SMALLEST_VOXEL_MM3)) {
            throw new IllegalArgumentException(
                    "voxel: expected three independent directions, got a volume of " + volume + " mm3");
        }
    }

    /** Centre of a voxel, or of a place between voxels, LPS mm. */
    public Vec3 toPatient(double i, double j, double k) {
        return origin.plus(columnStep.times(i)).plus(rowStep.times(j)).plus(sliceStep.times(k));
    }

    /** The indices, generally fractional, of a place in patient space. */
    public Vec3 toVoxel(Vec3 lps) {
        Vec3 d = lps.minus(origin);
        double determinant = columnStep.cross(rowStep).dot(sliceStep);
        return new Vec3(
                d.cross(rowStep).dot(sliceStep) / determinant,
                columnStep.cross(d).dot(sliceStep) / determinant,
                columnStep.cross(rowStep).dot(d) / determinant);
    }

    /** mm³. */
    public double voxelVolume() {
        return Math.abs(columnStep.cross(rowStep).dot(sliceStep));
    }
}
