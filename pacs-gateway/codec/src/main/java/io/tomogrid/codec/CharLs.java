package io.tomogrid.codec;

import com.sun.jna.Library;
import com.sun.jna.Pointer;

/** What is used of CharLS 2, as its header charls_jpegls_decoder.h declares it; size_t is of 64 bits. */
interface CharLs extends Library {
    Pointer charls_jpegls_decoder_create();

    void charls_jpegls_decoder_destroy(Pointer decoder);

    int charls_jpegls_decoder_set_source_buffer(Pointer decoder, Pointer source, long bytes);

    int charls_jpegls_decoder_read_header(Pointer decoder);

    /** @param info four numbers of 32 bits: width, height, bits per sample, components */
    int charls_jpegls_decoder_get_frame_info(Pointer decoder, int[] info);

    /** @param mode 0 for planes one after the other, else colour by pixel */
    int charls_jpegls_decoder_get_interleave_mode(Pointer decoder, int[] mode);

    int charls_jpegls_decoder_decode_to_buffer(Pointer decoder, Pointer destination, long bytes, int stride);

    String charls_get_error_message(int error);
}
