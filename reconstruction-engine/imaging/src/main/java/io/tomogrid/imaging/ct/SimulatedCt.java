package io.tomogrid.imaging.ct;

import io.tomogrid.imaging.Vec3;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Scans of a phantom: exact integrals along the line from the focal spot to the middle of each element. */
public final class SimulatedCt {
    private static final long VIEW_STREAM = 0x9e3779b97f4a7c15L;
    private static final double FAR_MM = 1e4;
    /** Above, a Poisson variable is drawn as a normal one. */
    private static final double MANY = 40;

    private SimulatedCt() {}

    /**
     * Views on a helix, or on a circle if the feed is 0.
     *
     * @param perRotation views in one turn @param feedMm in one turn
     * @param spots where the focal spot flies to, view after view, then again from the first
     */
    public static List<CtView> views(
            int count, int perRotation, double firstZ, double feedMm, double radius, List<CtView.Spot> spots) {
        List<CtView> views = new ArrayList<>();
        for (int v = 0; v < count; v++) {
            views.add(new CtView(
                    2 * Math.PI * v / perRotation,
                    firstZ + feedMm * v / perRotation,
                    radius,
                    spots.get(v % spots.size())));
        }
        return views;
    }

    public static CurvedScan curved(CurvedDetector detector, List<CtView> views, CtPhantom phantom) {
        float[][] projections = new float[views.size()][];
        IntStream.range(0, projections.length)
                .parallel()
                .forEach(v -> projections[v] = view(detector, views.get(v), phantom));
        return new CurvedScan(detector, views, projections);
    }

    private static float[] view(CurvedDetector detector, CtView view, CtPhantom phantom) {
        double spot = view.angle() + view.spot().angle();
        double spotRadius = view.radius() + view.spot().radius();
        Vec3 source = new Vec3(
                -spotRadius * Math.sin(spot),
                spotRadius * Math.cos(spot),
                view.z() + view.spot().z());
        float[] integrals = new float[detector.elements()];
        for (int c = 0, n = 0; c < detector.columns(); c++) {
            double at = view.angle() + detector.fanAngle(c);
            double x = -view.radius() * Math.sin(view.angle()) + detector.radiusMm() * Math.sin(at);
            double y = view.radius() * Math.cos(view.angle()) - detector.radiusMm() * Math.cos(at);
            for (int r = 0; r < detector.rows(); r++, n++) {
                double z = view.z() + (r - detector.centralRow()) * detector.rowMm();
                integrals[n] = (float) phantom.integral(source, new Vec3(x, y, z));
            }
        }
        return integrals;
    }

    /** Measures the phantom with the geometry of a scan whose projections do not matter. */
    public static FlatScan flat(FlatScan geometry, CtPhantom phantom) {
        float[][] projections = new float[geometry.projections().length][];
        IntStream.range(0, projections.length)
                .parallel()
                .forEach(v -> projections[v] = view(geometry, geometry.angle(v), phantom));
        return new FlatScan(
                geometry.columns(),
                geometry.rows(),
                geometry.columnMm(),
                geometry.rowMm(),
                geometry.sourceMm(),
                geometry.detectorMm(),
                geometry.firstAngle(),
                geometry.angleStep(),
                projections);
    }

    private static float[] view(FlatScan scan, double angle, CtPhantom phantom) {
        double cos = Math.cos(angle);
        double sin = Math.sin(angle);
        double beyond = scan.sourceMm() - scan.detectorMm();
        Vec3 source = new Vec3(-scan.sourceMm() * sin, scan.sourceMm() * cos, 0);
        float[] integrals = new float[scan.columns() * scan.rows()];
        for (int c = 0, n = 0; c < scan.columns(); c++) {
            double u = (c - (scan.columns() - 1) / 2.0) * scan.columnMm();
            for (int r = 0; r < scan.rows(); r++, n++) {
                double z = (r - (scan.rows() - 1) / 2.0) * scan.rowMm();
                integrals[n] =
                        (float) phantom.integral(source, new Vec3(u * cos - beyond * sin, u * sin + beyond * cos, z));
            }
        }
        return integrals;
    }

    /** Parallel projections of the plane z = 0. */
    public static ParallelScan parallel(int views, int bins, double binMm, CtPhantom phantom) {
        float[][] projections = new float[views][bins];
        ParallelScan scan = new ParallelScan(bins, binMm, projections);
        for (int v = 0; v < views; v++) {
            double cos = Math.cos(scan.angle(v));
            double sin = Math.sin(scan.angle(v));
            for (int b = 0; b < bins; b++) {
                double t = (b - (bins - 1) / 2.0) * binMm;
                projections[v][b] = (float) phantom.integral(
                        new Vec3(t * cos - FAR_MM * sin, t * sin + FAR_MM * cos, 0),
                        new Vec3(t * cos + FAR_MM * sin, t * sin - FAR_MM * cos, 0));
            }
        }
        return scan;
    }

    /**
     * The same projections as so many photons per element in air would tell them; the same seed gives the same noise.
     *
     * @param photons that reach an element behind nothing; none that arrive are taken for half a photon
     */
    public static float[][] noisy(float[][] projections, double photons, long seed) {
        float[][] noisy = new float[projections.length][];
        for (int v = 0; v < projections.length; v++) {
            SplittableRandom random = new SplittableRandom(seed + VIEW_STREAM * (v + 1));
            noisy[v] = new float[projections[v].length];
            for (int n = 0; n < noisy[v].length; n++) {
                double count = poisson(photons * Math.exp(-projections[v][n]), random);
                noisy[v][n] = (float) Math.log(photons / Math.max(count, 0.5));
            }
        }
        return noisy;
    }

    private static double poisson(double mean, SplittableRandom random) {
        if (mean > MANY) {
            return Math.max(0, Math.rint(mean + Math.sqrt(mean) * random.nextGaussian()));
        }
        double limit = Math.exp(-mean);
        int count = 0;
        for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
            count++;
        }
        return count;
    }
}
