package io.tomogrid.engine.mip;

/**
 * Frames of grey: {@code value = intercept + slope · pixel}.
 *
 * @param pixels unsigned, {@link RotationGeometry#index}: frame by frame, row by row; 0 where a ray meets nothing
 * @param unit UCUM unit of the values
 * @param slope DICOM Rescale Slope
 * @param intercept DICOM Rescale Intercept
 * @param window proposed for display, in the unit
 */
public record GreyRotation(
        RotationGeometry geometry, short[] pixels, String unit, double slope, double intercept, Window window) {
    public GreyRotation {
        if (pixels.length != geometry.pixels()) {
            throw new IllegalArgumentException(
                    "rotation: expected " + geometry.pixels() + " pixels, got " + pixels.length);
        }
    }

    /** In the unit. */
    public double value(int frame, int row, int column) {
        return intercept + slope * Short.toUnsignedInt(pixels[geometry.index(frame, row, column)]);
    }
}
