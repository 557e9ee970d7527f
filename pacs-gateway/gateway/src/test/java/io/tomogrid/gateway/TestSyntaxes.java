package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A study whose images are stored in different transfer syntaxes. */
final class TestSyntaxes {
    static final List<String> UNCOMPRESSED = List.of(
            Uid.ExplicitVRLittleEndian,
            Uid.ImplicitVRLittleEndian,
            Uid.ExplicitVRBigEndian,
            Uid.DeflatedExplicitVRLittleEndian);
    static final String COMPRESSED_UID = "1.7.4.2.5";

    private static final int STUDY = 4;

    private TestSyntaxes() {}

    /** A series with an image in each uncompressed transfer syntax, and one with one in damaged RLE Lossless. @return what was stored, by its UID */
    static Map<String, Dataset> storeOneInEach(TestingGateway gateway) throws IOException {
        Map<String, Dataset> stored = new HashMap<>();
        for (int i = 0; i <= UNCOMPRESSED.size(); i++) {
            boolean compressed = i == UNCOMPRESSED.size();
            Dataset image = TestStudies.image(STUDY, compressed ? 2 : 1, i + 1)
                    .put(Tag.SOPClassUID, TestingGateway.CT)
                    .putBytes(0x00110010, VR.LO, "TEST".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                    .putBytes(0x00111001, VR.UN, new byte[] {1, 2, 3, 4})
                    .put(Tag.FrameReferenceTime, i);
            if (compressed) {
                image.put(new Element.Fragments(Tag.PixelData, VR.OB, List.of(new byte[0], new byte[64])));
            }
            assertThat(gateway.store(image, compressed ? Uid.RLELossless : UNCOMPRESSED.get(i)))
                    .isEqualTo(DimseStatus.SUCCESS);
            stored.put(image.string(Tag.SOPInstanceUID).orElseThrow(), image);
        }
        return stored;
    }

    /** Same values; VRs too, as far as implicit encodings keep them. */
    static void assertSame(Dataset image, Dataset expected) {
        assertThat(implicit(image)).isEqualTo(implicit(expected));
    }

    private static Dataset implicit(Dataset dataset) {
        try {
            return DatasetReader.read(
                    new ByteArrayInputStream(TestingGateway.encode(dataset, Uid.ImplicitVRLittleEndian)),
                    Uid.ImplicitVRLittleEndian,
                    ReadLimits.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
