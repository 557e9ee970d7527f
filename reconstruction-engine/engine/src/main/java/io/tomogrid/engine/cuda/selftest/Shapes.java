package io.tomogrid.engine.cuda.selftest;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import java.util.function.ToDoubleFunction;

/**
 * Volumes by formula on grids about the origin.
 *
 * @param pet voxels of the PET along x and y, 4 mm; along z half as many again, 3 mm
 * @param ct voxels of the CT along x and y, its fields of view a little smaller; along z as many
 */
record Shapes(int pet, int ct) {
    private static final String FRAME = "2.25.1";
    private static final double PET_MM = 4;

    /** As large as a study of a body, or small enough for processors that play a device. */
    static Shapes of(boolean emulated) {
        return emulated ? new Shapes(48, 64) : new Shapes(200, 256);
    }

    VolumeGeometry petGrid() {
        return grid(
                new GridSize(pet, pet, pet * 3 / 2), new Vec3(PET_MM, 0, 0), new Vec3(0, PET_MM, 0), new Vec3(0, 0, 3));
    }

    /** Within the PET's, turned a little, and sheared as by a tilted gantry. */
    VolumeGeometry ctGrid() {
        double mm = 0.6 * PET_MM * pet / ct;
        return grid(
                new GridSize(ct, ct, ct),
                new Vec3(0.995 * mm, 0.0998 * mm, 0),
                new Vec3(-0.0998 * mm, 0.995 * mm, 0),
                new Vec3(0, 0.1 * mm, mm));
    }

    private static VolumeGeometry grid(GridSize size, Vec3 column, Vec3 row, Vec3 slice) {
        Vec3 middle = column.times((size.nx() - 1) / 2.0)
                .plus(row.times((size.ny() - 1) / 2.0))
                .plus(slice.times((size.nz() - 1) / 2.0));
        return new VolumeGeometry(size, middle.times(-1), column, row, slice, FRAME);
    }

    static Volume volume(VolumeGeometry grid, String unit, ToDoubleFunction<Vec3> value) {
        GridSize size = grid.size();
        float[] voxels = new float[size.voxels()];
        for (int n = 0; n < voxels.length; n++) {
            int row = n / size.nx();
            voxels[n] = (float) value.applyAsDouble(grid.toPatient(n % size.nx(), row % size.ny(), row / size.ny()));
        }
        return new Volume(grid, voxels, unit);
    }

    /** Falls off from the origin, with ripples that no two neighbouring voxels share. */
    static double uptake(Vec3 p) {
        return 12 / (1 + p.dot(p) / 900) + 0.3 * Math.sin(p.x() / 3) * Math.cos(p.y() / 5) * Math.sin(p.z() / 4);
    }

    static double hounsfield(Vec3 p) {
        return 700 * Math.cos(p.x() / 17) * Math.cos(p.y() / 13) * Math.sin(p.z() / 19 + 1);
    }

    static double linear(Vec3 p) {
        return 3 + 0.5 * p.x() - 0.25 * p.y() + 0.125 * p.z();
    }
}
