package io.tomogrid.codec;

import java.util.Arrays;

/** Encapsulated Uncompressed Explicit VR Little Endian, PS3.5 section A.4.11: each frame in fragments, as it is. */
final class UncompressedFrame implements Codec {
    @Override
    public byte[] decode(PixelFormat format, byte[] codestream) throws UndecodableException {
        int bytes = format.frameBytes();
        // one byte may pad the last fragment
        if (codestream.length < bytes || codestream.length > bytes + 1) {
            throw new UndecodableException("the frame has " + codestream.length + " bytes, the data set says " + bytes);
        }
        return Arrays.copyOf(codestream, bytes);
    }
}
