package io.tomogrid.codec;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** JPEG-LS lossless and near-lossless, ITU-T T.87, by CharLS. */
final class JpegLs implements Codec {
    /** CharLS 2.4 runs for ever where coded bits end without a marker, so one always follows. */
    private static final byte[] END_OF_IMAGE = {(byte) 0xff, (byte) 0xd9};

    private final SharedLibrary<CharLs> library;

    JpegLs(SharedLibrary<CharLs> library) {
        this.library = library;
    }

    @Override
    public byte[] decode(PixelFormat format, byte[] codestream) throws UndecodableException, CodecMissingException {
        CharLs charls = library.bind();
        if (codestream.length == 0) {
            throw new UndecodableException("the JPEG-LS codestream is empty");
        }
        Pointer decoder = charls.charls_jpegls_decoder_create();
        if (decoder == null) {
            throw new OutOfMemoryError("CharLS has no memory for a decoder");
        }
        long length = codestream.length + END_OF_IMAGE.length;
        try (Memory source = new Memory(length)) {
            source.write(0, codestream, 0, codestream.length);
            source.write(codestream.length, END_OF_IMAGE, 0, END_OF_IMAGE.length);
            check(charls, charls.charls_jpegls_decoder_set_source_buffer(decoder, source, length));
            check(charls, charls.charls_jpegls_decoder_read_header(decoder));
            int[] info = new int[4];
            check(charls, charls.charls_jpegls_decoder_get_frame_info(decoder, info));
            int precision = info[2];
            // before CharLS takes memory by what the header claims
            Cells cells = new Cells("JPEG-LS", format, info[0], info[1], info[3], precision);
            long bytes = (long) format.pixels() * format.samples() * (precision > 8 ? 2 : 1);
            try (Memory samples = new Memory(bytes)) {
                check(charls, charls.charls_jpegls_decoder_decode_to_buffer(decoder, samples, bytes, 0));
                int[] mode = new int[1];
                check(charls, charls.charls_jpegls_decoder_get_interleave_mode(decoder, mode));
                put(samples, precision, mode[0] == 0 ? format.pixels() : 1, format, cells);
            }
            return cells.bytes();
        } finally {
            charls.charls_jpegls_decoder_destroy(decoder);
        }
    }

    /** @param plane distance between the samples of one pixel: 1, or the size of a plane */
    private static void put(Memory samples, int precision, int plane, PixelFormat format, Cells cells) {
        int count = format.pixels() * format.samples();
        byte[] narrow = precision > 8 ? null : samples.getByteArray(0, count);
        short[] wide = precision > 8 ? samples.getShortArray(0, count) : null;
        for (int n = 0; n < count; n++) {
            int from = plane == 1 ? n : n % format.samples() * plane + n / format.samples();
            cells.put(n, wide == null ? narrow[from] & 0xff : wide[from] & 0xffff);
        }
    }

    private static void check(CharLs charls, int error) throws UndecodableException {
        if (error != 0) {
            throw new UndecodableException(
                    "the JPEG-LS codestream cannot be decoded: " + charls.charls_get_error_message(error));
        }
    }
}
