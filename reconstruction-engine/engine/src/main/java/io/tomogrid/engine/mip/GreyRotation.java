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

    /** Per stored value its level in the window, 0 to 255, unsigned; 0, where there is nothing, is always dark. */
    public byte[] levels() {
        byte[] levels = new byte[Quantity.LARGEST + 1];
        for (int stored = 1; stored < levels.length; stored++) {
            levels[stored] = (byte) window.level(intercept + slope * stored);
        }
        return levels;
    }
}
