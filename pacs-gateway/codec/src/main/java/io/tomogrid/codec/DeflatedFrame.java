package io.tomogrid.codec;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Deflated Image Frame Compression, PS3.5 section 8.2.16: each frame's bytes as they would be uncompressed, RFC 1951. */
final class DeflatedFrame implements Codec {
    @Override
    public byte[] decode(PixelFormat format, byte[] codestream) throws UndecodableException {
        byte[] frame = new byte[format.frameBytes()];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(codestream);
            int have = 0;
            while (have < frame.length) {
                int n = inflater.inflate(frame, have, frame.length - have);
                if (n == 0) {
                    throw new UndecodableException(
                            "the deflated frame ends after " + have + " of " + frame.length + " bytes");
                }
                have += n;
            }
            // a padding byte after the samples is none of them
            if (inflater.inflate(new byte[2]) > 1) {
                throw new UndecodableException(
                        "the deflated frame is larger than the " + frame.length + " bytes that the data set says");
            }
            return frame;
        } catch (DataFormatException damaged) {
            throw new UndecodableException("the deflated frame is damaged", damaged);
        } finally {
            inflater.end();
        }
    }
}
