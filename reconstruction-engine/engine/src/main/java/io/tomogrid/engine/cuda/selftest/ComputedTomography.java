package io.tomogrid.engine.cuda.selftest;

import static io.tomogrid.engine.cuda.selftest.Comparison.check;

import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.engine.ct.WeightedFbp;
import io.tomogrid.engine.cuda.selftest.Comparison.Pair;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.ct.CtGrid;
import io.tomogrid.imaging.ct.CtPhantom;
import io.tomogrid.imaging.ct.CtView;
import io.tomogrid.imaging.ct.CurvedDetector;
import io.tomogrid.imaging.ct.CurvedScan;
import io.tomogrid.imaging.ct.FlatScan;
import io.tomogrid.imaging.ct.ParallelScan;
import io.tomogrid.imaging.ct.SimulatedCt;
import io.tomogrid.imaging.pet.Solid;
import java.util.List;

/** Filtered back projection of a cylinder of water, from exact projections, in three geometries: it has water's attenuation. */
final class ComputedTomography {
    private static final double WATER = CtPhantom.WATER_PER_MM;
    /** What the sampling of these scans leaves in the middle of the cylinder. */
    private static final double BOUND = 0.01 * WATER;

    private static final double RADIUS_MM = 80;
    private static final double SOURCE_MM = 595;
    private static final List<CtView.Spot> SPOTS =
            List.of(new CtView.Spot(0.0008, 0.3, -2), new CtView.Spot(-0.0008, -0.3, 2));

    private final Comparison both;
    private final CtPhantom water;
    /** Columns of detectors, and voxels across images. */
    private final int size;

    ComputedTomography(Comparison both) {
        this.both = both;
        this.size = both.emulated() ? 48 : 256;
        this.water = new CtPhantom(
                List.of(CtPhantom.part(new Solid.Cylinder(new Vec3(0, 0, 0), RADIUS_MM, RADIUS_MM, 1000), 0, -1000)));
    }

    List<Check> checks() {
        return List.of(parallel(), circle(1, "a full turn"), circle(0.7, "a short scan"), helix());
    }

    private Check parallel() {
        ParallelScan scan = SimulatedCt.parallel(2 * size, size, 250.0 / size, water);
        CtGrid grid = new CtGrid(size, size, 1, 240.0 / size, 1, new Vec3(0, 0, 0));
        Pair<float[]> made = both.pair(backend -> backend.fbp(Kernel.RAMP).parallel(scan, grid));
        return check("ramp, back_project_parallel", "parallel beams, pixels", made, off(made.device(), grid), BOUND);
    }

    private Check circle(double turn, String what) {
        int views = 2 * size;
        int rows = size / 4;
        FlatScan empty = new FlatScan(
                size,
                rows,
                450.0 / size,
                450.0 / size,
                600,
                900,
                0.3,
                2 * Math.PI * turn / views,
                new float[views][size * rows]);
        FlatScan scan = SimulatedCt.flat(empty, water);
        CtGrid grid = new CtGrid(size, size, rows / 2, 240.0 / size, 240.0 / size, new Vec3(0, 0, 0));
        Pair<float[]> made = both.pair(backend -> backend.fbp(Kernel.RAMP).circular(scan, grid));
        return check("ramp, back_project_circle", "cone beam, " + what, made, off(made.device(), grid), BOUND);
    }

    private Check helix() {
        int rows = both.emulated() ? 12 : 64;
        int perTurn = 3 * size;
        CurvedDetector detector =
                new CurvedDetector(size, rows, 470.0 / size, 2.9, 1085.6, (size - 0.5) / 2, (rows - 1) / 2.0);
        double feed = 0.7 * rows * 2.9 * SOURCE_MM / detector.radiusMm();
        List<CtView> views = SimulatedCt.views(2 * perTurn, perTurn, -feed, feed, SOURCE_MM, SPOTS);
        CurvedScan scan = SimulatedCt.curved(detector, views, water);
        CtGrid grid = new CtGrid(size, size, 8, 220.0 / size, 1, new Vec3(0, 0, 0));
        Pair<WeightedFbp.Image> made =
                both.pair(backend -> backend.fbp(Kernel.RAMP).helical(scan, grid));
        float[] a = made.device().attenuation();
        float[] b = made.processors().attenuation();
        return check(
                "ramp, back_project_helix",
                "a helix, flying focal spot",
                made,
                a.length,
                n -> Float.floatToRawIntBits(a[n]) == Float.floatToRawIntBits(b[n]),
                off(a, grid),
                BOUND);
    }

    /** How far the mean of the middle slice is from water, within half the cylinder's radius. */
    private static double off(float[] image, CtGrid grid) {
        double sum = 0;
        int count = 0;
        for (int j = 0; j < grid.ny(); j++) {
            for (int i = 0; i < grid.nx(); i++) {
                if (Math.hypot(grid.x(i), grid.y(j)) < RADIUS_MM / 2) {
                    sum += image[grid.index(i, j, grid.nz() / 2)];
                    count++;
                }
            }
        }
        return sum / count - WATER;
    }
}
