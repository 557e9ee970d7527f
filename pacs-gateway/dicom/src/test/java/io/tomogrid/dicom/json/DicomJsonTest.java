package io.tomogrid.dicom.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DicomJsonTest {
    private static Dataset read(String json) throws IOException {
        return DicomJsonReader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_data_set_is_an_object_of_tags() throws IOException {
        Dataset dataset = new Dataset()
                .put(Tag.SpecificCharacterSet, "ISO_IR 192")
                .put(Tag.ImageType, "DERIVED", "", "MIP")
                .put(Tag.PatientName, "Yamada^Tarou=山田^太郎=やまだ^たろう")
                .putEmpty(Tag.PatientBirthDate)
                .put(Tag.PatientWeight, 70.5)
                .put(Tag.SeriesNumber, 3)
                .put(Tag.Rows, 65535)
                .put(Tag.FrameIncrementPointer, Tag.FrameTimeVector)
                .putItems(Tag.ReferencedStudySequence, new Dataset().put(Tag.Modality, "PT"), new Dataset())
                .putEmpty(Tag.ReferencedSeriesSequence)
                .putBytes(Tag.PixelData, VR.OW, new byte[] {1, 2, 3, 4});
        String json = """
                {"00080005":{"vr":"CS","Value":["ISO_IR 192"]},\
                "00080008":{"vr":"CS","Value":["DERIVED",null,"MIP"]},\
                "00081110":{"vr":"SQ","Value":[{"00080060":{"vr":"CS","Value":["PT"]}},{}]},\
                "00081115":{"vr":"SQ"},\
                "00100010":{"vr":"PN","Value":[{"Alphabetic":"Yamada^Tarou","Ideographic":"山田^太郎","Phonetic":"やまだ^たろう"}]},\
                "00100030":{"vr":"DA"},\
                "00101030":{"vr":"DS","Value":[70.5]},\
                "00200011":{"vr":"IS","Value":[3]},\
                "00280009":{"vr":"AT","Value":["00181065"]},\
                "00280010":{"vr":"US","Value":[65535]},\
                "7FE00010":{"vr":"OW","InlineBinary":"AQIDBA=="}}""";
        assertThat(DicomJsonWriter.toJson(dataset)).isEqualTo(json);
        assertThat(read(json)).isEqualTo(dataset);
    }

    @ParameterizedTest
    @CsvSource({
        "US, 65535",
        "SS, -32768",
        "UL, 4294967295",
        "SL, -2147483648",
        "SV, -9223372036854775808",
        "UV, 18446744073709551615",
        "FL, 0.1",
        "FL, -3.4028235E38",
        "FD, 0.1",
        "FD, 1.7976931348623157E308",
        "DS, 1.50",
        "DS, -1E-7",
        "IS, -2147483648"
    })
    void numbers_keep_their_value(String vr, String number) throws IOException {
        String json = "{\"00091001\":{\"vr\":\"" + vr + "\",\"Value\":[" + number + "," + number + "]}}";
        assertThat(DicomJsonWriter.toJson(read(json))).isEqualTo(json);
    }

    @Test
    void numbers_that_json_does_not_have_are_strings() throws IOException {
        ByteBuffer values = ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(Double.NaN)
                .putDouble(Double.POSITIVE_INFINITY)
                .putDouble(Double.NEGATIVE_INFINITY);
        Dataset dataset = new Dataset().putBytes(0x00091001, VR.FD, values.array());
        String json = DicomJsonWriter.toJson(dataset);
        assertThat(json).isEqualTo("{\"00091001\":{\"vr\":\"FD\",\"Value\":[\"NaN\",\"Infinity\",\"-Infinity\"]}}");
        assertThat(read(json)).isEqualTo(dataset);
        assertThat(read(json.replace("Infinity", "inf"))).isEqualTo(dataset);
    }

    @Test
    void text_that_is_no_number_stays_what_it_is() {
        Dataset dataset = new Dataset()
                .putBytes(Tag.PatientWeight, VR.DS, "70,5\\+1.\\ 007".getBytes(StandardCharsets.US_ASCII))
                .putBytes(Tag.SeriesNumber, VR.IS, "1e2 ".getBytes(StandardCharsets.US_ASCII));
        assertThat(DicomJsonWriter.toJson(dataset))
                .isEqualTo("{\"00101030\":{\"vr\":\"DS\",\"Value\":[\"70,5\",1,7]},"
                        + "\"00200011\":{\"vr\":\"IS\",\"Value\":[\"1e2\"]}}");
    }

    @Test
    void the_vr_may_come_last_and_is_the_dictionarys_when_it_is_missing() throws IOException {
        assertThat(read("{\"00280010\":{\"Value\":[7],\"vr\":\"US\"},\"00280011\":{\"Value\":[8]}}"))
                .isEqualTo(new Dataset().put(Tag.Rows, 7).put(Tag.Columns, 8));
    }

    @Test
    void items_inherit_the_character_set_and_text_becomes_utf_8() throws IOException {
        byte[] mueller = "Müller".getBytes(StandardCharsets.ISO_8859_1);
        Dataset dataset = new Dataset()
                .put(Tag.SpecificCharacterSet, "ISO_IR 100")
                .putItems(Tag.ReferencedStudySequence, new Dataset().putBytes(Tag.PatientName, VR.PN, mueller));
        String json = DicomJsonWriter.toJson(dataset);
        assertThat(json)
                .contains("\"ISO_IR 192\"", "{\"Alphabetic\":\"Müller\"}")
                .doesNotContain("ISO_IR 100");
        Dataset again = read(json);
        assertThat(again.string(Tag.SpecificCharacterSet)).contains("ISO_IR 192");
        assertThat(DicomJsonWriter.toJson(again)).isEqualTo(json);
    }

    @Test
    void a_document_beyond_ascii_gets_a_character_set() throws IOException {
        Dataset dataset =
                read("{\"00081110\":{\"vr\":\"SQ\",\"Value\":[{\"0008103E\":{\"vr\":\"LO\",\"Value\":[\"Größe\"]}}]}}");
        assertThat(dataset.string(Tag.SpecificCharacterSet)).contains("ISO_IR 192");
        assertThat(read("{\"0008103E\":{\"vr\":\"LO\",\"Value\":[\"size\"]}}").contains(Tag.SpecificCharacterSet))
                .isFalse();
    }

    @Test
    void large_values_are_referred_to_by_their_path() throws IOException {
        Dataset dataset = new Dataset()
                .putItems(
                        Tag.WaveformSequence,
                        new Dataset(),
                        new Dataset().putBytes(Tag.WaveformData, VR.OW, new byte[5000]))
                .putBytes(Tag.RedPaletteColorLookupTableData, VR.OW, new byte[2])
                .put(new Element.Fragments(Tag.PixelData, VR.OB, List.of(new byte[0], new byte[10])));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DicomJsonWriter.write(out, dataset, BulkDataUris.above(1024, "https://host/bulk"));
        String json = out.toString(StandardCharsets.UTF_8);
        assertThat(json)
                .contains("\"54001010\":{\"vr\":\"OW\",\"BulkDataURI\":\"https://host/bulk/54000100/2/54001010\"}")
                .contains("\"00281201\":{\"vr\":\"OW\",\"InlineBinary\":\"AAA=\"}")
                .contains("\"7FE00010\":{\"vr\":\"OB\",\"BulkDataURI\":\"https://host/bulk/7FE00010\"}");
        Dataset again = DicomJsonReader.read(
                new ByteArrayInputStream(out.toByteArray()), DicomJsonReader.LIMITS, (tag, vr, uri) -> {
                    assertThat(uri).startsWith("https://host/bulk/");
                    return tag == Tag.PixelData
                            ? dataset.get(tag).orElseThrow()
                            : new Element.Value(tag, vr, new byte[5000]);
                });
        assertThat(again).isEqualTo(dataset);
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("bulk data");
        assertThatThrownBy(() -> DicomJsonWriter.toJson(dataset))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("(7fe0,0010) PixelData: encapsulated pixel data needs a bulk data URI");
    }

    @Test
    void group_lengths_and_meta_information_are_left_out() throws IOException {
        Dataset dataset = new Dataset()
                .put(Tag.TransferSyntaxUID, "1.2.840.10008.1.2.1")
                .putBytes(0x00080000, VR.UL, new byte[4])
                .put(Tag.Modality, "PT");
        String json = "{\"00080060\":{\"vr\":\"CS\",\"Value\":[\"PT\"]}}";
        assertThat(DicomJsonWriter.toJson(dataset)).isEqualTo(json);
        assertThat(read("{\"00020010\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]},\"00080000\":{\"vr\":\"UL\",\"Value\":[1]},"
                        + json.substring(1)))
                .isEqualTo(new Dataset().put(Tag.Modality, "PT"));
    }

    @Test
    void an_array_holds_many() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Dataset one = new Dataset().put(Tag.Modality, "PT");
        Dataset two = new Dataset().put(Tag.Modality, "CT");
        try (DicomJsonWriter writer = DicomJsonWriter.array(out, BulkDataUris.INLINE)) {
            writer.add(one).add(two);
        }
        assertThat(DicomJsonReader.readArray(
                        new ByteArrayInputStream(out.toByteArray()), DicomJsonReader.LIMITS, BulkDataSource.NONE))
                .containsExactly(one, two);
        assertThat(DicomJsonReader.readArray(
                        new ByteArrayInputStream("[]".getBytes(StandardCharsets.UTF_8)),
                        DicomJsonReader.LIMITS,
                        BulkDataSource.NONE))
                .isEmpty();
    }

    @Test
    void a_number_longer_than_a_ds_is_rounded_to_sixteen_characters() throws IOException {
        Dataset dataset = read("{\"00101030\":{\"vr\":\"DS\",\"Value\":[0.12345678901234567890]}}");
        assertThat(dataset.bytes(Tag.PatientWeight).orElseThrow()).hasSizeLessThanOrEqualTo(16);
        assertThat(dataset.doubleValue(Tag.PatientWeight).orElseThrow())
                .isCloseTo(0.1234567890123, org.assertj.core.api.Assertions.within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"PatientName\":{}}",
                "{\"00100010\":7}",
                "{\"00100010\":{\"vr\":\"XX\"}}",
                "{\"00100010\":{\"vr\":\"PN\",\"Value\":\"Secret^Name\"}}",
                "{\"00100010\":{\"vr\":\"PN\",\"Value\":[[\"Secret^Name\"]]}}",
                "{\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"Secret\\\\Name\"}]}}",
                "{\"00100020\":{\"vr\":\"US\",\"Value\":[\"Secret\"]}}",
                "{\"00100020\":{\"vr\":\"US\",\"Value\":[65536]}}",
                "{\"00100020\":{\"vr\":\"US\",\"Value\":[1.5]}}",
                "{\"00100020\":{\"vr\":\"UL\",\"Value\":[1e999999999]}}",
                "{\"00100020\":{\"vr\":\"FD\",\"Value\":[\"Secret\"]}}",
                "{\"00100020\":{\"vr\":\"AT\",\"Value\":[\"Secret\"]}}",
                "{\"00100020\":{\"vr\":\"OB\",\"Value\":[1]}}",
                "{\"00100020\":{\"vr\":\"OB\",\"InlineBinary\":\"Secret!\"}}",
                "{\"00100020\":{\"vr\":\"SQ\",\"Value\":[\"Secret\"]}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[{\"00100010\":{\"vr\":\"LO\"}}]}}",
                "{\"FFFEE00D\":{\"vr\":\"OB\"}}",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"Secret\"",
                "{\"00100020\":{\"vr\":\"LO\",\"Value\":[Secret]}}",
                "{} {}"
            })
    void what_is_not_dicom_json_is_refused_without_quoting_it(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(DicomFormatException.class)
                .message()
                .doesNotContain("Secret");
    }

    @Test
    void size_and_depth_are_limited() {
        ReadLimits limits = new ReadLimits(3, 10, 1000);
        String sequence = "{\"00081110\":{\"vr\":\"SQ\",\"Value\":[";
        String deep = sequence.repeat(4) + "{}" + "]}}".repeat(4);
        String veryDeep = sequence.repeat(100_000);
        String wide = "{\"00280010\":{\"vr\":\"US\",\"Value\":[1,2,3,4,5,6,7,8,9,10]}}";
        String large = "{\"00081030\":{\"vr\":\"UT\",\"Value\":[\"" + "x".repeat(1000) + "\"]}}";
        for (String json : List.of(deep, veryDeep, wide, large)) {
            assertThatThrownBy(() -> DicomJsonReader.read(
                            new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
                            limits,
                            BulkDataSource.NONE))
                    .isInstanceOf(DicomFormatException.class);
        }
        assertThatThrownBy(() -> read(veryDeep)).isInstanceOf(DicomFormatException.class);
    }
}
