package io.tomogrid.dicom.object;

/**
 * How the frames of a rotating projection were made.
 *
 * @param columns pixels across
 * @param rows pixels down
 * @param pixelSpacingMm side of a (square) pixel, mm
 * @param degreesPerFrame angle from a frame to the next
 * @param frameTimeMs how long a viewer shows a frame, ms
 */
public record MipRotation(int columns, int rows, double pixelSpacingMm, double degreesPerFrame, double frameTimeMs) {
    public MipRotation {
        if (columns < 1 || rows < 1 || !(pixelSpacingMm > 0) || !(frameTimeMs > 0)) {
            throw new IllegalArgumentException("rotation: expected positive sizes, got " + columns + "x" + rows + ", "
                    + pixelSpacingMm + " mm, " + frameTimeMs + " ms");
        }
    }
}
