package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A gateway with two small studies for tests of DICOMweb; two frames of the first one are compressed. */
final class DicomwebStudies implements AutoCloseable {
    static final String ROOT = "/dicom-web";
    static final String STUDY = "1.5.1";
    static final String SERIES = "1.5.1.1";
    static final String FIRST = SERIES + ".1";
    static final String JPEG_SERIES = "1.5.1.2";
    static final String OTHER_STUDY = "1.5.2";
    static final byte[] LARGE = new byte[5000];

    static {
        new Random(3).nextBytes(LARGE);
    }

    private final TestingDatabase database;
    private final TestingGateway gateway;
    private final WebClient web;

    private DicomwebStudies(TestingDatabase database, TestingGateway gateway) {
        this.database = database;
        this.gateway = gateway;
        this.web = new WebClient(gateway);
    }

    /** @param settings of the gateway, beside those that every test has */
    static DicomwebStudies start(Path folder, Map<String, Object> settings) throws Exception {
        TestingDatabase database = TestingDatabase.start();
        Map<String, Object> all = new HashMap<>(settings);
        all.put("tomogrid.gateway.quiet-period", "10m");
        var studies = new DicomwebStudies(database, TestingGateway.start(folder, database.fresh(), all));
        for (int i = 1; i <= 3; i++) {
            assertThat(studies.gateway.store(image(i)).isSuccess()).isTrue();
        }
        assertThat(studies.gateway
                        .store(
                                TestImages.ct(OTHER_STUDY, "1.5.2.1", "1.5.2.1.1")
                                        .put(Tag.PatientName, "Other^One")
                                        .put(Tag.PatientID, "P2")
                                        .put(Tag.StudyDate, "20250101"),
                                TestingGateway.IMPLICIT)
                        .isSuccess())
                .isTrue();
        studies.store(jpeg());
        return studies;
    }

    TestingGateway gateway() {
        return gateway;
    }

    WebClient web() {
        return web;
    }

    @Override
    public void close() throws IOException {
        gateway.close();
        database.close();
    }

    static Dataset image(int number) {
        return TestImages.ct(STUDY, SERIES, SERIES + "." + number)
                .put(Tag.StudyDate, "20261125")
                .put(Tag.StudyDescription, "Thorax")
                .put(Tag.AccessionNumber, "A-17")
                .put(Tag.SeriesDescription, "soft")
                .put(Tag.SeriesNumber, 4)
                .put(Tag.InstanceNumber, number)
                .putItems(
                        Tag.SourceImageSequence,
                        new Dataset().putBytes(Tag.RedPaletteColorLookupTableData, VR.OW, LARGE));
    }

    /** Two frames of encapsulated bytes. */
    static Dataset jpeg() {
        byte[] one = {(byte) 0xff, (byte) 0xd8, 1, 2};
        byte[] two = {(byte) 0xff, (byte) 0xd8, 3, 4};
        return TestImages.ct(STUDY, JPEG_SERIES, JPEG_SERIES + ".1")
                .put(Tag.NumberOfFrames, 2)
                .put(new Element.Fragments(Tag.PixelData, VR.OB, List.of(new byte[0], one, two)));
    }

    private void store(Dataset jpeg) throws IOException {
        try (var association = gateway.open(new AssociationRequest.Syntax(Uid.CTImageStorage, Uid.JPEGBaseline))) {
            DimseStatus status = association.store(
                    Uid.CTImageStorage,
                    jpeg.string(Tag.SOPInstanceUID).orElseThrow(),
                    Uid.JPEGBaseline,
                    new ByteArrayInputStream(TestingGateway.encode(jpeg, Uid.JPEGBaseline)));
            assertThat(status.isSuccess()).isTrue();
        }
    }

    static byte[] pixels(int number) {
        return image(number).bytes(Tag.PixelData).orElseThrow();
    }

    static String instance(String uid) {
        return ROOT + "/studies/" + STUDY + "/series/" + uid.substring(0, uid.lastIndexOf('.')) + "/instances/" + uid;
    }
}
