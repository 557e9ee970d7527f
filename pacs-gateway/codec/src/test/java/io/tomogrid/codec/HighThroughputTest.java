package io.tomogrid.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.FrameReader;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** High-Throughput JPEG 2000 that OpenJPH made, or undoes (COD-01). */
@org.junit.jupiter.api.Tag("peer")
class HighThroughputTest {
    private static final int COLUMNS = 97;
    private static final int ROWS = 61;

    @TempDir
    Path folder;

    @BeforeEach
    void openJph() {
        Tools.need("openjph-tools", "ojph_compress", "ojph_expand");
    }

    @ParameterizedTest
    @CsvSource({
        "8, false, RPCL, " + Uid.HighThroughputJPEG2000ImageCompressionLosslessOnly,
        "12, false, LRCP, " + Uid.HighThroughputJPEG2000ImageCompressionLosslessOnly,
        "12, true, RPCL, " + Uid.HighThroughputJPEG2000WithRPCLOptionsImageCompressionLosslessOnly,
        "16, false, RPCL, " + Uid.HighThroughputJPEG2000WithRPCLOptionsImageCompressionLosslessOnly,
        "16, true, CPRL, " + Uid.HighThroughputJPEG2000ImageCompression
    })
    void grey_is_the_same_to_the_bit(int stored, boolean signed, String progression, String syntax) throws Exception {
        Dataset image = TestImages.image(21, COLUMNS, ROWS, 1, stored, signed, 1);
        // the encoder's program reads no negative values: their bits are coded as those of unsigned ones
        int[] cells = Arrays.stream(TestImages.frames(image).get(0).values())
                .map(v -> v & (1 << stored) - 1)
                .toArray();
        Path raw = folder.resolve("image.yuv");
        Files.write(raw, little(cells, stored > 8 ? 2 : 1));
        List<String> command = new ArrayList<>(List.of("ojph_compress", "-i", raw.toString(), "-o", "image.j2c"));
        command.addAll(List.of("-reversible", "true", "-prog_order", progression));
        command.addAll(List.of("-dims", "{" + COLUMNS + "," + ROWS + "}", "-num_comps", "1", "-downsamp", "{1,1}"));
        command.addAll(List.of("-signed", "false", "-bit_depth", Integer.toString(stored)));
        Tools.run(folder, command);
        PixelFormat format = PixelFormat.of(image);
        byte[] frame = new PixelDecoder().decode(syntax, format, Files.readAllBytes(folder.resolve("image.j2c")));
        assertThat(Samples.of(format, frame).farFrom(TestImages.frames(image).get(0)))
                .isZero();
    }

    @Test
    void loss_is_small() throws Exception {
        Dataset image = TestImages.image(22, COLUMNS, ROWS, 1, 16, false, 1);
        writePortableMap(image, "image.pgm");
        Tools.run(folder, List.of("ojph_compress", "-i", "image.pgm", "-o", "image.j2c", "-qstep", "0.001"));
        PixelFormat format = PixelFormat.of(image);
        byte[] frame = new PixelDecoder()
                .decode(
                        Uid.HighThroughputJPEG2000ImageCompression,
                        format,
                        Files.readAllBytes(folder.resolve("image.j2c")));
        assertThat(Samples.of(format, frame).farFrom(TestImages.frames(image).get(0)))
                .isBetween(1, 65536 / 100);
    }

    @Test
    void colours_are_the_same_to_the_bit() throws Exception {
        Dataset image = TestImages.image(23, COLUMNS, ROWS, 3, 8, false, 1);
        writePortableMap(image, "image.ppm");
        Tools.run(folder, List.of("ojph_compress", "-i", "image.ppm", "-o", "image.j2c", "-reversible", "true"));
        PixelFormat format = PixelFormat.of(image);
        byte[] frame = new PixelDecoder()
                .decode(
                        Uid.HighThroughputJPEG2000ImageCompressionLosslessOnly,
                        format,
                        Files.readAllBytes(folder.resolve("image.j2c")));
        assertThat(frame).isEqualTo(Arrays.copyOf(image.bytes(Tag.PixelData).orElseThrow(), frame.length));
    }

    @Test
    void a_real_image_is_decoded_as_openjph_does() throws Exception {
        assumeTrue(TestImages.shared().isPresent(), TestImages.WHY);
        Path file = TestImages.shared().get().resolve("transfer_syntax/htj2k/HTJ2KLossless_08_RGB.dcm");
        byte[] codestream;
        try (InputStream in = Files.newInputStream(file)) {
            Part10.Opened opened = Part10.open(in);
            codestream =
                    FrameReader.open(opened.dataset(), opened.transferSyntax()).frame(1);
        }
        Files.write(folder.resolve("image.j2c"), codestream);
        Tools.run(folder, List.of("ojph_expand", "-i", "image.j2c", "-o", "image.ppm"));
        byte[] map = Files.readAllBytes(folder.resolve("image.ppm"));
        int[] got = TestImages.first(file).values();
        int header = map.length - got.length;
        for (int n = 0; n < got.length; n++) {
            assertThat(got[n]).isEqualTo(map[header + n] & 0xff);
        }
    }

    private static byte[] little(int[] cells, int bytes) {
        byte[] raw = new byte[cells.length * bytes];
        for (int n = 0; n < raw.length; n++) {
            raw[n] = (byte) (cells[n / bytes] >> 8 * (n % bytes));
        }
        return raw;
    }

    /** Portable maps have their most significant byte first. */
    private void writePortableMap(Dataset image, String name) throws Exception {
        int[] values = TestImages.frames(image).get(0).values();
        boolean wide = image.intValue(Tag.BitsAllocated).getAsInt() == 16;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String header =
                (name.endsWith("ppm") ? "P6 " : "P5 ") + COLUMNS + " " + ROWS + " " + (wide ? 65535 : 255) + "\n";
        out.write(header.getBytes(StandardCharsets.US_ASCII));
        for (int value : values) {
            if (wide) {
                out.write(value >> 8);
            }
            out.write(value);
        }
        Files.write(folder.resolve(name), out.toByteArray());
    }
}
