package io.tomogrid.engine.ct;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.ct.CtView;
import io.tomogrid.imaging.ct.CurvedDetector;
import io.tomogrid.imaging.ct.CurvedScan;
import java.util.ArrayList;
import java.util.List;

/**
 * A scan with its rows rebinned from fan to parallel beams, the cone left as it is; a part for each place of the focal spot.
 * Bin i of the parallel view j is the line {@code t = firstT + i·stepT} at the angle {@code 2π·j/perTurn}; what it measured
 * along z is a detector column.
 *
 * @param perTurn parallel views of one turn, an even number
 */
record Rebinned(int perTurn, double firstT, double stepT, int bins, int rows, List<Part> parts) {
    /** A full turn may lack so much of a step and is one all the same. */
    private static final double CLOSED = 0.05;

    /**
     * @param firstView j of the first view
     * @param views of each view [bins][rows], the row fastest, weighted by the cosine of the cone
     * @param spotZ of each view and bin, mm: where along z the focal spot was when it was measured
     * @param lengthMm of each bin: from the spot to the detector in the plane
     */
    record Part(FocalSpots.Place place, int firstView, float[][] views, float[][] spotZ, double[] lengthMm) {}

    static Rebinned of(CurvedScan scan, Parallel parallel) {
        List<FocalSpots.Place> places = FocalSpots.of(scan);
        CurvedDetector detector = scan.detector();
        int perTurn = 2 * Math.max(2, (int) Math.rint(Math.PI / Math.abs(scan.angleStep())));
        double firstT = places.stream().mapToDouble(p -> p.t()[0]).max().orElseThrow();
        double lastT = places.stream()
                .mapToDouble(p -> p.t()[detector.columns() - 1])
                .min()
                .orElseThrow();
        double stepT = scan.views().get(0).radius() * detector.columnMm() / detector.radiusMm();
        int bins = (int) Math.floor((lastT - firstT) / stepT) + 1;
        if (bins < 2) {
            throw new IllegalArgumentException("detector: expected the places of the focal spot to see rays in common,"
                    + " got " + bins + " bins of " + stepT + " mm");
        }
        List<Part> parts = new ArrayList<>();
        for (FocalSpots.Place place : places) {
            parts.add(part(scan, place, new Grid(perTurn, firstT, stepT, bins), parallel));
        }
        return new Rebinned(perTurn, firstT, stepT, bins, detector.rows(), parts);
    }

    /** Of the parallel beams. */
    private record Grid(int perTurn, double firstT, double stepT, int bins) {}

    private static Part part(CurvedScan scan, FocalSpots.Place place, Grid grid, Parallel parallel) {
        int bins = grid.bins();
        double[] column = new double[bins];
        double[] theta = new double[bins];
        double[] length = new double[bins];
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < bins; i++) {
            column[i] = place.column(grid.firstT() + i * grid.stepT());
            theta[i] = at(place.theta(), column[i]);
            length[i] = at(place.lengthMm(), column[i]);
            least = Math.min(least, theta[i]);
            most = Math.max(most, theta[i]);
        }
        int count = place.views().length;
        double first = scan.views().get(place.views()[0]).angle();
        double last = scan.views().get(place.views()[count - 1]).angle();
        double step = (last - first) / Math.max(1, count - 1);
        double unit = 2 * Math.PI / grid.perTurn();
        boolean closed = scan.circular() && Math.abs(Math.abs(step) * count - 2 * Math.PI) < CLOSED * Math.abs(step);
        double begin = closed ? Math.min(first, last) : Math.min(first, last) + most;
        double end = closed ? begin + 2 * Math.PI - unit / 2 : Math.max(first, last) + least;
        int from = (int) Math.ceil(begin / unit - 1e-9);
        int to = (int) Math.floor(end / unit + 1e-9);
        float[][] views = new float[Math.max(0, to - from + 1)][];
        float[][] spotZ = new float[views.length][];
        parallel.run(views.length, n -> {
            views[n] = new float[bins * scan.detector().rows()];
            spotZ[n] = new float[bins];
            for (int i = 0; i < bins; i++) {
                double view = ((from + n) * unit - theta[i] - first) / step;
                int before = (int) Math.floor(view);
                if (!closed) {
                    before = Math.max(0, Math.min(count - 2, before));
                }
                int one = place.views()[Math.floorMod(before, count)];
                int two = place.views()[Math.floorMod(before + 1, count)];
                float part = (float) (view - before);
                CtView a = scan.views().get(one);
                CtView b = scan.views().get(two);
                spotZ[n][i] =
                        (float) (a.z() + part * (b.z() - a.z()) + place.spot().z());
                mix(scan, one, two, part, column[i], views[n], i);
            }
            weigh(scan.detector(), place.spot(), length, views[n]);
        });
        return new Part(place, from, views, spotZ, length);
    }

    /** Bilinear between two views and two columns, for all rows. */
    private static void mix(CurvedScan scan, int one, int two, float part, double column, float[] into, int bin) {
        int rows = scan.detector().rows();
        int c = Math.min(scan.detector().columns() - 2, (int) column);
        float right = (float) (column - c);
        float[] p = scan.projections()[one];
        float[] q = scan.projections()[two];
        float w00 = (1 - part) * (1 - right);
        float w01 = (1 - part) * right;
        float w10 = part * (1 - right);
        float w11 = part * right;
        int at = c * rows;
        for (int r = 0; r < rows; r++, at++) {
            into[bin * rows + r] = w00 * p[at] + w01 * p[at + rows] + w10 * q[at] + w11 * q[at + rows];
        }
    }

    private static void weigh(CurvedDetector detector, CtView.Spot spot, double[] length, float[] view) {
        for (int i = 0, n = 0; i < length.length; i++) {
            for (int r = 0; r < detector.rows(); r++, n++) {
                double rise = (r - detector.centralRow()) * detector.rowMm() - spot.z();
                view[n] *= (float) (length[i] / Math.hypot(length[i], rise));
            }
        }
    }

    static double at(double[] table, double place) {
        int below = Math.max(0, Math.min(table.length - 2, (int) place));
        return table[below] + (place - below) * (table[below + 1] - table[below]);
    }
}
