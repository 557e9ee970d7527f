package io.tomogrid.engine.scatter;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.PetGrid;

/** An image averaged over blocks of voxels: what scatter, which varies slowly, is computed from. Scanner coordinates, mm. */
final class CoarseImage {
    private final PetGrid grid;
    private final float[] values;

    private CoarseImage(PetGrid grid, float[] values) {
        this.grid = grid;
        this.values = values;
    }

    /**
     * Which blocks the voxels of one direction lie in: what is not in the lower one is in the next.
     *
     * @param upper part of each voxel that is in the next block
     */
    private record Blocks(int count, int[] lower, double[] upper) {
        /** @param voxels of the fine grid @param each how many of them a block is wide, at least 1 */
        static Blocks of(int voxels, double each) {
            int count = (int) Math.ceil(voxels / each - 1e-9);
            double before = (count * each - voxels) / 2;
            Blocks blocks = new Blocks(count, new int[voxels], new double[voxels]);
            for (int n = 0; n < voxels; n++) {
                int lower = Math.min(count - 1, (int) ((n + before + 1e-9) / each));
                double beyond = n + before + 1 - (lower + 1) * each;
                blocks.lower[n] = lower;
                blocks.upper[n] = lower == count - 1 || beyond < 1e-9 ? 0 : Math.min(1, beyond);
            }
            return blocks;
        }
    }

    /** Blocks of about a size, the same seen from either end; the sum over voxels times their volume stays. */
    static CoarseImage of(PetGrid fine, float[] values, double aboutMm) {
        int widest = Math.max(fine.nx(), fine.ny());
        double across = each(widest, fine.voxelMm(), aboutMm);
        double along = each(fine.nz(), fine.sliceMm(), aboutMm);
        Blocks x = Blocks.of(fine.nx(), across);
        Blocks y = Blocks.of(fine.ny(), across);
        Blocks z = Blocks.of(fine.nz(), along);
        PetGrid grid = new PetGrid(x.count, y.count, z.count, across * fine.voxelMm(), along * fine.sliceMm());
        double[] sums = new double[grid.voxels()];
        for (int i = 0, n = 0; i < fine.nx(); i++) {
            for (int j = 0; j < fine.ny(); j++, n += fine.nz()) {
                for (int corner = 0; corner < 4; corner++) {
                    double ofX = corner % 2 == 0 ? 1 - x.upper[i] : x.upper[i];
                    double ofY = corner / 2 == 0 ? 1 - y.upper[j] : y.upper[j];
                    if (ofX * ofY > 0) {
                        int row = ((x.lower[i] + corner % 2) * y.count + y.lower[j] + corner / 2) * z.count;
                        addColumn(values, n, z, ofX * ofY, sums, row);
                    }
                }
            }
        }
        float[] means = new float[sums.length];
        for (int n = 0; n < means.length; n++) {
            means[n] = (float) (sums[n] / (across * across * along));
        }
        return new CoarseImage(grid, means);
    }

    private static void addColumn(float[] values, int from, Blocks z, double part, double[] sums, int to) {
        for (int k = 0; k < z.lower.length; k++) {
            double value = part * values[from + k];
            sums[to + z.lower[k]] += (1 - z.upper[k]) * value;
            if (z.upper[k] > 0) {
                sums[to + z.lower[k] + 1] += z.upper[k] * value;
            }
        }
    }

    /** Voxels in a block, at least 1. */
    private static double each(int voxels, double sideMm, double aboutMm) {
        double blocks = Math.max(1, Math.min(voxels, Math.rint(voxels * sideMm / aboutMm)));
        return voxels / blocks;
    }

    PetGrid grid() {
        return grid;
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
        double i = x / grid.voxelMm() + (grid.nx() - 1) / 2.0;
        double j = y / grid.voxelMm() + (grid.ny() - 1) / 2.0;
        double k = z / grid.sliceMm() + (grid.nz() - 1) / 2.0;
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
