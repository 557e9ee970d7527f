package io.tomogrid.codec;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** What is used of OpenJPEG 2.5, as its header openjpeg.h declares it; OPJ_SIZE_T is of 64 bits. */
interface OpenJpeg extends Library {
    /** OPJ_CODEC_J2K: a codestream without a file format around it. */
    int CODESTREAM = 0;

    /** Larger than opj_dparameters_t, most of which are two file names of 4096 bytes. */
    int PARAMETERS_BYTES = 16_384;

    int TRUE = 1;

    /** What a stream's reader answers at its end. */
    long END = -1;

    Pointer opj_create_decompress(int format);

    void opj_destroy_codec(Pointer codec);

    int opj_set_error_handler(Pointer codec, Message handler, Pointer data);

    void opj_set_default_decoder_parameters(Pointer parameters);

    int opj_setup_decoder(Pointer codec, Pointer parameters);

    int opj_decoder_set_strict_mode(Pointer codec, int strict);

    int opj_read_header(Pointer stream, Pointer codec, PointerByReference image);

    int opj_decode(Pointer codec, Pointer stream, Pointer image);

    int opj_end_decompress(Pointer codec, Pointer stream);

    void opj_image_destroy(Pointer image);

    Pointer opj_stream_create(long bufferBytes, int input);

    void opj_stream_destroy(Pointer stream);

    void opj_stream_set_read_function(Pointer stream, Read read);

    void opj_stream_set_skip_function(Pointer stream, Skip skip);

    void opj_stream_set_seek_function(Pointer stream, Seek seek);

    void opj_stream_set_user_data(Pointer stream, Pointer data, Pointer free);

    void opj_stream_set_user_data_length(Pointer stream, long bytes);

    /** opj_msg_callback */
    interface Message extends Callback {
        void say(String message, Pointer data);
    }

    /** opj_stream_read_fn */
    interface Read extends Callback {
        long read(Pointer into, long bytes, Pointer data);
    }

    /** opj_stream_skip_fn */
    interface Skip extends Callback {
        long skip(long bytes, Pointer data);
    }

    /** opj_stream_seek_fn */
    interface Seek extends Callback {
        int seek(long to, Pointer data);
    }
}
