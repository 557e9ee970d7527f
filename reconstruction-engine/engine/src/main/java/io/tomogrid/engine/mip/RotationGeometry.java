package io.tomogrid.engine.mip;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.VolumeGeometry;

/**
 * Frames that look at a patient from all around. All rays are parallel and at right angles to the axis, which runs through
 * {@link #centre()} from feet to head. Frame 0 looks from the front; with each frame the viewer goes on by 360° / frames
 * towards the patient's left, so frame frames/4 looks from the left and frame frames/2 from the back.
 *
 * <p>Rows run from head to feet. In frame 0 the columns run to the patient's left, as in a coronal view.
 *
 * @param frames at least 1
 * @param reach pixels from the axis to the frame's left and right edge columns; a frame has {@code 2·reach + 1} columns
 * @param rows of a frame
 * @param pixelMm distance of rows and of columns, mm
 * @param centre place of the axis (x, y) and of the middle between first and last row (z), LPS mm
 * @param frameOfReferenceUid in which the centre is given
 */
public record RotationGeometry(
        int frames, int reach, int rows, double pixelMm, Vec3 centre, String frameOfReferenceUid) {

    public RotationGeometry {
        if (frames < 1 || reach < 1 || rows < 1 || !(pixelMm > 0)) {
            throw new IllegalArgumentException(
                    "rotation: expected frames, reach and rows of at least 1 and pixels above 0" + " mm, got " + frames
                            + ", " + reach + ", " + rows + " and " + pixelMm + " mm");
        }
        double columns = 2.0 * reach + 1;
        if (columns * rows * Math.max(frames, columns) > Integer.MAX_VALUE / 2) {
            throw new IllegalArgumentException("rotation: " + frames + " frames of " + rows + " rows and "
                    + (long) columns + " columns are too many; choose larger pixels or fewer frames");
        }
    }

    public int columns() {
        return 2 * reach + 1;
    }

    /** Where a pixel stands in an array of all frames: {@code (frame·rows + row)·columns + column}. */
    public int index(int frame, int row, int column) {
        return (frame * rows + row) * columns() + column;
    }

    public int pixels() {
        return frames * rows * columns();
    }

    /**
     * What a node adds to the column that it belongs to, which is {@code (int) (alongX + alongY)}.
     *
     * @param direction {@link #columnDirection} of the frame
     * @param node along x, 0 … columns − 1
     */
    public double alongX(Vec3 direction, int node) {
        return (node - reach) * direction.x() + (reach + 0.5);
    }

    /** As {@link #alongX}, of a node along y. */
    public double alongY(Vec3 direction, int node) {
        return (node - reach) * direction.y();
    }

    /** Frames that must be projected; in an even rotation those of the second half mirror those of the first. */
    public int projectedFrames() {
        return frames % 2 == 0 ? frames / 2 : frames;
    }

    /** Radians from the frontal view. */
    public double angle(int frame) {
        return 2 * StrictMath.PI * frame / frames;
    }

    /** From a pixel to the next column, unit, LPS: the first half of Image Orientation (Patient) of the frame. */
    public Vec3 columnDirection(int frame) {
        return new Vec3(StrictMath.cos(angle(frame)), StrictMath.sin(angle(frame)), 0);
    }

    /** From a pixel to the next row, unit, LPS: towards the feet. */
    public Vec3 rowDirection() {
        return new Vec3(0, 0, -1);
    }

    /** From the viewer into the patient, unit, LPS. */
    public Vec3 viewDirection(int frame) {
        return new Vec3(-StrictMath.sin(angle(frame)), StrictMath.cos(angle(frame)), 0);
    }

    /** Centre of the first pixel of a frame, in the plane through the axis, LPS mm: Image Position (Patient). */
    public Vec3 position(int frame) {
        return centre.plus(columnDirection(frame).times(-reach * pixelMm))
                .plus(rowDirection().times(-(rows - 1) / 2.0 * pixelMm));
    }

    /**
     * The nodes at which volumes are sampled: {@code columns × columns × rows}, steps of one pixel along x, y and −z, the
     * middle column of nodes on the axis.
     */
    public VolumeGeometry nodes() {
        return new VolumeGeometry(
                new GridSize(columns(), columns(), rows),
                centre.plus(new Vec3(-reach * pixelMm, -reach * pixelMm, (rows - 1) / 2.0 * pixelMm)),
                new Vec3(pixelMm, 0, 0),
                new Vec3(0, pixelMm, 0),
                new Vec3(0, 0, -pixelMm),
                frameOfReferenceUid);
    }
}
