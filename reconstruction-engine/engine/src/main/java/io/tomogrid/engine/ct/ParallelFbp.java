package io.tomogrid.engine.ct;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.ParallelScan;

/** Filtered back projection of parallel projections of one slice: the reference that the other geometries come down to. */
public final class ParallelFbp {
    private final Kernel kernel;
    private final Parallel parallel;

    public ParallelFbp(Kernel kernel, Parallel parallel) {
        this.kernel = kernel;
        this.parallel = parallel;
    }

    /** For whoever filters elsewhere. @param grid of one slice */
    public static RampTables ramp(ParallelScan scan, CtGrid grid, Kernel kernel) {
        check(grid);
        return new RampFilter(scan.bins(), scan.binMm(), kernel).tables();
    }

    private static void check(CtGrid grid) {
        if (grid.nz() != 1) {
            throw new IllegalArgumentException("parallel scan: expected a grid of one slice, got " + grid.nz());
        }
    }

    /** Attenuation, 1/mm, [ny][nx]. @param grid of one slice */
    public float[] reconstruct(ParallelScan scan, CtGrid grid) {
        check(grid);
        int views = scan.projections().length;
        RampFilter ramp = new RampFilter(scan.bins(), scan.binMm(), kernel);
        float[][] filtered = new float[views][];
        parallel.run(views, v -> {
            filtered[v] = scan.projections()[v].clone();
            ramp.apply(filtered[v], 1);
        });
        float[] image = new float[grid.voxels()];
        parallel.run(grid.ny(), j -> {
            for (int v = 0; v < views; v++) {
                double cos = Math.cos(scan.angle(v));
                double along = grid.y(j) * Math.sin(scan.angle(v));
                for (int i = 0; i < grid.nx(); i++) {
                    double bin = (grid.x(i) * cos + along) / scan.binMm() + (scan.bins() - 1) / 2.0;
                    int left = (int) Math.floor(bin);
                    if (left >= 0 && left < scan.bins() - 1) {
                        float part = (float) (bin - left);
                        float value = (1 - part) * filtered[v][left] + part * filtered[v][left + 1];
                        image[grid.index(i, j, 0)] += (float) (value * Math.PI / views);
                    }
                }
            }
        });
        return image;
    }
}
