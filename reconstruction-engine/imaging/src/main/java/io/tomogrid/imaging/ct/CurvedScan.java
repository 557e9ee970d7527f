package io.tomogrid.imaging.ct;

import java.util.List;

/**
 * A helical or circular scan with a curved detector.
 *
 * @param views in the order of time
 * @param projections of each view line integrals of the attenuation, without unit, [columns][rows], the row fastest
 */
public record CurvedScan(CurvedDetector detector, List<CtView> views, float[][] projections) {
    private static final double ANGLE_TOLERANCE = 0.2;

    public CurvedScan {
        views = List.copyOf(views);
        if (views.size() < 2 || views.size() != projections.length) {
            throw new IllegalArgumentException("scan: expected as many projections as views, at least 2, got "
                    + projections.length + " and " + views.size());
        }
    }

    /** Mean angle from a view to the next, rad; negative when the tube turns the other way. */
    public double angleStep() {
        return (views.get(views.size() - 1).angle() - views.get(0).angle()) / (views.size() - 1);
    }

    /** Angle from the first view to the last and one step more, rad, positive. */
    public double coverage() {
        return Math.abs(angleStep()) * views.size();
    }

    /** Whether the patient stands still. */
    public boolean circular() {
        double first = views.get(0).z();
        double step = detector.rowMm() * views.get(0).radius() / detector.radiusMm();
        return views.stream().allMatch(view -> Math.abs(view.z() - first) < step / 100);
    }

    /** Patient's way in one rotation, mm, positive. */
    public double feedPerRotation() {
        double way = views.get(views.size() - 1).z() - views.get(0).z();
        return Math.abs(way / (angleStep() * (views.size() - 1))) * 2 * Math.PI;
    }

    /**
     * Refuses what cannot become an image.
     *
     * @throws CtScanException naming the first fault: values that are no numbers, a view that is missing, a trajectory that
     *     is neither circle nor helix, or too few views to close
     */
    public void check() throws CtScanException {
        checkValues();
        checkTrajectory();
        double fan = Math.abs(detector.fanAngle(detector.columns() - 1) - detector.fanAngle(0));
        if (coverage() < Math.PI + fan - 1e-6) {
            throw new CtScanException("Detector Focal Center Angular Position (7031,1001): " + views.size()
                    + " views cover " + degrees(coverage()) + " degrees, and half a turn and the fan need "
                    + degrees(Math.PI + fan) + ": the geometry does not close");
        }
    }

    private void checkValues() throws CtScanException {
        for (int v = 0; v < projections.length; v++) {
            if (projections[v].length != detector.elements()) {
                throw new CtScanException("Pixel Data (7FE0,0010) of view " + (v + 1) + ": expected "
                        + detector.elements() + " values, got " + projections[v].length);
            }
            for (float value : projections[v]) {
                if (!Float.isFinite(value)) {
                    throw new CtScanException("Pixel Data (7FE0,0010) of view " + (v + 1)
                            + ": expected finite line integrals, got " + value);
                }
            }
            CtView view = views.get(v);
            if (!(view.radius() > 0 && view.radius() < detector.radiusMm())
                    || !Double.isFinite(view.z())
                    || !Double.isFinite(view.angle())) {
                throw new CtScanException("Detector Focal Center Radial Distance (7031,1003) of view " + (v + 1)
                        + ": expected more than 0 and less than the detector's " + detector.radiusMm() + " mm, got "
                        + view.radius() + " mm at the angle " + view.angle() + " and z " + view.z());
            }
        }
    }

    private void checkTrajectory() throws CtScanException {
        double step = angleStep();
        if (!(Math.abs(step) > 1e-6 && Math.abs(step) < 0.5)) {
            throw new CtScanException("Detector Focal Center Angular Position (7031,1001): expected views a small angle"
                    + " apart, got " + degrees(step) + " degrees");
        }
        CtView first = views.get(0);
        double feed = (views.get(views.size() - 1).z() - first.z()) / (views.size() - 1);
        for (int v = 1; v < views.size(); v++) {
            double angle = views.get(v).angle() - views.get(v - 1).angle();
            if (Math.abs(angle - step) > ANGLE_TOLERANCE * Math.abs(step)) {
                throw new CtScanException("Detector Focal Center Angular Position (7031,1001): expected "
                        + degrees(step) + " degrees from view " + v + " to the next, got " + degrees(angle)
                        + ": a view is missing or twice there");
            }
            double beside = views.get(v).z() - (first.z() + v * feed);
            if (Math.abs(beside) > detector.rowMm()) {
                throw new CtScanException("Detector Focal Center Axial Position (7031,1002): view " + (v + 1) + " is "
                        + beside + " mm beside the helix from the first view to the last");
            }
            if (Math.abs(views.get(v).radius() - first.radius()) > detector.rowMm()) {
                throw new CtScanException("Detector Focal Center Radial Distance (7031,1003): expected "
                        + first.radius() + " mm as in the first view, got "
                        + views.get(v).radius() + " mm in view " + (v + 1));
            }
        }
    }

    private static double degrees(double angle) {
        return Math.rint(Math.toDegrees(angle) * 1000) / 1000;
    }
}
