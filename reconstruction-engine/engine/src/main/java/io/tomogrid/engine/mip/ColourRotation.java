package io.tomogrid.engine.mip;

/**
 * Frames of colour.
 *
 * @param rgb three bytes a pixel, red first, pixels by {@link RotationGeometry#index} (DICOM: RGB, Planar Configuration 0)
 */
public record ColourRotation(RotationGeometry geometry, byte[] rgb) {
    public ColourRotation {
        if (rgb.length != 3 * geometry.pixels()) {
            throw new IllegalArgumentException(
                    "rotation: expected " + geometry.pixels() + " pixels of 3 bytes, got " + rgb.length + " bytes");
        }
    }
}
