package io.tomogrid.engine.ct;

import io.tomogrid.imaging.ct.CtView;
import io.tomogrid.imaging.ct.CurvedScan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Takes a scan with a flying focal spot apart: the views with one place of the spot are a scan of their own, whose tables say
 * which parallel ray each of its columns measures.
 */
final class FocalSpots {
    /** Places of a spot that are told so alike are the same: rad, and mm. */
    private static final double SAME_ANGLE = 1e-6;

    private static final double SAME_MM = 1e-3;
    private static final int MOST_PLACES = 8;

    private FocalSpots() {}

    /**
     * The views of one place of the spot. Rays of column c are parallel to {@code n(φ + theta[c])}, at the distance t[c] from
     * the axis, and reach the detector after lengthMm[c] in the plane.
     *
     * @param views numbers of views in the scan, ascending
     * @param sourceMm of the spot from the axis
     */
    record Place(CtView.Spot spot, int[] views, double sourceMm, double[] theta, double[] t, double[] lengthMm) {
        /** The column, fractional, whose rays pass the axis at t; t must lie between the outermost. */
        double column(double at) {
            int below = 0;
            int above = t.length - 1;
            while (above - below > 1) {
                int middle = (below + above) / 2;
                if (t[middle] <= at) {
                    below = middle;
                } else {
                    above = middle;
                }
            }
            return Math.max(0, Math.min(t.length - 1, below + (at - t[below]) / (t[above] - t[below])));
        }
    }

    /** @throws IllegalArgumentException if the spot takes more places than flying spots do, or columns see rays twice */
    static List<Place> of(CurvedScan scan) {
        List<CtView.Spot> spots = new ArrayList<>();
        List<List<Integer>> views = new ArrayList<>();
        for (int v = 0; v < scan.views().size(); v++) {
            CtView.Spot spot = scan.views().get(v).spot();
            int n = 0;
            while (n < spots.size() && !same(spots.get(n), spot)) {
                n++;
            }
            if (n == spots.size()) {
                spots.add(spot);
                views.add(new ArrayList<>());
            }
            if (spots.size() > MOST_PLACES) {
                throw new IllegalArgumentException("focal spot: expected at most " + MOST_PLACES
                        + " places in Source Angular, Axial and Radial Position Shift (7033,100B to 100D), got another in"
                        + " view " + (v + 1));
            }
            views.get(n).add(v);
        }
        List<Place> places = new ArrayList<>();
        for (int n = 0; n < spots.size(); n++) {
            int[] own = views.get(n).stream().mapToInt(Integer::intValue).toArray();
            places.add(place(scan, spots.get(n), own));
        }
        places.sort(Comparator.comparingInt(place -> place.views()[0]));
        return places;
    }

    /** Between the views of a place the angle is interpolated as if they came evenly. */
    private static void checkTurns(int[] views) {
        if (views.length < 2) {
            throw outOfTurn(views[0]);
        }
        for (int n = 2; n < views.length; n++) {
            if (views[n] - views[n - 1] != views[1] - views[0]) {
                throw outOfTurn(views[n]);
            }
        }
    }

    private static IllegalArgumentException outOfTurn(int view) {
        return new IllegalArgumentException(
                "focal spot: expected its places in Source Angular, Axial and Radial Position"
                        + " Shift (7033,100B to 100D) to take turns, got view " + (view + 1) + " out of turn");
    }

    private static boolean same(CtView.Spot a, CtView.Spot b) {
        return Math.abs(a.angle() - b.angle()) < SAME_ANGLE
                && Math.abs(a.z() - b.z()) < SAME_MM
                && Math.abs(a.radius() - b.radius()) < SAME_MM;
    }

    /** With the focal centre of the view at the angle 0: everything turns with it. */
    private static Place place(CurvedScan scan, CtView.Spot spot, int[] views) {
        checkTurns(views);
        int columns = scan.detector().columns();
        double radius = scan.views().get(0).radius();
        double sourceMm = radius + spot.radius();
        double sourceX = -sourceMm * Math.sin(spot.angle());
        double sourceY = sourceMm * Math.cos(spot.angle());
        double[] theta = new double[columns];
        double[] t = new double[columns];
        double[] length = new double[columns];
        for (int c = 0; c < columns; c++) {
            double fan = scan.detector().fanAngle(c);
            double x = sourceX - scan.detector().radiusMm() * Math.sin(fan);
            double y = sourceY - radius + scan.detector().radiusMm() * Math.cos(fan);
            length[c] = Math.hypot(x, y);
            theta[c] = Math.atan2(-x, y);
            t[c] = sourceX * Math.cos(theta[c]) + sourceY * Math.sin(theta[c]);
            if (c > 0 && t[c] <= t[c - 1]) {
                throw new IllegalArgumentException("detector: columns " + c + " and " + (c + 1)
                        + " do not see rays in order; is Constant Radial Distance (7031,1031) right?");
            }
        }
        return new Place(spot, views, sourceMm, theta, t, length);
    }
}
