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

    private static final double SAME_ANGLE = 1e-9;

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
        double[][] direction = new double[filtered.length][];
        for (int view = 0; view < direction.length; view++) {
            direction[view] = new double[] {Math.cos(scan.angle(view)), Math.sin(scan.angle(view))};
        }
        if (fourfold(scan, grid)) {
            float[][] packed = packed(scan, filtered);
            for (int first = 0; first < packed.length; first += VIEW_BLOCK / 4) {
                int from = first;
                int to = Math.min(packed.length, first + VIEW_BLOCK / 4);
                parallel.run(
                        grid.ny() / 2, j -> backProjectFourfold(scan, packed, direction, from, to, grid, j, image));
            }
        } else {
            for (int first = 0; first < filtered.length; first += VIEW_BLOCK) {
                int from = first;
                int to = Math.min(filtered.length, first + VIEW_BLOCK);
                parallel.run(grid.ny(), j -> backProject(scan, filtered, direction, from, to, grid, j, image));
            }
        }
        return image;
    }

    /** Whether a quarter of a turn maps views onto views and voxels onto voxels, none of them onto itself. */
    static boolean fourfold(FlatScan scan, CtGrid grid) {
        int views = scan.projections().length;
        double turn = Math.abs(scan.angleStep()) * views;
        return views % 4 == 0
                && Math.abs(turn - 2 * Math.PI) < SAME_ANGLE
                && grid.nx() == grid.ny()
                && grid.nx() % 2 == 0
                && grid.centre().x() == 0
                && grid.centre().y() == 0;
    }

    /** Of the detector as it would stand at the axis. */
    static RampFilter ramp(FlatScan scan, Kernel kernel) {
        double toAxis = scan.sourceMm() / scan.detectorMm();
        return new RampFilter(scan.columns(), scan.columnMm() * toAxis, kernel);
    }

    /** Weighted by cosine and redundancy, filtered, and times the angle that a view stands for. */
    float[][] filter(FlatScan scan) {
        RampFilter ramp = ramp(scan, kernel);
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
            FlatScan scan,
            float[][] filtered,
            double[][] direction,
            int from,
            int to,
            CtGrid grid,
            int j,
            float[] image) {
        int rows = scan.rows();
        float[] column = new float[rows + 1];
        for (int i = 0; i < grid.nx(); i++) {
            int voxel = grid.index(i, j, 0);
            for (int view = from; view < to; view++) {
                Place place = Place.of(scan, grid, i, j, direction[view]);
                if (place != null) {
                    mix(filtered[view], rows, place, column);
                    column[rows] = column[rows - 1];
                    Column.add(column, rows, place.row(), place.perSlice(), image, voxel, grid.nz());
                }
            }
        }
    }

    /** Views a quarter of a turn apart side by side: [columns][rows][4]. The views are let go on the way. */
    private float[][] packed(FlatScan scan, float[][] filtered) {
        int quarter = filtered.length / 4;
        float[][] packed = new float[quarter][];
        parallel.run(quarter, view -> {
            float[] four = new float[4 * scan.columns() * scan.rows()];
            for (int q = 0; q < 4; q++) {
                float[] one = filtered[view + q * quarter];
                for (int n = 0; n < one.length; n++) {
                    four[4 * n + q] = one[n];
                }
                filtered[view + q * quarter] = null;
            }
            packed[view] = four;
        });
        return packed;
    }

    /**
     * Of the voxels of a quarter of the image and those that they come to by quarters of a turn. What one of the four sees in
     * a view, the next sees in the view a quarter further: at the same place, so that place is computed once.
     */
    private static void backProjectFourfold(
            FlatScan scan,
            float[][] packed,
            double[][] direction,
            int from,
            int to,
            CtGrid grid,
            int j,
            float[] image) {
        int rows = scan.rows();
        int n = grid.nx();
        int way = scan.angleStep() > 0 ? 1 : 3;
        float[] column = new float[4 * rows + 4];
        int[] turned = new int[4];
        int[] voxels = new int[4];
        for (int i = 0; i < n / 2; i++) {
            turned[0] = grid.index(i, j, 0);
            turned[way] = grid.index(n - 1 - j, i, 0);
            turned[2] = grid.index(n - 1 - i, n - 1 - j, 0);
            turned[4 - way] = grid.index(j, n - 1 - i, 0);
            for (int view = from; view < to; view++) {
                for (int q = 0; q < 4; q++) {
                    Place place = Place.of(scan, grid, i, j, direction[view + q * packed.length]);
                    if (place == null) {
                        continue;
                    }
                    for (int v = 0; v < 4; v++) {
                        voxels[(q + v) % 4] = turned[v];
                    }
                    mix(packed[view], 4 * rows, place, column);
                    System.arraycopy(column, 4 * rows - 4, column, 4 * rows, 4);
                    Column.addFour(column, rows, place.row(), place.perSlice(), image, voxels, grid.nz());
                }
            }
        }
    }

    /** Where the voxels of one (x, y) lie in a view: between which columns, at which row and how far apart. */
    private record Place(int left, float weightLeft, float weightRight, double row, double perSlice) {
        /** Null beside the detector. */
        static Place of(FlatScan scan, CtGrid grid, int i, int j, double[] direction) {
            double cos = direction[0];
            double sin = direction[1];
            double x = grid.x(i);
            double y = grid.y(j);
            double distance = scan.sourceMm() + x * sin - y * cos;
            double magnified = scan.detectorMm() / distance;
            double u = (x * cos + y * sin) * magnified / scan.columnMm() + (scan.columns() - 1) / 2.0;
            int left = (int) Math.floor(u);
            if (left < 0 || left >= scan.columns() - 1) {
                return null;
            }
            double near = scan.sourceMm() / distance;
            float weight = (float) (near * near);
            float right = (float) (u - left) * weight;
            double row = grid.z(0) * magnified / scan.rowMm() + (scan.rows() - 1) / 2.0;
            return new Place(left, weight - right, right, row, grid.sliceMm() * magnified / scan.rowMm());
        }
    }

    /** Two detector columns of so many values as one. */
    private static void mix(float[] projection, int values, Place place, float[] column) {
        int at = place.left() * values;
        float left = place.weightLeft();
        float right = place.weightRight();
        for (int r = 0; r < values; r++) {
            column[r] = left * projection[at + r] + right * projection[at + values + r];
        }
    }
}
