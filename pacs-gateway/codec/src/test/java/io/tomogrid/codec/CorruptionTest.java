package io.tomogrid.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.codec.TestJpegLossless.Coding;
import io.tomogrid.dicom.Uid;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Damaged frames end in a clear error or in some image of the right size, never in anything else (COD-03). */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class CorruptionTest {
    private static final long SEED = 20260131;
    private static final int COLUMNS = 31;
    private static final int ROWS = 23;
    private static final PixelFormat SIXTEEN = new PixelFormat(ROWS, COLUMNS, 1, 16, 16, 15, false, "MONOCHROME2");
    private final PixelDecoder decoder = new PixelDecoder();

    @Test
    void jpeg_lossless() throws IOException {
        int[][] planes = TestJpegLossless.image(1, COLUMNS, ROWS, 1, 16);
        for (Coding coding : new Coding[] {new Coding(16, 1, 0, 0, true), new Coding(16, 6, 1, 4, true)}) {
            Damage.survive(
                    decoder,
                    Uid.JPEGLosslessNonHierarchicalProcess14,
                    SIXTEEN,
                    TestJpegLossless.encode(planes, COLUMNS, ROWS, coding),
                    SEED,
                    20_000);
        }
    }

    @Test
    void run_lengths() throws IOException {
        Damage.survive(decoder, Uid.RLELossless, SIXTEEN, runLengths(frame()), SEED, 20_000);
    }

    @Test
    void deflated_frames() throws IOException {
        Damage.survive(decoder, Uid.DeflatedImageFrameCompression, SIXTEEN, deflated(frame()), SEED, 20_000);
    }

    @Test
    void a_whole_frame_comes_out_as_it_went_in() throws IOException {
        byte[] frame = frame();
        assertThat(decoder.decode(Uid.RLELossless, SIXTEEN, runLengths(frame))).isEqualTo(frame);
        assertThat(decoder.decode(Uid.DeflatedImageFrameCompression, SIXTEEN, deflated(frame)))
                .isEqualTo(frame);
    }

    @Test
    void a_deflated_frame_that_is_too_large_or_too_small_is_refused() throws IOException {
        byte[] frame = frame();
        assertThatThrownBy(() -> decoder.decode(
                        Uid.DeflatedImageFrameCompression, SIXTEEN, deflated(Arrays.copyOf(frame, 1 << 24))))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("larger than the 1426 bytes");
        assertThatThrownBy(() ->
                        decoder.decode(Uid.DeflatedImageFrameCompression, SIXTEEN, deflated(Arrays.copyOf(frame, 99))))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("ends after 99 of 1426 bytes");
    }

    @Test
    void a_run_length_frame_names_what_is_wrong() {
        byte[] frame = runLengths(frame());
        assertThatThrownBy(() -> decoder.decode(Uid.RLELossless, SIXTEEN, Arrays.copyOf(frame, 40)))
                .hasMessageContaining("no RLE header");
        assertThatThrownBy(() -> decoder.decode(Uid.RLELossless, SIXTEEN, Arrays.copyOf(frame, frame.length - 9)))
                .hasMessageContaining("RLE segment 2 ends before the frame is full");
        byte[] three = frame.clone();
        three[0] = 3;
        assertThatThrownBy(() -> decoder.decode(Uid.RLELossless, SIXTEEN, three))
                .hasMessageContaining("has 3 segments, expected 2");
        byte[] outside = frame.clone();
        outside[7] = 0x7f;
        assertThatThrownBy(() -> decoder.decode(Uid.RLELossless, SIXTEEN, outside))
                .hasMessageContaining("RLE segment 1 lies outside");
    }

    @Test
    void a_syntax_without_decoder_is_named() {
        assertThatThrownBy(() -> decoder.decode("1.2.840.10008.1.2.4.100", SIXTEEN, new byte[10]))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("1.2.840.10008.1.2.4.100) is not decoded");
    }

    private static byte[] frame() {
        byte[] frame = new byte[SIXTEEN.frameBytes()];
        Random random = new Random(SEED);
        for (int n = 0; n < frame.length; n++) {
            frame[n] = (byte) (n % 50 < 25 ? n / 100 : random.nextInt());
        }
        return frame;
    }

    private static byte[] deflated(byte[] frame) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(frame);
        deflater.finish();
        byte[] out = new byte[frame.length + 100];
        int length = deflater.deflate(out);
        deflater.end();
        return Arrays.copyOf(out, length + (length & 1));
    }

    /** PS3.5 annex G: two segments; runs of three and more are replicated, the rest is literal. */
    private static byte[] runLengths(byte[] frame) {
        byte[] high = packed(frame, 1);
        byte[] low = packed(frame, 0);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int[] header = new int[16];
        header[0] = 2;
        header[1] = 64;
        header[2] = 64 + high.length;
        for (int value : header) {
            for (int shift = 0; shift < 32; shift += 8) {
                out.write(value >> shift);
            }
        }
        out.writeBytes(high);
        out.writeBytes(low);
        return out.toByteArray();
    }

    private static byte[] packed(byte[] frame, int first) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int length = frame.length / 2;
        for (int at = 0; at < length; ) {
            int run = 1;
            while (run < 128 && at + run < length && frame[2 * (at + run) + first] == frame[2 * at + first]) {
                run++;
            }
            if (run > 2) {
                out.write(1 - run);
                out.write(frame[2 * at + first]);
            } else {
                out.write(run - 1);
                for (int n = 0; n < run; n++) {
                    out.write(frame[2 * (at + n) + first]);
                }
            }
            at += run;
        }
        if (out.size() % 2 == 1) {
            out.write(-128);
        }
        return out.toByteArray();
    }
}
