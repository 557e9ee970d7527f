package io.tomogrid.imaging.assembly;

/**
 * Stored pixel values of one image, PS3.5 section 8.1.1: of each 16-bit cell only the {@code bitsStored} bits up to
 * {@code highBit} belong to the value.
 *
 * @param cells row by row, columns fastest; not copied
 * @param bitsStored Bits Stored (0028,0101), 1 to 16
 * @param highBit High Bit (0028,0102), at least {@code bitsStored − 1}
 * @param signed whether Pixel Representation (0028,0103) is 1: two's complement
 * @param padding values that are no measurement
 */
public record StoredPixels(short[] cells, int bitsStored, int highBit, boolean signed, Padding padding) {
    public StoredPixels {
        if (bitsStored < 1 || bitsStored > 16 || highBit < bitsStored - 1 || highBit > 15) {
            throw new IllegalArgumentException("pixels: expected 1 to 16 bits stored that end at the high bit, got "
                    + bitsStored + " bits stored and high bit " + highBit);
        }
    }

    /**
     * Pixel Padding Value (0028,0120) and Pixel Padding Range Limit (0028,0121): values from {@code low} to
     * {@code high} stand where nothing was imaged. Empty when {@code low > high}.
     */
    public record Padding(int low, int high) {
        public static final Padding NONE = new Padding(1, 0);

        /** Both ends in any order, as the standard allows. */
        public static Padding between(int a, int b) {
            return new Padding(Math.min(a, b), Math.max(a, b));
        }

        boolean holds(int value) {
            return value >= low && value <= high;
        }
    }

    /** The value of a cell: the stored bits, sign-extended when signed. */
    public int value(int index) {
        int aligned = cells[index] << 31 - highBit;
        return signed ? aligned >> 32 - bitsStored : aligned >>> 32 - bitsStored;
    }
}
