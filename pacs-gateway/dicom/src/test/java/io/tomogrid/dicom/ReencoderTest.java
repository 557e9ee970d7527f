package io.tomogrid.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Data sets in another transfer syntax without loss (QRY-06). */
class ReencoderTest {
    private static final String EXPLICIT = Uid.ExplicitVRLittleEndian;
    private static final String IMPLICIT = Uid.ImplicitVRLittleEndian;
    private static final String BIG = Uid.ExplicitVRBigEndian;
    private static final String DEFLATED = Uid.DeflatedExplicitVRLittleEndian;
    private static final List<String> ALL = List.of(EXPLICIT, IMPLICIT, BIG, DEFLATED);
    private static final int PRIVATE = 0x00091001;

    static Stream<Arguments> pairs() {
        return ALL.stream().flatMap(from -> ALL.stream().map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void every_value_is_there_and_back_again(String from, String to) throws IOException {
        Dataset image = image();
        byte[] stored = encode(image, from);
        byte[] sent =
                Reencoder.reencode(new ByteArrayInputStream(stored), from, to).readAllBytes();
        assertThat(read(sent, to)).isEqualTo(to.equals(IMPLICIT) || from.equals(IMPLICIT) ? withoutVrs(image) : image);
        byte[] back =
                Reencoder.reencode(new ByteArrayInputStream(sent), to, from).readAllBytes();
        assertThat(back)
                .isEqualTo(to.equals(IMPLICIT) && !from.equals(IMPLICIT) ? encode(withoutVrs(image), from) : stored);
        assertThat(back.length % 2).isZero();
    }

    /** Every VR with numbers, values of an odd length, private values, a sequence within a sequence. */
    private static Dataset image() {
        byte[] pixels = new byte[300_000];
        new Random(7).nextBytes(pixels);
        return new Dataset()
                .put(Tag.SOPInstanceUID, "1.2.3")
                .put(Tag.FrameIncrementPointer, (double) 0x00181063)
                .put(Tag.PixelRepresentation, 1)
                .putBytes(Tag.PixelPaddingValue, VR.SS, new byte[] {0x30, (byte) 0xf8})
                .put(Tag.RealWorldValueSlope, Math.PI)
                .put(Tag.SimpleFrameList, 1, 70_000)
                .put(Tag.RecommendedDisplayFrameRateInFloat, 2.5)
                .putBytes(PRIVATE - 0xff1, VR.LO, Dataset.ascii("TEST"))
                .putBytes(PRIVATE, VR.UN, new byte[] {1, 2, 3, 4})
                .putBytes(0x60003000, VR.OW, new byte[] {5, 6, 7, 8})
                .putItems(
                        Tag.ReferencedSeriesSequence,
                        new Dataset().putItems(Tag.ReferencedSOPSequence, new Dataset().put(Tag.Rows, 513)),
                        new Dataset())
                .putBytes(Tag.EncapsulatedDocument, VR.OB, new byte[] {1, 2, 3, 0})
                .putBytes(Tag.PixelData, VR.OW, pixels);
    }

    private static Dataset withoutVrs(Dataset dataset) throws IOException {
        return read(encode(dataset, IMPLICIT), IMPLICIT);
    }

    /** PS3.5 section 7.3: 16-bit words of OW turn round, bytes of OB and UN do not, and padding comes before. */
    @Test
    void big_endian_bytes_are_those_of_the_standard() throws IOException {
        Dataset dataset = new Dataset().put(Tag.Rows, 0x0102).putBytes(Tag.PixelData, VR.OW, new byte[] {1, 2, 3});
        assertThat(HexFormat.of().formatHex(encode(dataset, BIG)))
                .isEqualTo("00280010" + "5553" + "0002" + "0102" + "7fe00010" + "4f570000" + "00000004" + "02010003");
        byte[] little = Reencoder.reencode(new ByteArrayInputStream(encode(dataset, BIG)), BIG, EXPLICIT)
                .readAllBytes();
        assertThat(HexFormat.of().formatHex(little))
                .isEqualTo("28001000" + "5553" + "0200" + "0201" + "e07f1000" + "4f570000" + "04000000" + "01020300");
        Dataset bytes = new Dataset()
                .putBytes(PRIVATE, VR.UN, new byte[] {1, 2})
                .putBytes(Tag.PixelData, VR.OB, new byte[] {1, 2, 3, 4});
        assertThat(HexFormat.of().formatHex(encode(bytes, BIG)))
                .isEqualTo("00091001" + "554e0000" + "00000002" + "0102" + "7fe00010" + "4f420000" + "00000004"
                        + "01020304");
    }

    /** PS3.5 section 6.2.2: a UN of undefined length is implicit little endian, also in the middle of big endian. */
    @Test
    void a_sequence_of_an_unknown_vr_is_little_endian_in_big_endian() throws IOException {
        byte[] bytes = HexFormat.of()
                .parseHex("00091001" + "554e0000" + "ffffffff" + "feff00e0ffffffff" + "28001000" + "02000000" + "0201"
                        + "feff0de000000000" + "feffdde000000000" + "00280011" + "5553" + "0002" + "0304");
        Dataset dataset = read(bytes, BIG);
        assertThat(dataset.items(PRIVATE).get(0).intValue(Tag.Rows)).hasValue(0x0102);
        assertThat(dataset.intValue(Tag.Columns)).hasValue(0x0304);
    }

    @Test
    void what_an_explicit_length_cannot_hold_gets_another_vr() throws IOException {
        byte[] table = new byte[70_000];
        new Random(3).nextBytes(table);
        byte[] text = new byte[70_000];
        java.util.Arrays.fill(text, (byte) 'x');
        Dataset dataset = new Dataset()
                .putBytes(0x00080000, VR.UL, new byte[] {9, 9, 0, 0})
                .putBytes(Tag.ImageComments, VR.LT, text)
                .putItems(Tag.VOILUTSequence, new Dataset().putBytes(Tag.LUTData, VR.US, table));
        var out = new java.io.ByteArrayOutputStream();
        DatasetWriter.write(out, IMPLICIT, dataset);
        byte[] implicit = out.toByteArray();
        for (String to : List.of(EXPLICIT, BIG)) {
            byte[] sent = Reencoder.reencode(new ByteArrayInputStream(implicit), IMPLICIT, to)
                    .readAllBytes();
            Dataset there = read(sent, to);
            assertThat(there.get(0x00080000)).as("group length").isEmpty();
            assertThat(there.get(Tag.ImageComments).orElseThrow().vr()).isEqualTo(VR.UN);
            assertThat(there.bytes(Tag.ImageComments).orElseThrow()).isEqualTo(text);
            Dataset lut = there.item(Tag.VOILUTSequence).orElseThrow();
            assertThat(lut.get(Tag.LUTData).orElseThrow().vr()).isEqualTo(VR.OW);
            assertThat(lut.bytes(Tag.LUTData).orElseThrow()).isEqualTo(table);
        }
    }

    @Test
    void compressed_pixels_stay_as_they_are() {
        assertThat(Reencoder.alternatives(Uid.JPEG2000ImageCompression)).isEmpty();
        assertThat(Reencoder.syntaxFor(Uid.RLELossless, ALL::contains)).isEmpty();
        assertThat(Reencoder.syntaxFor(Uid.RLELossless, Uid.RLELossless::equals))
                .contains(Uid.RLELossless);
        assertThat(Reencoder.syntaxFor(BIG, ALL::contains)).contains(BIG);
        assertThat(Reencoder.syntaxFor(BIG, List.of(IMPLICIT, DEFLATED)::contains))
                .contains(IMPLICIT);
        assertThatThrownBy(() -> Reencoder.reencode(InputStream.nullInputStream(), Uid.RLELossless, EXPLICIT))
                .hasMessage("RLE Lossless is not turned into Explicit VR Little Endian");
    }

    /** One image that others wrote in every uncompressed transfer syntax. */
    @Test
    void real_images_say_the_same_in_every_transfer_syntax() throws IOException {
        List<Path> files = SharedData.files("transfer_syntax").stream()
                .filter(p -> p.getFileName().toString().startsWith("CTImage.dcm_"))
                .toList();
        assumeTrue(!files.isEmpty(), SharedData.WHY);
        Dataset expected = null;
        int compared = 0;
        for (Path file : files) {
            Part10File read = Part10.read(file);
            if (!Reencoder.isUncompressed(read.transferSyntax())) {
                continue;
            }
            byte[] stored = encode(read.dataset(), read.transferSyntax());
            Dataset plain = read(
                    Reencoder.reencode(new ByteArrayInputStream(stored), read.transferSyntax(), IMPLICIT)
                            .readAllBytes(),
                    IMPLICIT);
            expected = expected == null ? plain : expected;
            assertThat(plain.bytes(Tag.PixelData).orElseThrow())
                    .as(file.getFileName().toString())
                    .isEqualTo(expected.bytes(Tag.PixelData).orElseThrow());
            compared++;
        }
        assertThat(compared).isEqualTo(4);
    }

    /** DCMTK turns the same file into the same data set. */
    @Test
    @org.junit.jupiter.api.Tag("peer")
    void dcmconv_says_the_same(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/dcmconv")), "needs DCMTK (Debian package dcmtk)");
        Path file = folder.resolve("image.dcm");
        Dataset image = image().put(Tag.SOPClassUID, Uid.CTImageStorage);
        try (var out = Files.newOutputStream(file)) {
            Part10.write(out, EXPLICIT, image);
        }
        Map<String, String> options = Map.of("+te", EXPLICIT, "+ti", IMPLICIT, "+tb", BIG, "+td", DEFLATED);
        for (var option : options.entrySet()) {
            Path theirs = folder.resolve("theirs.dcm");
            Process process = new ProcessBuilder("dcmconv", option.getKey(), file.toString(), theirs.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            Part10File read = Part10.read(theirs);
            assertThat(read.transferSyntax()).isEqualTo(option.getValue());
            byte[] ours = Reencoder.reencode(
                            new ByteArrayInputStream(encode(image, EXPLICIT)), EXPLICIT, option.getValue())
                    .readAllBytes();
            assertThat(read(ours, option.getValue())).as(option.getKey()).isEqualTo(read.dataset());
        }
    }

    private static byte[] encode(Dataset dataset, String transferSyntax) throws IOException {
        var out = new java.io.ByteArrayOutputStream();
        Reencoder.write(out, transferSyntax, dataset);
        return out.toByteArray();
    }

    private static Dataset read(byte[] bytes, String transferSyntax) throws IOException {
        return DatasetReader.read(new ByteArrayInputStream(bytes), transferSyntax, ReadLimits.DEFAULT);
    }
}
