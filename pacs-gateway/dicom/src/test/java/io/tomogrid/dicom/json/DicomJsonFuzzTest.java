package io.tomogrid.dicom.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tomogrid.dicom.Damage;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as DICOM JSON: a {@link DicomFormatException}, or a data set whose document says the same again (WEB-03). */
class DicomJsonFuzzTest {
    static Stream<byte[]> documents() throws IOException {
        Dataset dataset = new Dataset()
                .put(Tag.SOPInstanceUID, "1.2.3")
                .put(Tag.PixelSpacing, 2.0, 2.5)
                .put(Tag.FrameIncrementPointer, (double) 0x00181063)
                .put(Tag.RealWorldValueSlope, 0.5)
                .put(Tag.PatientName, "A^B=C^D")
                .putBytes(0x00091001, VR.UN, new byte[] {1, 2, 3, 4})
                .putItems(Tag.ReferencedSOPSequence, new Dataset().put(Tag.Rows, 513), new Dataset());
        return Stream.of(DicomJsonWriter.toJson(dataset).getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("documents")
    @FuzzTest
    void json(byte[] bytes) throws IOException {
        Dataset dataset;
        try {
            dataset = DicomJsonReader.read(new ByteArrayInputStream(bytes));
        } catch (DicomFormatException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return;
        }
        String document = DicomJsonWriter.toJson(dataset);
        Dataset again = DicomJsonReader.read(new ByteArrayInputStream(document.getBytes(StandardCharsets.UTF_8)));
        assertThat(DicomJsonWriter.toJson(again)).isEqualTo(document);
    }

    /** Seeded damage to the seeds, in every build. */
    @Test
    void damaged_seeds() throws IOException {
        new Damage(20261125).to(documents().toList(), 20_000, this::json);
    }
}
