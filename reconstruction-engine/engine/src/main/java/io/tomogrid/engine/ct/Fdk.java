package io.tomogrid.engine.ct;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.FlatScan;

/**
 * Circular cone beam by Feldkamp, Davis and Kress 1984, with Parker's weights where the tube turns less than once. Exact in
 * the plane of the circle; a detector of one row is a fan beam. The same bits on any number of threads.
 */
public final class Fdk {
    /*
     * All voxels of one (x, y) see the same column place and the same distance of a view. So two detector columns are mixed
     * once, and then each voxel along z is one linear interpolation within the mixed column: 2 reads instead of 4, contiguous
     * writes (notes: z-column trick, as in Steckmann et al. 2010). Rows of the image belong to one thread each; views come in
     * blocks, so that a block's projections stay in the cache of a row.
     */
    private static final int VIEW_BLOCK = 16;

    private final Kernel kernel;
    private final Parallel parallel;

    public Fdk(Kernel kernel, Parallel parallel) {
        this.kernel = kernel;
        this.parallel = parallel;
    }

    /**
     * Attenuation, 1/mm, in the order of the grid; where no view sees a voxel, what the others say.
     *
     * @param scan its projections stay as they are
     */
    public float[] reconstruct(FlatScan scan, CtGrid grid) {
        float[][] filtered = filter(scan);
        float[] image = new float[grid.voxels()];
        for (int first = 0; first < filtered.length; first += VIEW_BLOCK) {
            int from = first;
            int to = Math.min(filtered.length, first + VIEW_BLOCK);
            parallel.run(grid.ny(), j -> backProject(scan, filtered, from, to, grid, j, image));
        }
        return image;
    }

    /** Weighted by cosine and redundancy, filtered, and times the angle that a view stands for. */
    float[][] filter(FlatScan scan) {
        double toAxis = scan.sourceMm() / scan.detectorMm();
        RampFilter ramp = new RampFilter(scan.columns(), scan.columnMm() * toAxis, kernel);
        ParkerWeights redundancy = new ParkerWeights(scan);
        double step = Math.abs(scan.angleStep());
        float[][] filtered = new float[scan.projections().length][];
        parallel.run(filtered.length, view -> {
            float[] values = scan.projections()[view].clone();
            for (int c = 0, n = 0; c < scan.columns(); c++) {
                double u = (c - (scan.columns() - 1) / 2.0) * scan.columnMm();
                double weight = redundancy.of(view, c) * step * scan.detectorMm();
                for (int r = 0; r < scan.rows(); r++, n++) {
                    double v = (r - (scan.rows() - 1) / 2.0) * scan.rowMm();
                    values[n] *= (float) (weight / Math.sqrt(scan.detectorMm() * scan.detectorMm() + u * u + v * v));
                }
            }
            ramp.apply(values, scan.rows());
            filtered[view] = values;
        });
        return filtered;
    }

    private static void backProject(
            FlatScan scan, float[][] filtered, int from, int to, CtGrid grid, int j, float[] image) {
        int rows = scan.rows();
        float[] column = new float[rows + 1];
        double y = grid.y(j);
        double[] cos = new double[to - from];
        double[] sin = new double[to - from];
        for (int view = from; view < to; view++) {
            cos[view - from] = Math.cos(scan.angle(view));
            sin[view - from] = Math.sin(scan.angle(view));
        }
        for (int i = 0; i < grid.nx(); i++) {
            double x = grid.x(i);
            int voxel = grid.index(i, j, 0);
            for (int view = from; view < to; view++) {
                double c = cos[view - from];
                double s = sin[view - from];
                double distance = scan.sourceMm() + x * s - y * c;
                double magnified = scan.detectorMm() / distance;
                double u = (x * c + y * s) * magnified / scan.columnMm() + (scan.columns() - 1) / 2.0;
                int iu = (int) Math.floor(u);
                if (iu < 0 || iu >= scan.columns() - 1) {
                    continue;
                }
                double near = scan.sourceMm() / distance;
                float weight = (float) (near * near);
                float right = (float) (u - iu) * weight;
                mix(filtered[view], iu * rows, rows, weight - right, right, column);
                double perSlice = grid.sliceMm() * magnified / scan.rowMm();
                double row = grid.z(0) * magnified / scan.rowMm() + (rows - 1) / 2.0;
                Column.add(column, rows, row, perSlice, image, voxel, grid.nz());
            }
        }
    }

    /** Two detector columns as one; the last value stands twice, so that its place can be interpolated. */
    private static void mix(float[] projection, int at, int rows, float left, float right, float[] column) {
        for (int r = 0; r < rows; r++) {
            column[r] = left * projection[at + r] + right * projection[at + rows + r];
        }
        column[rows] = column[rows - 1];
    }
}
