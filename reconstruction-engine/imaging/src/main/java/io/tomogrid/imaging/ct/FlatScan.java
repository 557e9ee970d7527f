package io.tomogrid.imaging.ct;

/**
 * A circular scan with a flat detector; one row makes it a fan beam. The source of the view at β is {@code
 * sourceMm·n(β)}, {@code n(β) = (−sin β, cos β)}, z = 0; element (column, row) stands {@code detectorMm} from it beyond the
 * axis, by {@code (column − (columns − 1)/2)·columnMm} along {@code (cos β, sin β)} and by {@code (row − (rows − 1)/2)·rowMm}
 * along z.
 *
 * @param sourceMm from the source to the axis @param detectorMm from the source to the detector
 * @param firstAngle of the first view, rad @param angleStep to the next view, rad; negative ones turn the other way
 * @param projections line integrals of the attenuation of each view, [columns][rows], the row fastest
 */
public record FlatScan(
        int columns,
        int rows,
        double columnMm,
        double rowMm,
        double sourceMm,
        double detectorMm,
        double firstAngle,
        double angleStep,
        float[][] projections) {
    /** Part of a step by which a full turn may be missed. */
    private static final double CLOSED = 1e-3;

    public FlatScan {
        if (columns < 2 || rows < 1 || projections.length < 2) {
            throw new IllegalArgumentException("flat scan: expected at least 2 columns, 1 row and 2 views, got "
                    + columns + ", " + rows + " and " + projections.length);
        }
        if (!(columnMm > 0 && rowMm > 0 && sourceMm > 0 && detectorMm >= sourceMm)
                || Double.isInfinite(columnMm * rowMm * detectorMm)) {
            throw new IllegalArgumentException("flat scan: expected positive spacings and distances, got " + columnMm
                    + ", " + rowMm + ", " + sourceMm + " and " + detectorMm + " mm");
        }
        if (!(Math.abs(angleStep) > 1e-6 && Math.abs(angleStep) < 0.5) || !Double.isFinite(firstAngle)) {
            throw new IllegalArgumentException(
                    "flat scan: expected views a small angle apart, got " + angleStep + " rad from " + firstAngle);
        }
        for (int v = 0; v < projections.length; v++) {
            if (projections[v].length != columns * rows) {
                throw new IllegalArgumentException("flat scan, view " + v + ": expected " + columns * rows
                        + " values, got " + projections[v].length);
            }
        }
        double range = Math.abs(angleStep) * projections.length;
        if (range < 2 * Math.PI - CLOSED && range < Math.PI + 2 * Math.atan(columns * columnMm / 2 / detectorMm)) {
            throw new IllegalArgumentException(
                    "flat scan: " + projections.length + " views cover " + Math.toDegrees(range)
                            + " degrees, less than half a turn and the fan: the geometry does not close");
        }
    }

    public double angle(int view) {
        return firstAngle + view * angleStep;
    }

    /** Whether every line is measured twice, but for the cone. */
    public boolean fullTurn() {
        return Math.abs(angleStep) * projections.length >= 2 * Math.PI - CLOSED;
    }

    /** Of a column, rad. */
    public double fanAngle(double column) {
        return Math.atan((column - (columns - 1) / 2.0) * columnMm / detectorMm);
    }
}
