package io.tomogrid.engine.scatter;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.PetGrid;

/** An image averaged over blocks of voxels: what scatter, which varies slowly, is computed from. Scanner coordinates, mm. */
final class CoarseImage {
    private final PetGrid grid;
    private final float[] values;
    /** Of the grid, from the scanner's centre: half a fine voxel where whole blocks have one more than the fine grid. */
    private final Vec3 offset;

    private CoarseImage(PetGrid grid, float[] values, Vec3 offset) {
        this.grid = grid;
        this.values = values;
        this.offset = offset;
    }

    /** Blocks of about a size; the sum over voxels times their volume stays. */
    static CoarseImage of(PetGrid fine, float[] values, double aboutMm) {
        int nx = blocks(fine.nx(), fine.voxelMm(), aboutMm);
        int ny = blocks(fine.ny(), fine.voxelMm(), aboutMm);
        int nz = blocks(fine.nz(), fine.sliceMm(), aboutMm);
        // square voxels, whole ones of the fine grid: the coarse grid may be a little larger
        int across = Math.max(ceil(fine.nx(), nx), ceil(fine.ny(), ny));
        int along = ceil(fine.nz(), nz);
        PetGrid grid = new PetGrid(
                ceil(fine.nx(), across),
                ceil(fine.ny(), across),
                ceil(fine.nz(), along),
                across * fine.voxelMm(),
                along * fine.sliceMm());
        double[] sums = new double[grid.voxels()];
        int beforeX = (grid.nx() * across - fine.nx()) / 2;
        int beforeY = (grid.ny() * across - fine.ny()) / 2;
        int beforeZ = (grid.nz() * along - fine.nz()) / 2;
        for (int i = 0, n = 0; i < fine.nx(); i++) {
            for (int j = 0; j < fine.ny(); j++) {
                int row = ((i + beforeX) / across * grid.ny() + (j + beforeY) / across) * grid.nz();
                for (int k = 0; k < fine.nz(); k++) {
                    sums[row + (k + beforeZ) / along] += values[n++];
                }
            }
        }
        float[] means = new float[sums.length];
        for (int n = 0; n < means.length; n++) {
            means[n] = (float) (sums[n] / ((double) across * across * along));
        }
        return new CoarseImage(
                grid,
                means,
                new Vec3(
                        offset(grid.nx() * across - fine.nx(), fine.voxelMm()),
                        offset(grid.ny() * across - fine.ny(), fine.voxelMm()),
                        offset(grid.nz() * along - fine.nz(), fine.sliceMm())));
    }

    /** @param more voxels that the blocks have beyond the fine grid, one more of them at the upper end if they are odd */
    private static double offset(int more, double sideMm) {
        return more % 2 * sideMm / 2;
    }

    private static int blocks(int voxels, double sideMm, double aboutMm) {
        return (int) Math.max(1, Math.rint(voxels * sideMm / aboutMm));
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    PetGrid grid() {
        return grid;
    }

    /** Centre of a block. */
    Vec3 centre(int i, int j, int k) {
        return grid.centre(i, j, k).plus(offset);
    }

    float[] values() {
        return values;
    }

    double voxelMm3() {
        return grid.voxelMm() * grid.voxelMm() * grid.sliceMm();
    }

    /** Integral from a point to another, by the midpoint rule in steps of about half a voxel. */
    double integral(Vec3 a, Vec3 b) {
        Vec3 d = b.minus(a);
        double length = d.length();
        int steps = (int) Math.ceil(2 * length / Math.min(grid.voxelMm(), grid.sliceMm())) + 1;
        double sum = 0;
        for (int s = 0; s < steps; s++) {
            double t = (s + 0.5) / steps;
            sum += at(a.x() + t * d.x(), a.y() + t * d.y(), a.z() + t * d.z());
        }
        return sum * length / steps;
    }

    /** Interpolated linearly between voxel centres; beyond the outermost ones their value, outside the grid 0. */
    private double at(double x, double y, double z) {
        double i = (x - offset.x()) / grid.voxelMm() + (grid.nx() - 1) / 2.0;
        double j = (y - offset.y()) / grid.voxelMm() + (grid.ny() - 1) / 2.0;
        double k = (z - offset.z()) / grid.sliceMm() + (grid.nz() - 1) / 2.0;
        if (outside(i, grid.nx()) || outside(j, grid.ny()) || outside(k, grid.nz())) {
            return 0;
        }
        int i0 = lower(i, grid.nx());
        int j0 = lower(j, grid.ny());
        int k0 = lower(k, grid.nz());
        double u = within(i - i0);
        double v = within(j - j0);
        double w = within(k - k0);
        int stepI = grid.nx() > 1 ? grid.ny() * grid.nz() : 0;
        int stepJ = grid.ny() > 1 ? grid.nz() : 0;
        int stepK = grid.nz() > 1 ? 1 : 0;
        int n = (i0 * grid.ny() + j0) * grid.nz() + k0;
        return (1 - u) * ((1 - v) * pair(n, stepK, w) + v * pair(n + stepJ, stepK, w))
                + u * ((1 - v) * pair(n + stepI, stepK, w) + v * pair(n + stepI + stepJ, stepK, w));
    }

    private double pair(int n, int step, double w) {
        return (1 - w) * values[n] + w * values[n + step];
    }

    private static boolean outside(double at, int count) {
        return at < -0.5 || at > count - 0.5;
    }

    private static int lower(double at, int count) {
        return (int) Math.max(0, Math.min(Math.max(0, count - 2), Math.floor(at)));
    }

    private static double within(double fraction) {
        return Math.max(0, Math.min(1, fraction));
    }
}
