package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.assembly.SliceImage;
import io.tomogrid.imaging.assembly.StoredPixels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One image out of the archive, or one frame of a multi-frame image.
 *
 * @param header the data set without its pixel data
 * @param slice what places and rescales its pixels
 */
record StoredImage(Dataset header, SliceImage slice) {
    /** Takes the pixel data out of the data set. */
    static StoredImage of(Dataset dataset) throws ProtocolFailure {
        String uid = dataset.string(Tag.SOPInstanceUID).orElse("?")
                + dataset.string(Tag.ReferencedFrameNumber)
                        .map(frame -> " frame " + frame)
                        .orElse("");
        double[] position = numbers(dataset, uid, Tag.ImagePositionPatient, 3, "Image Position (Patient) (0020,0032)");
        double[] directions =
                numbers(dataset, uid, Tag.ImageOrientationPatient, 6, "Image Orientation (Patient) (0020,0037)");
        double[] spacing = numbers(dataset, uid, Tag.PixelSpacing, 2, "Pixel Spacing (0028,0030)");
        SliceImage slice = new SliceImage(
                uid,
                dataset.string(Tag.FrameOfReferenceUID).orElse(""),
                new Vec3(position[0], position[1], position[2]),
                new Vec3(directions[0], directions[1], directions[2]),
                new Vec3(directions[3], directions[4], directions[5]),
                spacing[0],
                spacing[1],
                whole(dataset, uid, Tag.Rows, "Rows (0028,0010)"),
                whole(dataset, uid, Tag.Columns, "Columns (0028,0011)"),
                numbers(dataset, uid, Tag.RescaleSlope, 1, "Rescale Slope (0028,1053)")[0],
                numbers(dataset, uid, Tag.RescaleIntercept, 1, "Rescale Intercept (0028,1052)")[0],
                pixels(dataset, uid));
        dataset.remove(Tag.PixelData);
        return new StoredImage(dataset, slice);
    }

    private static StoredPixels pixels(Dataset dataset, String uid) throws ProtocolFailure {
        require(
                dataset.intValue(Tag.SamplesPerPixel).orElse(1) == 1
                        && dataset.intValue(Tag.NumberOfFrames).orElse(1) == 1,
                uid,
                "expected one frame of one sample per pixel");
        int allocated = whole(dataset, uid, Tag.BitsAllocated, "Bits Allocated (0028,0100)");
        require(allocated == 8 || allocated == 16, uid, "Bits Allocated (0028,0100) is " + allocated + ", not 8 or 16");
        int stored = dataset.intValue(Tag.BitsStored).orElse(allocated);
        int highBit = dataset.intValue(Tag.HighBit).orElse(stored - 1);
        require(
                stored >= 1 && stored <= allocated && highBit >= stored - 1 && highBit < allocated,
                uid,
                "Bits Stored (0028,0101) is " + stored + " and High Bit (0028,0102) " + highBit + " of " + allocated);
        long expected = (long) whole(dataset, uid, Tag.Rows, "Rows (0028,0010)")
                * whole(dataset, uid, Tag.Columns, "Columns (0028,0011)");
        byte[] bytes = dataset.bytes(Tag.PixelData).orElse(new byte[0]);
        require(
                bytes.length >= expected * allocated / 8,
                uid,
                "Pixel Data (7FE0,0010) has " + bytes.length + " bytes, expected " + expected * allocated / 8);
        int pixels = (int) expected;
        boolean signed = dataset.intValue(Tag.PixelRepresentation).orElse(0) == 1;
        return new StoredPixels(cells(bytes, pixels, allocated), stored, highBit, signed, padding(dataset, signed));
    }

    private static short[] cells(byte[] bytes, int pixels, int allocated) {
        short[] cells = new short[pixels];
        if (allocated == 16) {
            ByteBuffer.wrap(bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asShortBuffer()
                    .get(cells);
        } else {
            for (int p = 0; p < pixels; p++) {
                cells[p] = (short) (bytes[p] & 0xff);
            }
        }
        return cells;
    }

    /** The VR of padding values is often written as US for signed pixels: only the 16 bits count. */
    private static StoredPixels.Padding padding(Dataset dataset, boolean signed) {
        var value = dataset.intValue(Tag.PixelPaddingValue);
        if (value.isEmpty()) {
            return StoredPixels.Padding.NONE;
        }
        int limit = dataset.intValue(Tag.PixelPaddingRangeLimit).orElse(value.getAsInt());
        return signed
                ? StoredPixels.Padding.between((short) value.getAsInt(), (short) limit)
                : StoredPixels.Padding.between(value.getAsInt() & 0xffff, limit & 0xffff);
    }

    private static double[] numbers(Dataset dataset, String uid, int tag, int count, String name)
            throws ProtocolFailure {
        double[] values = dataset.doubles(tag);
        require(values.length >= count, uid, name + " is missing or malformed");
        return values;
    }

    private static int whole(Dataset dataset, String uid, int tag, String name) throws ProtocolFailure {
        int value = dataset.intValue(tag).orElse(0);
        require(value > 0, uid, name + " is missing");
        return value;
    }

    private static void require(boolean holds, String uid, String fault) throws ProtocolFailure {
        if (!holds) {
            throw ProtocolFailure.input("image " + uid + ": " + fault + "; repair it at its source and send it again");
        }
    }
}
