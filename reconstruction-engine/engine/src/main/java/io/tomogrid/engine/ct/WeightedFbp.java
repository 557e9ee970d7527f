package io.tomogrid.engine.ct;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CurvedDetector;
import io.tomogrid.imaging.ct.CurvedScan;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Helical and circular scans with a curved detector by weighted filtered back projection: Stierstorfer, Rauscher, Boese,
 * Bruder, Schaller and Flohr, Weighted FBP, Phys. Med. Biol. 49 (2004) 2209. All data of the detector are used, whatever the
 * pitch. The same bits on any number of threads.
 */
public final class WeightedFbp {
    /*
     * 1. rows are rebinned from fan to parallel beams, 2. filtered by the ramp, 3. back projected along their cone. Of a
     * voxel, all views θ, θ + π, θ + 2π … that see it are averaged, with weights that fall off towards the outer rows; then
     * the averages are summed over θ from 0 to π. Views with different places of a flying focal spot are rebinned and
     * filtered apart, each by the geometry it has, and meet in that average: that their samples interleave then cancels the
     * aliases of each.
     *
     * As in Fdk, the voxels of one (x, y) share the place across and the distance, so a column of voxels is interpolated in
     * one mixed detector column; the weights are a column too.
     */

    /** Part of the rows from the middle on that have the full weight. */
    private static final double FULL = 0.5;

    private final Kernel kernel;
    private final Parallel parallel;

    public WeightedFbp(Kernel kernel, Parallel parallel) {
        this.kernel = kernel;
        this.parallel = parallel;
    }

    /**
     * An image and what of it can be trusted.
     *
     * @param attenuation 1/mm, in the order of the grid; NaN outside the circle that all views see
     * @param complete of each slice, whether every voxel of that circle is seen from all around
     */
    public record Image(float[] attenuation, boolean[] complete) {}

    /** Radius of the circle about the axis that every view sees, mm. */
    public static double fieldOfView(CurvedScan scan) {
        double radius = Double.POSITIVE_INFINITY;
        for (FocalSpots.Place place : FocalSpots.of(scan)) {
            radius = Math.min(radius, Math.min(-place.t()[0], place.t()[place.t().length - 1]));
        }
        return radius
                - scan.views().get(0).radius()
                        * scan.detector().columnMm()
                        / scan.detector().radiusMm();
    }

    public Image reconstruct(CurvedScan scan, CtGrid grid) {
        Rebinned rebinned = Rebinned.of(scan, parallel);
        RampFilter ramp = new RampFilter(rebinned.bins(), rebinned.stepT(), kernel);
        for (Rebinned.Part part : rebinned.parts()) {
            parallel.run(part.views().length, v -> ramp.apply(part.views()[v], rebinned.rows()));
        }
        double radius = fieldOfView(scan);
        float[] image = new float[grid.voxels()];
        AtomicIntegerArray incomplete = new AtomicIntegerArray(grid.nz());
        float[] weights = rowWeights(rebinned.rows());
        double[][] direction = directions(rebinned.perTurn());
        parallel.run(grid.ny(), j -> {
            var row = new RowOfVoxels(scan.detector(), rebinned, grid, weights, direction);
            for (int i = 0; i < grid.nx(); i++) {
                int voxel = grid.index(i, j, 0);
                if (Math.hypot(grid.x(i), grid.y(j)) > radius) {
                    Arrays.fill(image, voxel, voxel + grid.nz(), Float.NaN);
                } else {
                    row.backProject(grid.x(i), grid.y(j), image, voxel, incomplete);
                }
            }
        });
        boolean[] complete = new boolean[grid.nz()];
        for (int k = 0; k < complete.length; k++) {
            complete[k] = incomplete.get(k) == 0;
        }
        return new Image(image, complete);
    }

    /** 1 in the middle, falling by a squared cosine to almost 0 at the edge of the outermost row. */
    static float[] rowWeights(int rows) {
        float[] weights = new float[rows + 1];
        for (int r = 0; r < rows; r++) {
            double place = Math.abs(r - (rows - 1) / 2.0) / (rows / 2.0);
            double cos = Math.cos(Math.PI / 2 * (place - FULL) / (1 - FULL));
            weights[r] = place <= FULL ? 1 : (float) (cos * cos);
        }
        weights[rows] = weights[rows - 1];
        return weights;
    }

    static double[][] directions(int perTurn) {
        double[][] direction = new double[perTurn][];
        for (int j = 0; j < perTurn; j++) {
            double theta = 2 * Math.PI * j / perTurn;
            direction[j] = new double[] {Math.cos(theta), Math.sin(theta)};
        }
        return direction;
    }

    /** Buffers of one thread's work on the voxels of one row of the image. */
    private static final class RowOfVoxels {
        private final CurvedDetector detector;
        private final Rebinned rebinned;
        private final CtGrid grid;
        private final float[] weights;
        private final double[][] direction;
        private final float[] column;
        private final float[] sum;
        private final float[] weight;
        private final float[] perTheta;
        /** Slices that the views of one θ reach. */
        private int first;

        private int end;

        RowOfVoxels(CurvedDetector detector, Rebinned rebinned, CtGrid grid, float[] weights, double[][] direction) {
            this.detector = detector;
            this.rebinned = rebinned;
            this.grid = grid;
            this.weights = weights;
            this.direction = direction;
            column = new float[rebinned.rows() + 1];
            sum = new float[grid.nz()];
            weight = new float[grid.nz()];
            perTheta = new float[grid.nz()];
        }

        void backProject(double x, double y, float[] image, int voxel, AtomicIntegerArray incomplete) {
            int half = rebinned.perTurn() / 2;
            Arrays.fill(perTheta, 0);
            for (int theta = 0; theta < half; theta++) {
                Arrays.fill(sum, 0);
                Arrays.fill(weight, 0);
                first = grid.nz();
                end = 0;
                for (Rebinned.Part part : rebinned.parts()) {
                    int start = Math.floorMod(theta - part.firstView(), half);
                    for (int view = start; view < part.views().length; view += half) {
                        gather(part, view, x, y);
                    }
                }
                for (int k = first; k < end; k++) {
                    if (weight[k] > 0) {
                        image[voxel + k] += sum[k] / weight[k];
                        perTheta[k]++;
                    }
                }
            }
            float step = (float) (Math.PI / half);
            for (int k = 0; k < grid.nz(); k++) {
                image[voxel + k] *= step;
                if (perTheta[k] < half) {
                    incomplete.set(k, 1);
                }
            }
        }

        private void gather(Rebinned.Part part, int view, double x, double y) {
            double[] d = direction[Math.floorMod(part.firstView() + view, rebinned.perTurn())];
            double t = x * d[0] + y * d[1];
            double bin = (t - rebinned.firstT()) / rebinned.stepT();
            int left = (int) Math.floor(bin);
            if (left < 0 || left >= rebinned.bins() - 1) {
                return;
            }
            float right = (float) (bin - left);
            double source = part.place().sourceMm();
            double distance = Math.sqrt(source * source - t * t) + x * d[1] - y * d[0];
            float[] spotZ = part.spotZ()[view];
            double z = spotZ[left] + (bin - left) * (spotZ[left + 1] - spotZ[left]);
            double magnified = Rebinned.at(part.lengthMm(), bin) / distance / detector.rowMm();
            double row =
                    (grid.z(0) - z) * magnified + part.place().spot().z() / detector.rowMm() + detector.centralRow();
            double perSlice = grid.sliceMm() * magnified;
            int rows = rebinned.rows();
            int from = Column.first(row, perSlice);
            int to = Column.end(rows, row, perSlice, grid.nz());
            if (from >= to) {
                return;
            }
            first = Math.min(first, from);
            end = Math.max(end, to);
            float[] values = part.views()[view];
            int at = left * rows;
            for (int r = 0; r < rows; r++) {
                column[r] = weights[r] * ((1 - right) * values[at + r] + right * values[at + rows + r]);
            }
            column[rows] = column[rows - 1];
            Column.add(column, weights, rows, row, perSlice, sum, weight, grid.nz());
        }
    }
}
