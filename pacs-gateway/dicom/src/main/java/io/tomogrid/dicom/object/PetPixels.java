package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What PET images have in common: 16-bit pixels with a slope for each slice, and how the patient lies. */
final class PetPixels {
    private static final int LARGEST_STORED = 32767;

    private PetPixels() {}

    /**
     * Image Pixel Module and rescaling.
     *
     * @param values [rows][columns]; negative ones become 0
     * @throws IllegalArgumentException if the slice has another size than the grid or a value is not finite
     */
    static void put(Dataset image, ImageGrid grid, int k, float[] values) {
        image.put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.Rows, grid.rows())
                .put(Tag.Columns, grid.columns())
                .put(Tag.BitsAllocated, 16)
                .put(Tag.BitsStored, 16)
                .put(Tag.HighBit, 15)
                .put(Tag.PixelRepresentation, 0)
                .put(Tag.RescaleIntercept, 0)
                .put(Tag.RescaleSlope, slope(grid, k, values))
                .put(Tag.LossyImageCompression, "00")
                .put(Tag.BurnedInAnnotation, "NO");
        image.putBytes(
                Tag.PixelData,
                VR.OW,
                stored(values, image.doubleValue(Tag.RescaleSlope).orElseThrow()));
    }

    /**
     * NM/PET Patient Orientation Module, PS3.3 C.8.4.6; Patient Position is allowed only where its codes are absent, though many
     * scanners write both.
     */
    static void putOrientation(Dataset source, Dataset image) {
        image.putEmpty(Tag.PatientGantryRelationshipCodeSequence)
                .copyFrom(source, Tag.PatientOrientationCodeSequence, Tag.PatientGantryRelationshipCodeSequence);
        if (!image.contains(Tag.PatientOrientationCodeSequence)) {
            image.putEmpty(Tag.PatientPosition).copyFrom(source, Tag.PatientPosition);
        }
    }

    /** Largest value of the slice over the largest stored one; 1 for an empty slice. */
    private static double slope(ImageGrid grid, int k, float[] values) {
        if (values.length != grid.pixelsPerSlice()) {
            throw new IllegalArgumentException(
                    "slice " + k + ": expected " + grid.pixelsPerSlice() + " values, got " + values.length);
        }
        float largest = 0;
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("slice " + k + ": expected finite values, got " + value);
            }
            largest = Math.max(largest, value);
        }
        return largest > 0 ? largest / (double) LARGEST_STORED : 1;
    }

    /** @param slope as the decimal string has it, so that reading multiplies with what was divided by */
    private static byte[] stored(float[] values, double slope) {
        ByteBuffer out = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            out.putShort((short) Math.round(Math.max(value, 0) / slope));
        }
        return out.array();
    }
}
