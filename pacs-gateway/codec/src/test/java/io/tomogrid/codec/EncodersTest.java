package io.tomogrid.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Part10File;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What DCMTK and GDCM compress is decoded exactly, or as their own decoders do (COD-01). */
@org.junit.jupiter.api.Tag("peer")
class EncodersTest {
    /** Odd sizes, so that blocks, lines and padding come out uneven. */
    private static final int COLUMNS = 97;

    private static final int ROWS = 61;

    @TempDir
    Path folder;

    private Path file(Dataset image) throws Exception {
        Path file = folder.resolve("plain.dcm");
        try (OutputStream out = Files.newOutputStream(file)) {
            Part10.write(out, Uid.ExplicitVRLittleEndian, image);
        }
        return file;
    }

    private Path encoded(String command, Path plain) throws Exception {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        Tools.need(words.get(0).startsWith("dcm") ? "dcmtk" : "libgdcm-tools", words.get(0));
        Path compressed = folder.resolve("compressed.dcm");
        words.add(plain.toString());
        words.add(compressed.toString());
        Tools.run(folder, words);
        return compressed;
    }

    private static List<Dataset> grey() {
        return List.of(
                TestImages.image(1, COLUMNS, ROWS, 1, 8, false, 3),
                TestImages.image(2, COLUMNS, ROWS, 1, 12, false, 3),
                TestImages.image(3, COLUMNS, ROWS, 1, 12, true, 3),
                TestImages.image(4, COLUMNS, ROWS, 1, 16, false, 3),
                TestImages.image(5, COLUMNS, ROWS, 1, 16, true, 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dcmcrle",
                "dcmcrle -ot",
                "dcmcjpeg +e1",
                "dcmcjpeg +e1 -ot",
                "dcmcjpeg +e1 +fs 1",
                "dcmcjpeg +el +sv 2",
                "dcmcjpeg +el +sv 3",
                "dcmcjpeg +el +sv 4",
                "dcmcjpeg +el +sv 5",
                "dcmcjpeg +el +sv 6",
                "dcmcjpeg +el +sv 7",
                "dcmcjpls +el",
                "dcmcjpls +el -ot",
                "dcmcjpls +el +fs 1 +pz",
                "gdcmconv --rle",
                "gdcmconv --jpeg",
                "gdcmconv --jpegls",
                "gdcmconv --j2k"
            })
    void grey_frames_are_the_same_to_the_bit(String command) throws Exception {
        for (Dataset image : grey()) {
            List<Samples> expected = TestImages.frames(image);
            Path compressed = encoded(command, file(image));
            List<Samples> got = TestImages.frames(compressed);
            assertThat(got).hasSameSizeAs(expected);
            for (int n = 0; n < expected.size(); n++) {
                assertThat(got.get(n).farFrom(expected.get(n)))
                        .as("%s, frame %s, of %s bits", command, n + 1, image.intValue(Tag.BitsStored))
                        .isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dcmcrle",
                "dcmcjpeg +e1",
                "dcmcjpeg +el +sv 5",
                "dcmcjpls +el +il",
                "dcmcjpls +el +is",
                "dcmcjpls +el +in",
                "gdcmconv --jpeg",
                "gdcmconv --j2k"
            })
    void colours_are_the_same_to_the_bit(String command) throws Exception {
        Dataset image = TestImages.image(6, COLUMNS, ROWS, 3, 8, false, 2);
        List<Samples> expected = TestImages.frames(image);
        Path compressed = encoded(command, file(image));
        List<Samples> got = TestImages.frames(compressed);
        assertThat(got).hasSameSizeAs(expected);
        for (int n = 0; n < expected.size(); n++) {
            assertThat(got.get(n).farFrom(expected.get(n)))
                    .as("frame %s", n + 1)
                    .isZero();
        }
    }

    /** DCMTK makes none of signed values. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10})
    void near_lossless_stays_within_its_bound(int near) throws Exception {
        for (Dataset image : grey()) {
            if (image.intValue(Tag.PixelRepresentation).getAsInt() == 1) {
                continue;
            }
            List<Samples> expected = TestImages.frames(image);
            List<Samples> got = TestImages.frames(encoded("dcmcjpls +en +md " + near, file(image)));
            for (int n = 0; n < expected.size(); n++) {
                assertThat(got.get(n).farFrom(expected.get(n)))
                        .as("of %s bits", image.intValue(Tag.BitsStored))
                        .isBetween(1, near);
            }
        }
    }

    /** The other decoder uses the same integer transform. */
    @ParameterizedTest
    @CsvSource({"+ee +bt, 12", "+ee +q 40 +bt, 12", "+eb, 8", "+ee +be, 8", "+ep +be, 8"})
    void dct_is_decoded_as_dcmtk_does(String options, int stored) throws Exception {
        Path compressed = encoded("dcmcjpeg " + options, file(TestImages.image(7, COLUMNS, ROWS, 1, stored, false, 2)));
        Tools.run(folder, List.of("dcmdjpeg", compressed.toString(), "decoded.dcm"));
        Part10File decoded = Part10.read(folder.resolve("decoded.dcm"));
        List<Samples> expected = TestImages.frames(decoded.dataset());
        List<Samples> got = TestImages.frames(compressed);
        for (int n = 0; n < expected.size(); n++) {
            assertThat(got.get(n).farFrom(expected.get(n)))
                    .as("frame %s", n + 1)
                    .isZero();
        }
    }

    /** Colours stay as they are coded: YCbCr of full range without subsampling. */
    @ParameterizedTest
    @ValueSource(strings = {"dcmcjpeg +eb +s2 +q 95", "dcmcjpeg +eb +s4 +q 95", "dcmcjpeg +eb +cr +s4 +q 95"})
    void lossy_colours_are_near(String command) throws Exception {
        Dataset image = TestImages.image(8, COLUMNS, ROWS, 3, 8, false, 1);
        Path compressed = encoded(command, file(image));
        try (var in = Files.newInputStream(compressed)) {
            Part10.Opened opened = Part10.open(in);
            DecodedImage decoded = DecodedImage.open(opened.dataset(), opened.transferSyntax(), new PixelDecoder());
            Dataset header = decoded.header();
            boolean rgb = command.contains("+cr");
            assertThat(header.string(Tag.PhotometricInterpretation)).contains(rgb ? "RGB" : "YBR_FULL");
            assertThat(header.string(Tag.LossyImageCompression)).contains("01");
            int[] got = Samples.of(decoded.format(), decoded.frame(1)).values();
            int[] expected = TestImages.frames(image).get(0).values();
            double squares = 0;
            for (int n = 0; n < got.length; n += 3) {
                double[] colour = rgb ? new double[] {got[n], got[n + 1], got[n + 2]} : rgb(got, n);
                for (int c = 0; c < 3; c++) {
                    squares += Math.pow(colour[c] - expected[n + c], 2);
                }
            }
            assertThat(Math.sqrt(squares / got.length)).isLessThan(6);
        }
    }

    /** PS3.3 section C.7.6.3.1.2, solved for RGB. */
    private static double[] rgb(int[] ybr, int at) {
        double y = ybr[at];
        double cb = ybr[at + 1] - 128;
        double cr = ybr[at + 2] - 128;
        return new double[] {y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb};
    }
}
