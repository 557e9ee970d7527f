package io.tomogrid.codec;

import java.io.IOException;

/** Decodes one frame. */
@FunctionalInterface
interface Codec {
    /**
     * @param codestream of one frame; may end in padding
     * @return cells, little endian, colour by pixel: exactly {@link PixelFormat#frameBytes} bytes
     * @throws UndecodableException if it is damaged, or not what the data set says
     * @throws CodecMissingException if this machine lacks the library
     */
    byte[] decode(PixelFormat format, byte[] codestream) throws IOException;
}
