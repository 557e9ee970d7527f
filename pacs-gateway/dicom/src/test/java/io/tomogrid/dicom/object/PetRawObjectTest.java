package io.tomogrid.dicom.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.synthetic.SyntheticRaw;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** REC-04, REC-06: raw data in DICOM, and the PET series made from it. */
class PetRawObjectTest {
    private static final byte[] PAYLOAD = "seven b".getBytes(StandardCharsets.US_ASCII);
    private static final ImageGrid GRID =
            new ImageGrid(3, 2, 4, new Lps(-3, -2, 10), new Lps(3, 0, 0), new Lps(0, 3, 0), new Lps(0, 0, 2.5));

    private static Dataset raw() {
        return SyntheticRaw.of(7, 300, "FORMAT", 1, PAYLOAD);
    }

    private static List<Dataset> pet() {
        ReconstructedPet how = new ReconstructedPet(
                new ResultOrigin(
                        raw(),
                        ResultUids.ofJob("job-1"),
                        Instant.parse("2026-01-15T11:30:00Z"),
                        new Equipment("Tomogrid", "Tomogrid", "node-1", "0.1.0")),
                List.of("DECY", "ATTN", "RAN", "NORM"),
                "OSEM 4i12s",
                "measured",
                "",
                "SING",
                "STATIC",
                Collections.nCopies(GRID.slices(), new ReconstructedPet.Timing(0, 300_000, 148_000, 1.016)));
        ResultSeries series = new ResultSeries(ResultUids.ofJob("job-1").uid("series"), 9010, "PET OSEM");
        return ReconstructedPetEncoder.encode(how, series, GRID, PetRawObjectTest::values)
                .toList();
    }

    private static float[] values(int k) {
        return new float[] {k * 1000, 1, -2, 0, 500, 3};
    }

    @ParameterizedTest
    @ValueSource(strings = {Uid.ExplicitVRLittleEndian, Uid.ImplicitVRLittleEndian, Uid.DeflatedExplicitVRLittleEndian})
    void the_payload_survives_every_encoding(String syntax) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DatasetWriter.write(bytes, syntax, raw());
        Dataset read = DatasetReader.read(new ByteArrayInputStream(bytes.toByteArray()), syntax, ReadLimits.DEFAULT);
        PetRawObject.Payload payload = PetRawObject.payload(read).orElseThrow();
        assertThat(payload.format()).isEqualTo("FORMAT");
        assertThat(payload.version()).isEqualTo("1");
        assertThat(payload.bytes()).startsWith(PAYLOAD).hasSize(8);
        assertThat(payload.intact()).isTrue();
        payload.bytes()[3] ^= 1;
        assertThat(payload.intact()).isFalse();
    }

    @Test
    void the_block_is_found_by_its_creator_wherever_it_is() {
        Dataset moved = new Dataset();
        raw().forEach(element -> {
            if (element.tag() >>> 16 != 0x7d01) {
                moved.put(element);
                return;
            }
            int low = element.tag() & 0xffff;
            int tag = low == 0x10 ? 0x7d010011 : 0x7d010000 | 0x1100 | low & 0xff;
            moved.put(new Element.Value(tag, element.vr(), ((Element.Value) element).value()));
        });
        moved.put(new Element.Value(0x7d010010, VR.LO, "SIEMENS CSA NON-IMAGE ".getBytes(StandardCharsets.US_ASCII)));
        assertThat(PetRawObject.payload(moved).orElseThrow().intact()).isTrue();
        moved.remove(0x7d010011);
        assertThat(PetRawObject.payload(moved)).isEmpty();
    }

    @Test
    void a_header_without_its_uids_is_refused() {
        Dataset header = raw().remove(Tag.SeriesInstanceUID);
        assertThatThrownBy(() -> PetRawObject.wrap(header, "FORMAT", 1, PAYLOAD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(0020,000e)");
    }

    @Test
    void the_series_says_what_it_is_and_where_it_comes_from() {
        Dataset raw = raw();
        List<Dataset> slices = pet();
        assertThat(slices).hasSize(4);
        for (int k = 0; k < 4; k++) {
            Dataset slice = slices.get(k);
            assertThat(slice.strings(Tag.ImageType)).containsExactly("ORIGINAL", "PRIMARY");
            assertThat(slice.string(Tag.Units)).contains("BQML");
            assertThat(slice.strings(Tag.CorrectedImage)).containsExactly("DECY", "ATTN", "RAN", "NORM");
            assertThat(slice.string(Tag.ReconstructionMethod)).contains("OSEM 4i12s");
            assertThat(slice.string(Tag.StudyInstanceUID)).isEqualTo(raw.string(Tag.StudyInstanceUID));
            assertThat(slice.string(Tag.FrameOfReferenceUID)).isEqualTo(raw.string(Tag.FrameOfReferenceUID));
            assertThat(slice.string(Tag.SeriesTime)).contains("100000");
            assertThat(slice.doubles(Tag.ImagePositionPatient)).containsExactly(-3, -2, 10 + 2.5 * k);
            Dataset reference = slice.item(Tag.ReferencedRawDataSequence)
                    .flatMap(item -> item.item(Tag.ReferencedSeriesSequence))
                    .orElseThrow();
            assertThat(reference.string(Tag.SeriesInstanceUID)).isEqualTo(raw.string(Tag.SeriesInstanceUID));
            assertThat(reference.item(Tag.ReferencedSOPSequence).orElseThrow().string(Tag.ReferencedSOPInstanceUID))
                    .isEqualTo(raw.string(Tag.SOPInstanceUID));
        }
    }

    @Test
    void values_come_back_to_half_a_step_of_each_slice() {
        List<Dataset> slices = pet();
        for (int k = 0; k < 4; k++) {
            double slope = slices.get(k).doubleValue(Tag.RescaleSlope).orElseThrow();
            assertThat(slope).isCloseTo(Math.max(500, 1000 * k) / 32767.0, within(1e-9));
            ByteBuffer stored = ByteBuffer.wrap(
                            slices.get(k).bytes(Tag.PixelData).orElseThrow())
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (float value : values(k)) {
                assertThat(stored.getShort() * slope).isCloseTo(Math.max(0, value), within(slope * 0.5001));
            }
        }
    }

    @Test
    @org.junit.jupiter.api.Tag("peer")
    void the_validator_finds_no_error(@TempDir Path folder) throws Exception {
        Dciodvfy.assumeInstalled();
        assertThat(Dciodvfy.errors(folder.resolve("raw"), raw())).isEmpty();
        assertThat(Dciodvfy.errors(folder.resolve("pet"), pet().get(2))).isEmpty();
    }
}
