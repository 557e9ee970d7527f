package io.tomogrid.codec;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Reference;

/** JPEG 2000, ITU-T T.800, and High-Throughput JPEG 2000, ITU-T T.814, by OpenJPEG. */
final class Jpeg2000 implements Codec {
    /* opj_image_t: x0, y0, x1, y1, numcomps, color_space, then the components; opj_image_comp_t has 64 bytes. */
    private static final long NUMBER_OF_COMPONENTS = 16;
    private static final long COMPONENTS = 24;
    private static final long COMPONENT_BYTES = 64;
    private static final long WIDTH = 8;
    private static final long HEIGHT = 12;
    private static final long DATA = 48;

    private final SharedLibrary<OpenJpeg> library;

    Jpeg2000(SharedLibrary<OpenJpeg> library) {
        this.library = library;
    }

    @Override
    public byte[] decode(PixelFormat format, byte[] codestream) throws UndecodableException, CodecMissingException {
        OpenJpeg openJpeg = library.bind();
        CodestreamSize size = CodestreamSize.of(codestream);
        Cells cells = new Cells("JPEG 2000", format, size.columns(), size.rows(), size.components(), size.precision());
        Source source = new Source(codestream);
        StringBuilder complaint = new StringBuilder();
        OpenJpeg.Message error = (message, data) ->
                complaint.append(complaint.isEmpty() ? "" : "; ").append(message.strip());
        Pointer stream = source.open(openJpeg);
        Pointer codec = openJpeg.opj_create_decompress(OpenJpeg.CODESTREAM);
        PointerByReference image = new PointerByReference();
        try (Memory parameters = new Memory(OpenJpeg.PARAMETERS_BYTES)) {
            if (codec == null || stream == null) {
                throw new OutOfMemoryError("OpenJPEG has no memory for a decoder");
            }
            parameters.clear();
            openJpeg.opj_set_default_decoder_parameters(parameters);
            boolean decoded = openJpeg.opj_set_error_handler(codec, error, null) == OpenJpeg.TRUE
                    && openJpeg.opj_setup_decoder(codec, parameters) == OpenJpeg.TRUE
                    && openJpeg.opj_decoder_set_strict_mode(codec, OpenJpeg.TRUE) == OpenJpeg.TRUE
                    && openJpeg.opj_read_header(stream, codec, image) == OpenJpeg.TRUE
                    && openJpeg.opj_decode(codec, stream, image.getValue()) == OpenJpeg.TRUE
                    && openJpeg.opj_end_decompress(codec, stream) == OpenJpeg.TRUE;
            if (!decoded) {
                throw new UndecodableException("the JPEG 2000 codestream cannot be decoded: " + complaint);
            }
            put(image.getValue(), format, cells);
            return cells.bytes();
        } finally {
            if (image.getValue() != null) {
                openJpeg.opj_image_destroy(image.getValue());
            }
            if (codec != null) {
                openJpeg.opj_destroy_codec(codec);
            }
            if (stream != null) {
                openJpeg.opj_stream_destroy(stream);
            }
            // the library held their addresses
            Reference.reachabilityFence(source);
            Reference.reachabilityFence(error);
        }
    }

    private static void put(Pointer image, PixelFormat format, Cells cells) throws UndecodableException {
        int samples = format.samples();
        if (image.getInt(NUMBER_OF_COMPONENTS) != samples) {
            throw new UndecodableException("the JPEG 2000 codestream was decoded to other components than it claims");
        }
        Pointer components = image.getPointer(COMPONENTS);
        for (int c = 0; c < samples; c++) {
            Pointer component = components.share(c * COMPONENT_BYTES);
            Pointer data = component.getPointer(DATA);
            if (component.getInt(WIDTH) != format.columns()
                    || component.getInt(HEIGHT) != format.rows()
                    || data == null) {
                throw new UndecodableException("the JPEG 2000 codestream lacks pixels");
            }
            int[] values = data.getIntArray(0, format.pixels());
            for (int n = 0; n < values.length; n++) {
                cells.put(n * samples + c, values[n]);
            }
        }
    }

    /** A codestream in memory, read by the library piece by piece. */
    private static final class Source {
        private static final long BUFFER = 1 << 20;
        private final byte[] bytes;
        private int position;
        private final OpenJpeg.Read read = this::read;
        private final OpenJpeg.Skip skip = this::skip;
        private final OpenJpeg.Seek seek = this::seek;

        Source(byte[] bytes) {
            this.bytes = bytes;
        }

        /** @return null if there is no memory */
        Pointer open(OpenJpeg openJpeg) {
            Pointer stream = openJpeg.opj_stream_create(BUFFER, OpenJpeg.TRUE);
            if (stream != null) {
                openJpeg.opj_stream_set_user_data(stream, null, null);
                openJpeg.opj_stream_set_user_data_length(stream, bytes.length);
                openJpeg.opj_stream_set_read_function(stream, read);
                openJpeg.opj_stream_set_skip_function(stream, skip);
                openJpeg.opj_stream_set_seek_function(stream, seek);
            }
            return stream;
        }

        private long read(Pointer into, long count, Pointer data) {
            int n = (int) Math.min(count, bytes.length - position);
            if (n <= 0) {
                return OpenJpeg.END;
            }
            into.write(0, bytes, position, n);
            position += n;
            return n;
        }

        private long skip(long count, Pointer data) {
            if (count < 0 || count > bytes.length - position) {
                return OpenJpeg.END;
            }
            position += (int) count;
            return count;
        }

        private int seek(long to, Pointer data) {
            if (to < 0 || to > bytes.length) {
                return 0;
            }
            position = (int) to;
            return OpenJpeg.TRUE;
        }
    }
}
