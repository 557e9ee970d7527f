package io.tomogrid.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.codec.TestJpegLossless.Coding;
import io.tomogrid.dicom.Uid;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** JPEG Lossless against an encoder written from ITU-T T.81 annex H (COD-01). */
class JpegLosslessTest {
    private static final int COLUMNS = 37;
    private static final int ROWS = 29;
    private final PixelDecoder decoder = new PixelDecoder();

    static Stream<Coding> everyPrecisionAndPredictor() {
        return IntStream.rangeClosed(2, 16)
                .boxed()
                .flatMap(p -> IntStream.rangeClosed(1, 7).mapToObj(s -> new Coding(p, s, 0, 0, true)));
    }

    @ParameterizedTest
    @MethodSource("everyPrecisionAndPredictor")
    void every_precision_and_predictor_is_exact(Coding coding) throws IOException {
        check(1, coding);
    }

    static List<Coding> others() {
        return List.of(
                new Coding(12, 1, 2, 0, true),
                new Coding(16, 7, 4, 0, true),
                new Coding(16, 4, 0, 1, true),
                new Coding(12, 6, 0, 3, true));
    }

    @ParameterizedTest
    @MethodSource("others")
    void point_transform_and_restarts_are_undone(Coding coding) throws IOException {
        check(1, coding);
    }

    static List<Coding> colours() {
        return List.of(
                new Coding(8, 1, 0, 0, true),
                new Coding(8, 5, 0, 0, false),
                new Coding(16, 4, 0, 2, true),
                new Coding(16, 2, 0, 4, false));
    }

    @ParameterizedTest
    @MethodSource("colours")
    void components_come_interleaved_or_one_by_one(Coding coding) throws IOException {
        check(3, coding);
    }

    private void check(int components, Coding coding) throws IOException {
        int[][] planes = TestJpegLossless.image(7, COLUMNS, ROWS, components, coding.precision());
        byte[] codestream = TestJpegLossless.encode(planes, COLUMNS, ROWS, coding);
        PixelFormat format = format(components, coding.precision(), false);
        Samples got = Samples.of(format, decoder.decode(Uid.JPEGLosslessNonHierarchicalProcess14, format, codestream));
        int[] expected = new int[COLUMNS * ROWS * components];
        Arrays.setAll(
                expected,
                n -> planes[n % components][n / components] >> coding.pointTransform() << coding.pointTransform());
        assertThat(got.values()).isEqualTo(expected);
    }

    @Test
    void signed_values_keep_their_sign_in_the_unused_bits() throws IOException {
        int[][] planes = TestJpegLossless.image(8, COLUMNS, ROWS, 1, 12);
        byte[] codestream = TestJpegLossless.encode(planes, COLUMNS, ROWS, new Coding(12, 1, 0, 0, true));
        byte[] frame = decoder.decode(Uid.JPEGLosslessNonHierarchicalProcess14, format(1, 12, true), codestream);
        for (int n = 0; n < planes[0].length; n++) {
            int cell = (short) (frame[2 * n] & 0xff | frame[2 * n + 1] << 8);
            assertThat(cell).isEqualTo(planes[0][n] >= 2048 ? planes[0][n] - 4096 : planes[0][n]);
        }
    }

    @Test
    void a_codestream_of_more_bits_than_are_stored_holds_whole_cells() throws IOException {
        int[][] planes = TestJpegLossless.image(9, COLUMNS, ROWS, 1, 16);
        byte[] codestream = TestJpegLossless.encode(planes, COLUMNS, ROWS, new Coding(16, 1, 0, 0, true));
        byte[] frame = decoder.decode(Uid.JPEGLosslessNonHierarchicalProcess14, format(1, 12, false), codestream);
        for (int n = 0; n < planes[0].length; n++) {
            assertThat(frame[2 * n] & 0xff | (frame[2 * n + 1] & 0xff) << 8).isEqualTo(planes[0][n]);
        }
    }

    @Test
    void padding_behind_the_image_does_not_matter_and_a_missing_end_marker_neither() throws IOException {
        int[][] planes = TestJpegLossless.image(10, COLUMNS, ROWS, 1, 16);
        byte[] whole = TestJpegLossless.encode(planes, COLUMNS, ROWS, new Coding(16, 1, 0, 0, true));
        PixelFormat format = format(1, 16, false);
        byte[] frame = decoder.decode(Uid.JPEGLosslessNonHierarchicalProcess14, format, whole);
        for (int length : new int[] {whole.length + 1, whole.length - 2}) {
            assertThat(decoder.decode(Uid.JPEGLosslessNonHierarchicalProcess14, format, Arrays.copyOf(whole, length)))
                    .isEqualTo(frame);
        }
    }

    @Test
    void a_truncated_codestream_says_where_it_ends() {
        int[][] planes = TestJpegLossless.image(11, COLUMNS, ROWS, 1, 16);
        byte[] whole = TestJpegLossless.encode(planes, COLUMNS, ROWS, new Coding(16, 1, 0, 0, true));
        assertThatThrownBy(() -> decoder.decode(
                        Uid.JPEGLosslessNonHierarchicalProcess14,
                        format(1, 16, false),
                        Arrays.copyOf(whole, whole.length / 2)))
                .isInstanceOf(UndecodableException.class)
                .hasMessageMatching("the JPEG codestream ends in line 1\\d of 29");
    }

    @Test
    void another_size_than_the_data_set_says_is_refused_before_decoding() {
        int[][] planes = TestJpegLossless.image(12, COLUMNS, ROWS, 1, 8);
        byte[] codestream = TestJpegLossless.encode(planes, COLUMNS, ROWS, new Coding(8, 1, 0, 0, true));
        PixelFormat larger = new PixelFormat(ROWS + 1, COLUMNS, 1, 8, 8, 7, false, "MONOCHROME2");
        assertThatThrownBy(() -> decoder.decode(Uid.JPEGLosslessNonHierarchicalProcess14, larger, codestream))
                .isInstanceOf(UndecodableException.class)
                .hasMessage("the JPEG codestream is 37 x 29 x 1, the data set says 37 x 30 x 1");
    }

    private static PixelFormat format(int components, int stored, boolean signed) {
        return new PixelFormat(
                ROWS,
                COLUMNS,
                components,
                stored > 8 ? 16 : 8,
                stored,
                stored - 1,
                signed,
                components == 1 ? "MONOCHROME2" : "RGB");
    }
}
