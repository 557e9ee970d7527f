package io.tomogrid.codec;

import io.tomogrid.codec.JpegSegments.Frame;
import java.io.IOException;

/** JPEG, ITU-T T.81, by the process that the codestream names, whatever the transfer syntax says of it. */
final class Jpeg implements Codec {
    @Override
    public byte[] decode(PixelFormat format, byte[] codestream) throws IOException {
        JpegSegments segments = new JpegSegments(codestream);
        Frame frame = segments.frame();
        Cells cells = new Cells(
                "JPEG",
                format,
                frame.columns(),
                frame.rows(),
                frame.components().size(),
                frame.precision());
        boolean sequential = frame.process() == JpegSegments.BASELINE || frame.process() == JpegSegments.EXTENDED;
        if (frame.process() == JpegSegments.LOSSLESS) {
            JpegLossless.decode(codestream, segments, cells);
        } else if (frame.precision() == 8 && (sequential || frame.process() == JpegSegments.PROGRESSIVE)) {
            JpegEightBit.decode(codestream, format, cells);
        } else if (frame.precision() == 12 && sequential) {
            JpegExtended.decode(codestream, segments, cells);
        } else {
            throw new UndecodableException("the JPEG codestream is of the process with marker SOF"
                    + (frame.process() - JpegSegments.BASELINE) + " and " + frame.precision()
                    + " bits, which is not decoded");
        }
        return cells.bytes();
    }
}
