package io.tomogrid.codec;

import java.nio.ByteBuffer;

/**
 * What the SIZ marker segment of a JPEG 2000 codestream claims, ITU-T T.800 section A.5.1, so that it can be checked before
 * a library takes memory because of it.
 *
 * @param precision of the first component, bits
 */
record CodestreamSize(int columns, int rows, int components, int precision) {
    private static final int SOC_SIZ = 0xff4fff51;
    private static final int FIXED = 42;
    /** A slide has thousands of tiles; a library keeps some kilobytes for each. */
    private static final long MAX_TILES = 4096;

    /** @throws UndecodableException if there is no such segment, or an image that DICOM does not have */
    static CodestreamSize of(byte[] codestream) throws UndecodableException {
        if (codestream.length < FIXED + 3 || ByteBuffer.wrap(codestream).getInt(0) != SOC_SIZ) {
            throw new UndecodableException("the JPEG 2000 codestream does not begin with SOC and SIZ");
        }
        ByteBuffer in = ByteBuffer.wrap(codestream);
        int components = in.getShort(40) & 0xffff;
        require(components >= 1 && components <= 4, "has " + components + " components");
        require(codestream.length >= FIXED + 3 * components, "ends within SIZ");
        long left = unsigned(in, 16);
        long top = unsigned(in, 20);
        long right = unsigned(in, 8);
        long bottom = unsigned(in, 12);
        long tileWidth = unsigned(in, 24);
        long tileHeight = unsigned(in, 28);
        require(right > left && bottom > top, "has an image area without pixels");
        require(tileWidth > 0 && tileHeight > 0, "has tiles without pixels");
        long across = (right - unsigned(in, 32) + tileWidth - 1) / tileWidth;
        long down = (bottom - unsigned(in, 36) + tileHeight - 1) / tileHeight;
        require(
                across > 0 && down > 0 && across <= MAX_TILES && down <= MAX_TILES && across * down <= MAX_TILES,
                "has more than " + MAX_TILES + " tiles");
        int first = codestream[FIXED];
        for (int n = 0; n < components; n++) {
            int at = FIXED + 3 * n;
            require(codestream[at] == first, "has components of different depth");
            require(codestream[at + 1] == 1 && codestream[at + 2] == 1, "has subsampled components");
        }
        require(right - left <= Integer.MAX_VALUE && bottom - top <= Integer.MAX_VALUE, "has an image area too large");
        return new CodestreamSize((int) (right - left), (int) (bottom - top), components, (first & 0x7f) + 1);
    }

    private static long unsigned(ByteBuffer in, int at) {
        return Integer.toUnsignedLong(in.getInt(at));
    }

    private static void require(boolean holds, String fault) throws UndecodableException {
        if (!holds) {
            throw new UndecodableException("the JPEG 2000 codestream " + fault);
        }
    }
}
