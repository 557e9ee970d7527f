package io.tomogrid.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                Uid.ExplicitVRLittleEndian,
                Uid.ImplicitVRLittleEndian,
                Uid.ExplicitVRBigEndian,
                Uid.DeflatedExplicitVRLittleEndian
            })
    void a_random_data_set_is_the_same_after_writing_and_reading(String transferSyntax) throws IOException {
        for (long seed = 0; seed < 300; seed++) {
            Dataset dataset = random(new Random(seed), 0);
            assertThat(read(write(dataset, transferSyntax), transferSyntax))
                    .as("seed %d", seed)
                    .isEqualTo(dataset);
        }
    }

    @Test
    void a_data_set_cut_anywhere_is_refused_or_read_up_to_there() throws IOException {
        byte[] bytes = write(random(new Random(5), 0), Uid.ExplicitVRLittleEndian);
        for (int length = 0; length < bytes.length; length++) {
            try {
                DatasetReader.read(
                        new ByteArrayInputStream(bytes, 0, length), Uid.ExplicitVRLittleEndian, ReadLimits.DEFAULT);
            } catch (DicomFormatException e) {
                assertThat(e.getMessage()).contains("truncated");
            }
        }
    }

    @Test
    void a_length_that_lies_costs_no_memory() {
        byte[] lie = {0x10, 0x00, 0x10, 0x00, 'O', 'B', 0, 0, (byte) 0xf0, (byte) 0xff, (byte) 0xff, 0x7f, 1, 2};
        assertThatThrownBy(() -> read(lie, Uid.ExplicitVRLittleEndian)).isInstanceOf(DicomFormatException.class);
    }

    /** Found by fuzzing: it was kept as fragments, whose length no explicit encoding of that VR can say. */
    @Test
    void an_undefined_length_where_none_can_be_is_a_sequence() throws IOException {
        byte[] bytes = java.util.HexFormat.of()
                .parseHex("28009911" + "ffffffff" + "feff00e0ffffffff" + "28001000" + "02000000" + "0102"
                        + "feff0de000000000" + "feffdde000000000");
        Dataset dataset = read(bytes, Uid.ImplicitVRLittleEndian);
        assertThat(dataset.items(Tag.PaletteColorLookupTableUID).get(0).intValue(Tag.Rows))
                .hasValue(513);
        assertThat(read(write(dataset, Uid.ExplicitVRBigEndian), Uid.ExplicitVRBigEndian))
                .isEqualTo(dataset);
    }

    /** Found by fuzzing: written again as an element, it would have ended a sequence. */
    @Test
    void a_delimiter_that_ends_nothing_is_refused() {
        byte[] bytes = java.util.HexFormat.of().parseHex("feffdde0" + "00000000" + "28001000" + "02000000" + "0102");
        assertThatThrownBy(() -> read(bytes, Uid.ImplicitVRLittleEndian))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("expected an element at byte 0, got (fffe,e0dd)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                Uid.ExplicitVRLittleEndian,
                Uid.ImplicitVRLittleEndian,
                Uid.ExplicitVRBigEndian,
                Uid.JPEG2000ImageCompression
            })
    void a_data_set_that_breaks_off_behind_its_header_is_found(String transferSyntax) throws IOException {
        Dataset header = new Dataset().put(Tag.SOPInstanceUID, "1.2.3");
        Dataset whole = new Dataset()
                .copyFrom(header, Tag.SOPInstanceUID)
                .putItems(Tag.SharedFunctionalGroupsSequence, new Dataset().put(Tag.Rows, 2));
        if (transferSyntax.equals(Uid.JPEG2000ImageCompression)) {
            whole.put(new Element.Fragments(Tag.PixelData, VR.OB, List.of(new byte[0], new byte[70_000])));
        } else {
            whole.putBytes(Tag.PixelData, VR.OW, new byte[70_000]);
        }
        byte[] bytes = write(whole, transferSyntax);
        var narrow = new ReadLimits(4, 100, 1000);
        assertThat(DatasetReader.readUntilAndCheckRest(
                        new ByteArrayInputStream(bytes), transferSyntax, narrow, Tag.PatientID))
                .isEqualTo(header);
        for (int length : new int[] {bytes.length - 1, bytes.length / 2, 100}) {
            assertThatThrownBy(() -> DatasetReader.readUntilAndCheckRest(
                            new ByteArrayInputStream(bytes, 0, length), transferSyntax, narrow, Tag.PatientID))
                    .isInstanceOf(DicomFormatException.class)
                    .hasMessageContaining("truncated");
        }
    }

    @Test
    void the_header_is_read_without_the_pixels() throws IOException {
        Dataset dataset = new Dataset()
                .put(Tag.PatientID, "X1")
                .put(Tag.Rows, 2)
                .putBytes(Tag.PixelData, VR.OW, new byte[] {1, 2, 3, 4});
        Dataset header = DatasetReader.readUntil(
                new ByteArrayInputStream(write(dataset, Uid.ImplicitVRLittleEndian)),
                Uid.ImplicitVRLittleEndian,
                ReadLimits.HEADER,
                Tag.PixelData);
        assertThat(header.contains(Tag.PixelData)).isFalse();
        assertThat(header.intValue(Tag.Rows)).hasValue(2);
    }

    @Test
    void values_are_typed_by_the_dictionary() {
        Dataset dataset = new Dataset()
                .put(Tag.PixelSpacing, 0.9765625, 1.0 / 3)
                .put(Tag.SOPInstanceUID, "1.2.3")
                .put(Tag.Modality, "PT");
        assertThat(dataset.doubles(Tag.PixelSpacing)).containsExactly(0.9765625, 0.33333333333333);
        assertThat(dataset.bytes(Tag.SOPInstanceUID).orElseThrow()).endsWith(0);
        assertThat(dataset.string(Tag.SOPInstanceUID)).contains("1.2.3");
        assertThatThrownBy(() -> new Dataset().put(Tag.Rows, 70000))
                .hasMessage("(0028,0010) Rows: expected a whole number from 0 to 65535, got 70000.0");
        assertThatThrownBy(() -> new Dataset().put(Tag.Rows, "2")).hasMessageContaining("takes no text");
        assertThat(dataset.toString()).isEqualTo("Dataset[3 elements]");
    }

    @ParameterizedTest
    @CsvSource({
        "1,1",
        "-0.1,-0.1",
        "1e300,1E300",
        "3.141592653589793,3.14159265358979",
        "-2.220446049250313E-16,-2.220446049E-16",
        "123456789012345678,1.2345678901E17"
    })
    void a_decimal_string_has_at_most_sixteen_characters(double value, String text) {
        assertThat(Numbers.ds(value).length()).isLessThanOrEqualTo(16);
        assertThat(Double.parseDouble(Numbers.ds(value)))
                .isCloseTo(Double.parseDouble(text), org.assertj.core.data.Offset.offset(Math.abs(value) * 1e-9));
    }

    /** Names of PS3.5 annexes H to K and of the usual test files. */
    @Test
    void names_in_many_scripts_are_read() {
        assertThat(name("ISO_IR 100", "Buc^J\u00e9r\u00f4me".getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo("Buc^J\u00e9r\u00f4me");
        assertThat(name(
                        "\\ISO 2022 IR 87",
                        bytes("Yamada^Tarou=%1b$B;3ED%1b(B^%1b$BB@O:%1b(B=%1b$B$d$^$@%1b(B^%1b$B$?$m$&%1b(B")))
                .isEqualTo("Yamada^Tarou=\u5c71\u7530^\u592a\u90ce=\u3084\u307e\u3060^\u305f\u308d\u3046");
        assertThat(name(
                        "\\ISO 2022 IR 149",
                        bytes("Hong^Gildong=%1b$)C%fb%f3^%1b$)C%d1%ce%d4%d7=%1b$)C%c8%ab^%1b$)C%b1%e6%b5%bf")))
                .isEqualTo("Hong^Gildong=\u6d2a^\u5409\u6d1e=\ud64d^\uae38\ub3d9");
        assertThat(name("GB18030", bytes("Wang^XiaoDong=%cd%f5^%d0%a1%b6%ab")))
                .isEqualTo("Wang^XiaoDong=\u738b^\u5c0f\u4e1c");
        assertThat(name("ISO_IR 192", "\u0412\u0430\u0441\u044f".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("\u0412\u0430\u0441\u044f");
    }

    @Test
    void derived_uids_are_valid_and_follow_from_their_parts() {
        assertThat(Uids.derived("a", "bc")).isEqualTo(Uids.derived("a", "bc")).isNotEqualTo(Uids.derived("ab", "c"));
        assertThat(Uids.valid(Uids.derived("x"))).isTrue();
        assertThat(Uids.valid(Uids.random())).isTrue();
        assertThat(Uids.valid("1.02.3")).isFalse();
    }

    private static String name(String characterSet, byte[] value) {
        return new Dataset()
                .put(Tag.SpecificCharacterSet, characterSet.split("\\\\", -1))
                .putBytes(Tag.PatientName, VR.PN, value)
                .string(Tag.PatientName)
                .orElseThrow();
    }

    /** Latin-1 text in which %xx stands for a byte. */
    private static byte[] bytes(String text) {
        List<Byte> bytes = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                bytes.add((byte) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.add((byte) text.charAt(i));
            }
        }
        byte[] array = new byte[bytes.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = bytes.get(i);
        }
        return array;
    }

    private static Dataset random(Random random, int depth) {
        Dataset dataset = new Dataset().put(Tag.Modality, "PT");
        int[] tags = {
            Tag.PatientID,
            Tag.StudyDate,
            Tag.Rows,
            Tag.PixelSpacing,
            Tag.FrameReferenceTime,
            Tag.RescaleSlope,
            Tag.RealWorldValueSlope,
            Tag.SimpleFrameList,
            Tag.FrameIncrementPointer,
            Tag.InstanceNumber
        };
        for (int tag : tags) {
            if (random.nextBoolean()) {
                VR vr = Dictionary.vr(tag);
                if (vr.kind() == VR.Kind.TEXT && vr != VR.DS && vr != VR.IS || vr == VR.LO) {
                    dataset.put(tag, Integer.toString(random.nextInt(1_000_000)));
                } else {
                    dataset.put(tag, (double) random.nextInt(60_000));
                }
            }
        }
        if (random.nextBoolean() && depth < 4) {
            List<Dataset> items = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                items.add(random(random, depth + 1));
            }
            dataset.putItems(Tag.ReferencedSeriesSequence, items);
        }
        byte[] pixels = new byte[2 * random.nextInt(100_000 >> 4 * depth)];
        random.nextBytes(pixels);
        return dataset.putBytes(Tag.PixelData, VR.OW, pixels);
    }

    private static byte[] write(Dataset dataset, String transferSyntax) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DatasetWriter.write(out, transferSyntax, dataset);
        return out.toByteArray();
    }

    private static Dataset read(byte[] bytes, String transferSyntax) throws IOException {
        return DatasetReader.read(new ByteArrayInputStream(bytes), transferSyntax, ReadLimits.DEFAULT);
    }
}
