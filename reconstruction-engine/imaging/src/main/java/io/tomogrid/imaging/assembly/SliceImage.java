package io.tomogrid.imaging.assembly;

import io.tomogrid.imaging.Vec3;

/**
 * One stored 2D image with what places it in the patient (PS3.3 C.7.6.2) and turns its pixels into quantities.
 *
 * @param sopInstanceUid SOP Instance UID (0008,0018)
 * @param frameOfReferenceUid Frame of Reference UID (0020,0052)
 * @param position Image Position (Patient) (0020,0032): centre of the first pixel, LPS mm
 * @param alongRow first half of Image Orientation (Patient) (0020,0037): direction of growing column index
 * @param alongColumn its second half: direction of growing row index
 * @param rowSpacing first value of Pixel Spacing (0028,0030): between the centres of adjacent rows, mm
 * @param columnSpacing second value: between the centres of adjacent columns, mm
 * @param rows Rows (0028,0010)
 * @param columns Columns (0028,0011)
 * @param slope Rescale Slope (0028,1053)
 * @param intercept Rescale Intercept (0028,1052)
 * @param pixels rows × columns stored values
 */
public record SliceImage(
        String sopInstanceUid,
        String frameOfReferenceUid,
        Vec3 position,
        Vec3 alongRow,
        Vec3 alongColumn,
        double rowSpacing,
        double columnSpacing,
        int rows,
        int columns,
        double slope,
        double intercept,
        StoredPixels pixels) {}
