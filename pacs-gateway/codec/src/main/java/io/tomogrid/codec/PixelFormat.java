package io.tomogrid.codec;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.util.Set;

/**
 * The cells of one frame, Image Pixel Module, PS3.3 section C.7.6.3.
 *
 * @param samples per pixel
 * @param bitsAllocated of one cell: 1, 8, 16 or 32
 * @param bitsStored of these, the meaningful ones
 * @param highBit the highest of these
 * @param signed whether the stored value is in two's complement
 * @param photometric Photometric Interpretation, PS3.3 section C.7.6.3.1.2
 */
public record PixelFormat(
        int rows,
        int columns,
        int samples,
        int bitsAllocated,
        int bitsStored,
        int highBit,
        boolean signed,
        String photometric) {
    /** Frames that would be larger decoded are refused before any memory is taken. */
    public static final int MAX_FRAME_BYTES = 1 << 28;

    private static final Set<Integer> ALLOCATED = Set.of(1, 8, 16, 32);

    /**
     * Reads the attributes of the module.
     *
     * @throws UndecodableException if one is missing or they contradict each other, or the frame would be too large
     */
    public static PixelFormat of(Dataset header) throws UndecodableException {
        int allocated = header.intValue(Tag.BitsAllocated).orElse(0);
        int stored = header.intValue(Tag.BitsStored).orElse(allocated);
        PixelFormat format = new PixelFormat(
                header.intValue(Tag.Rows).orElse(0),
                header.intValue(Tag.Columns).orElse(0),
                header.intValue(Tag.SamplesPerPixel).orElse(1),
                allocated,
                stored,
                header.intValue(Tag.HighBit).orElse(stored - 1),
                header.intValue(Tag.PixelRepresentation).orElse(0) == 1,
                header.string(Tag.PhotometricInterpretation).orElse(""));
        format.check();
        return format;
    }

    private void check() throws UndecodableException {
        require(rows > 0 && columns > 0, "Rows (0028,0010) is " + rows + " and Columns (0028,0011) " + columns);
        require(samples == 1 || samples == 3 || samples == 4, "Samples per Pixel (0028,0002) is " + samples);
        require(
                ALLOCATED.contains(bitsAllocated),
                "Bits Allocated (0028,0100) is " + bitsAllocated + ", expected 1, 8, 16 or 32");
        require(
                bitsStored >= 1 && bitsStored <= bitsAllocated && highBit >= bitsStored - 1 && highBit < bitsAllocated,
                "Bits Stored (0028,0101) is " + bitsStored + " and High Bit (0028,0102) " + highBit + " of "
                        + bitsAllocated);
        long bits = (long) rows * columns * samples * bitsAllocated;
        require(
                bits / 8 <= MAX_FRAME_BYTES,
                "a frame of " + bits / 8 + " bytes is larger than the " + MAX_FRAME_BYTES + " that are decoded");
    }

    private static void require(boolean holds, String fault) throws UndecodableException {
        if (!holds) {
            throw new UndecodableException(fault);
        }
    }

    /** Pixels of a frame. */
    public int pixels() {
        return rows * columns;
    }

    /** Bytes of a decoded frame, without padding. */
    public int frameBytes() {
        return (int) (((long) pixels() * samples * bitsAllocated + 7) / 8);
    }

    int bytesPerSample() {
        return bitsAllocated / 8;
    }

    String size() {
        return columns + " x " + rows + " x " + samples;
    }
}
