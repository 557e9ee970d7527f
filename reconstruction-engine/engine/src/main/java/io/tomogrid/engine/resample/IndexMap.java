package io.tomogrid.engine.resample;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.VolumeGeometry;

/**
 * From the voxel indices of one grid to those, generally fractional, of another in the same frame of reference:
 * {@code origin + i·column + j·row + k·slice}.
 *
 * @param origin where voxel (0, 0, 0) lies in the other grid
 * @param column what one step along the columns means in the other grid, in voxels; so {@code row}, {@code slice}
 */
public record IndexMap(Vec3 origin, Vec3 column, Vec3 row, Vec3 slice) {
    /** Voxels: what differs by less is taken for the rounding of decimal strings and of this map, and as equal. */
    public static final double SNAP = 1e-6;

    /**
     * Components that move no voxel by more than {@link #SNAP} are taken as zero, so grids that are aligned but for
     * rounding are exactly aligned.
     *
     * @throws IllegalArgumentException if the grids lie in different frames of reference
     */
    public static IndexMap between(VolumeGeometry from, VolumeGeometry to) {
        if (!from.frameOfReferenceUid().equals(to.frameOfReferenceUid())) {
            throw new IllegalArgumentException("cannot bring two grids together: one lies in frame of reference "
                    + from.frameOfReferenceUid() + ", the other in " + to.frameOfReferenceUid()
                    + "; take series of one frame of reference, or register them first");
        }
        GridSize size = from.size();
        return new IndexMap(
                to.toVoxel(from.origin()),
                snapped(linear(to, from.columnStep()), size.nx(), 0),
                snapped(linear(to, from.rowStep()), size.ny(), 1),
                snapped(linear(to, from.sliceStep()), size.nz(), 2));
    }

    /** Whether each index of the other grid depends on one index only, the same one: x on i, y on j, z on k. */
    public boolean separable() {
        return column.y() == 0 && column.z() == 0 && row.x() == 0 && row.z() == 0 && slice.x() == 0 && slice.y() == 0;
    }

    public double x(int i, int j, int k) {
        return origin.x() + (i * column.x() + j * row.x() + k * slice.x());
    }

    public double y(int i, int j, int k) {
        return origin.y() + (i * column.y() + j * row.y() + k * slice.y());
    }

    public double z(int i, int j, int k) {
        return origin.z() + (i * column.z() + j * row.z() + k * slice.z());
    }

    private static Vec3 linear(VolumeGeometry to, Vec3 step) {
        double determinant = to.columnStep().cross(to.rowStep()).dot(to.sliceStep());
        return new Vec3(
                step.dot(to.rowStep().cross(to.sliceStep())) / determinant,
                step.dot(to.sliceStep().cross(to.columnStep())) / determinant,
                step.dot(to.columnStep().cross(to.rowStep())) / determinant);
    }

    private static Vec3 snapped(Vec3 step, int extent, int own) {
        return new Vec3(
                own == 0 ? step.x() : snapped(step.x(), extent),
                own == 1 ? step.y() : snapped(step.y(), extent),
                own == 2 ? step.z() : snapped(step.z(), extent));
    }

    private static double snapped(double component, int extent) {
        return Math.abs(component) * extent < SNAP ? 0 : component;
    }
}
