package io.tomogrid.imaging.ct;

import java.io.Serializable;

/**
 * A detector on a cylinder around the focal centre, whose axis is that of rotation. In the scanner's coordinates the focal
 * centre of a view at the angle φ is {@code ρ·n(φ)} with {@code n(φ) = (−sin φ, cos φ)}; element (column, row) stands at
 * {@code ρ·n(φ) − radiusMm·n(φ + a)} with {@code a = (column − centralColumn)·columnMm/radiusMm}, and along z by {@code
 * (row − centralRow)·rowMm} beside the focal centre.
 *
 * @param columnMm from a column to the next, along the arc
 * @param rowMm from a row to the next
 * @param radiusMm of the cylinder
 * @param centralColumn which column, from 0 and generally fractional, sees the axis @param centralRow likewise
 */
public record CurvedDetector(
        int columns, int rows, double columnMm, double rowMm, double radiusMm, double centralColumn, double centralRow)
        implements Serializable {
    public CurvedDetector {
        if (columns < 2 || rows < 1) {
            throw new IllegalArgumentException(
                    "detector: expected at least 2 columns and 1 row, got " + columns + " and " + rows);
        }
        if (!(columnMm > 0 && rowMm > 0 && radiusMm > 0) || Double.isInfinite(columnMm * rowMm * radiusMm)) {
            throw new IllegalArgumentException("detector: expected positive spacings and radius, got " + columnMm + ", "
                    + rowMm + " and " + radiusMm + " mm");
        }
        if (!(centralColumn > -0.5 && centralColumn < columns - 0.5)) {
            throw new IllegalArgumentException("detector: expected the central column among " + columns
                    + " columns, got " + centralColumn + " from 0");
        }
        if (columns * columnMm / radiusMm >= Math.PI) {
            throw new IllegalArgumentException("detector: expected to span less than half a circle, got "
                    + columns * columnMm / radiusMm + " rad");
        }
    }

    /** Fan angle of a column, rad. */
    public double fanAngle(double column) {
        return (column - centralColumn) * columnMm / radiusMm;
    }

    public int elements() {
        return columns * rows;
    }
}
