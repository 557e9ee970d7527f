package io.tomogrid.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real images in many transfer syntaxes against their uncompressed twins (COD-01). */
class TransferSyntaxesTest {
    private Path syntaxes;

    @BeforeEach
    void data() {
        assumeTrue(TestImages.shared().isPresent(), TestImages.WHY);
        syntaxes = TestImages.shared().get().resolve("transfer_syntax");
    }

    private Path ct(String syntax) {
        return syntaxes.resolve("ct/CTImage.dcm_" + syntax + ".dcm");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RLELosslessTransferSyntax_1.2.840.10008.1.2.5",
                "JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57",
                "JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70",
                "JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80",
                "JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90"
            })
    void a_ct_slice_is_the_same_to_the_bit(String syntax) throws IOException {
        Dataset plain = Part10.read(ct("LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1"))
                .dataset();
        assertThat(decoded(ct(syntax))).isEqualTo(plain.bytes(Tag.PixelData).orElseThrow());
    }

    /** JPEG-LS was made with NEAR 1 or so; JPEG 2000 with a rate. */
    @ParameterizedTest
    @CsvSource({
        "JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81, 1",
        "JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91, 8"
    })
    void a_ct_slice_with_loss_is_near(String syntax, int bound) throws IOException {
        int far = TestImages.first(ct(syntax))
                .farFrom(TestImages.first(ct("LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1")));
        assertThat(far).isBetween(1, bound);
    }

    /** These were scaled to 8 and 12 bits before they were compressed: Rescale Slope and Intercept undo it. */
    @ParameterizedTest
    @CsvSource({
        "JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50, 32",
        "JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51, 8"
    })
    void a_ct_slice_by_dct_is_near_in_hounsfield_units(String syntax, double bound) throws IOException {
        Dataset plain = Part10.read(ct("LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1"))
                .dataset();
        double[] expected =
                rescaled(plain, TestImages.first(ct("LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1")));
        double[] got = rescaled(Part10.read(ct(syntax)).dataset(), TestImages.first(ct(syntax)));
        double squares = 0;
        for (int n = 0; n < got.length; n++) {
            squares += Math.pow(got[n] - expected[n], 2);
        }
        assertThat(Math.sqrt(squares / got.length)).isBetween(0.1, bound);
    }

    private static double[] rescaled(Dataset header, Samples samples) {
        double slope = header.doubleValue(Tag.RescaleSlope).orElse(1);
        double intercept = header.doubleValue(Tag.RescaleIntercept).orElse(0);
        return java.util.Arrays.stream(samples.values())
                .mapToDouble(v -> v * slope + intercept)
                .toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MR_small_RLE", "MR_small_jp2klossless", "MR_small_jpeg_ls_lossless"})
    void an_mr_slice_is_the_same(String name) throws IOException {
        Samples plain = TestImages.first(syntaxes.resolve("small/MR_small.dcm"));
        assertThat(TestImages.first(syntaxes.resolve("small/" + name + ".dcm")).farFrom(plain))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53",
                "JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55"
            })
    void a_retired_process_of_12_bits_is_refused_by_name(String syntax) {
        assertThatThrownBy(() -> decoded(ct(syntax)))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("SOF2 and 12 bits, which is not decoded");
    }

    @Test
    void high_throughput_colour_is_decoded() throws IOException {
        Samples image = TestImages.first(syntaxes.resolve("htj2k/HTJ2KLossless_08_RGB.dcm"));
        assertThat(image.range()).isBetween(100, 255);
    }

    /** Single bits in deflated frames: a segmentation, whose segments are not empty and do not overlap. */
    @Test
    void a_deflated_segmentation_has_its_frames() throws IOException {
        Path file = TestImages.shared().get().resolve("results/seg_encapsulated/liver_deflate.dcm");
        try (InputStream in = Files.newInputStream(file)) {
            Part10.Opened opened = Part10.open(in);
            DecodedImage image = DecodedImage.open(opened.dataset(), opened.transferSyntax(), new PixelDecoder());
            int set = 0;
            for (int n = 1; n <= image.frames(); n++) {
                for (byte b : image.frame(n)) {
                    set += Integer.bitCount(b & 0xff);
                }
            }
            assertThat(image.frames()).isGreaterThan(1);
            assertThat((double) set / image.frames() / image.format().pixels()).isBetween(0.01, 0.5);
        }
    }

    /** A whole series of a PET scanner that compresses by itself. */
    @Test
    void pet_slices_of_a_scanner_decode() throws IOException {
        try (var files = Files.list(TestImages.shared().get().resolve("pt_jpegll_ge"))) {
            for (Path file : files.toList()) {
                assertThat(TestImages.first(file).range())
                        .as(file.getFileName().toString())
                        .isPositive();
            }
        }
    }

    private static byte[] decoded(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            Part10.Opened opened = Part10.open(in);
            return DecodedImage.open(opened.dataset(), opened.transferSyntax(), new PixelDecoder())
                    .frame(1);
        }
    }
}
