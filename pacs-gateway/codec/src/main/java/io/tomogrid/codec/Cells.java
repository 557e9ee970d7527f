package io.tomogrid.codec;

import java.util.Locale;

/**
 * Puts the samples of a codestream into the cells of a frame, little endian, colour by pixel (Planar Configuration 0).
 * Bits above the stored ones repeat the sign of signed values and are 0 for others.
 */
final class Cells {
    private final byte[] bytes;
    private final int bytesPerSample;
    private final int unused;
    private final boolean signed;

    /**
     * @param what the codestream, for messages
     * @throws UndecodableException if codestream and data set do not agree
     */
    Cells(String what, PixelFormat format, int columns, int rows, int samples, int precision)
            throws UndecodableException {
        check(what, format, columns, rows, samples, precision);
        bytes = new byte[format.frameBytes()];
        bytesPerSample = format.bytesPerSample();
        // a codestream of more bits than are stored holds whole cells
        unused = 32 - (precision > format.bitsStored() ? format.bitsAllocated() : format.bitsStored());
        signed = format.signed();
    }

    /** To be called before memory is taken, or a library is asked, because of sizes that a codestream claims. */
    static void check(String what, PixelFormat format, int columns, int rows, int samples, int precision)
            throws UndecodableException {
        if (columns != format.columns() || rows != format.rows() || samples != format.samples()) {
            throw new UndecodableException(String.format(
                    Locale.ROOT,
                    "the %s codestream is %s x %s x %s, the data set says %s",
                    what,
                    Integer.toUnsignedString(columns),
                    Integer.toUnsignedString(rows),
                    samples,
                    format.size()));
        }
        if (format.bitsAllocated() == 1 || precision > format.bitsAllocated()) {
            throw new UndecodableException("the " + what + " codestream has " + precision
                    + " bits per sample, Bits Allocated (0028,0100) is " + format.bitsAllocated());
        }
        if (format.highBit() != format.bitsStored() - 1 && precision <= format.bitsStored()) {
            throw new UndecodableException("High Bit (0028,0102) is " + format.highBit() + ", expected "
                    + (format.bitsStored() - 1) + " for pixel data that is " + what);
        }
    }

    /** @param index of the sample, colour by pixel */
    void put(int index, int value) {
        int cell = signed ? value << unused >> unused : value << unused >>> unused;
        int at = index * bytesPerSample;
        bytes[at] = (byte) cell;
        if (bytesPerSample > 1) {
            bytes[at + 1] = (byte) (cell >> 8);
            if (bytesPerSample > 2) {
                bytes[at + 2] = (byte) (cell >> 16);
                bytes[at + 3] = (byte) (cell >> 24);
            }
        }
    }

    byte[] bytes() {
        return bytes;
    }
}
