package io.tomogrid.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** RLE Lossless, PS3.5 annex G: one segment of PackBits for each byte of a pixel, the most significant byte first. */
final class RunLength implements Codec {
    private static final int HEADER = 64;

    @Override
    public byte[] decode(PixelFormat format, byte[] codestream) throws UndecodableException {
        int bytesPerSample = format.bytesPerSample();
        int segments = format.samples() * bytesPerSample;
        if (codestream.length < HEADER || segments == 0) {
            throw new UndecodableException("the RLE frame has " + codestream.length + " bytes for cells of "
                    + format.bitsAllocated() + " bits, which is no RLE header");
        }
        ByteBuffer header = ByteBuffer.wrap(codestream).order(ByteOrder.LITTLE_ENDIAN);
        if (header.getInt(0) != segments) {
            throw new UndecodableException("the RLE frame has " + Integer.toUnsignedString(header.getInt(0))
                    + " segments, expected " + segments + " for " + format.samples() + " samples of "
                    + format.bitsAllocated() + " bits");
        }
        byte[] frame = new byte[format.frameBytes()];
        for (int n = 0; n < segments; n++) {
            int from = header.getInt(4 + 4 * n);
            int to = n + 1 < segments ? header.getInt(8 + 4 * n) : codestream.length;
            if (from < HEADER || to < from || to > codestream.length) {
                throw new UndecodableException("RLE segment " + (n + 1) + " lies outside of its frame");
            }
            int sample = n / bytesPerSample;
            int lowest = bytesPerSample - 1 - n % bytesPerSample;
            if (!unpack(codestream, from, to, frame, sample * bytesPerSample + lowest, segments)) {
                throw new UndecodableException("RLE segment " + (n + 1) + " ends before the frame is full");
            }
        }
        return frame;
    }

    /** Annex G.3.2; what follows the last byte of the frame is padding. @return whether the frame was filled */
    private static boolean unpack(byte[] in, int from, int to, byte[] out, int first, int stride) {
        int at = from;
        int next = first;
        while (next < out.length) {
            if (at >= to) {
                return false;
            }
            int control = in[at++];
            if (control >= 0) {
                if (at + control >= to) {
                    return false;
                }
                for (int n = 0; n <= control && next < out.length; n++, next += stride) {
                    out[next] = in[at + n];
                }
                at += control + 1;
            } else if (control > -128) {
                if (at >= to) {
                    return false;
                }
                byte repeated = in[at++];
                for (int n = 0; n <= -control && next < out.length; n++, next += stride) {
                    out[next] = repeated;
                }
            }
        }
        return true;
    }
}
