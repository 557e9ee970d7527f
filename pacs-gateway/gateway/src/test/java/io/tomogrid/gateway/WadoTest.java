package io.tomogrid.gateway;

import static io.tomogrid.gateway.DicomwebStudies.FIRST;
import static io.tomogrid.gateway.DicomwebStudies.JPEG_SERIES;
import static io.tomogrid.gateway.DicomwebStudies.LARGE;
import static io.tomogrid.gateway.DicomwebStudies.ROOT;
import static io.tomogrid.gateway.DicomwebStudies.SERIES;
import static io.tomogrid.gateway.DicomwebStudies.STUDY;
import static io.tomogrid.gateway.DicomwebStudies.image;
import static io.tomogrid.gateway.DicomwebStudies.instance;
import static io.tomogrid.gateway.DicomwebStudies.pixels;
import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Part10File;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.gateway.WebClient.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WADO-RS over real HTTP: every request that OHIF makes, and what must be refused. */
class WadoTest {
    @TempDir
    static Path folder;

    private static DicomwebStudies studies;
    private static TestingGateway gateway;
    private static WebClient web;

    @BeforeAll
    static void start() throws Exception {
        studies = DicomwebStudies.start(folder, Map.of());
        gateway = studies.gateway();
        web = studies.web();
    }

    @AfterAll
    static void stop() throws IOException {
        studies.close();
    }

    /** WEB-02: metadata of a series, as OHIF asks for it. */
    @Test
    void metadata_has_every_element_and_leads_to_large_values() throws Exception {
        Reply reply = web.get(
                ROOT + "/studies/" + STUDY + "/series/" + SERIES + "/metadata", "Accept", "application/dicom+json");
        List<Dataset> metadata = reply.datasets();
        assertThat(metadata).hasSize(3);
        Dataset first = metadata.stream()
                .filter(d -> d.string(Tag.SOPInstanceUID).orElse("").equals(FIRST))
                .findFirst()
                .orElseThrow();
        assertThat(first.intValue(Tag.Rows)).hasValue(64);
        assertThat(first.string(Tag.PatientName)).contains(TestImages.PATIENT_NAME);
        String pixels = new String(first.bytes(Tag.PixelData).orElseThrow(), StandardCharsets.US_ASCII);
        assertThat(web.get(path(pixels), "Accept", "application/octet-stream").bytes())
                .isEqualTo(pixels(1));
        String nested = new String(
                first.item(Tag.SourceImageSequence)
                        .orElseThrow()
                        .bytes(Tag.RedPaletteColorLookupTableData)
                        .orElseThrow(),
                StandardCharsets.US_ASCII);
        assertThat(nested).endsWith("/bulkdata/00082112/1/00281201");
        Reply bulk = web.get(path(nested), "Accept", "multipart/related; type=application/octet-stream");
        assertThat(bulk.parts()).hasSize(1);
        assertThat(bulk.parts().get(0)).isEqualTo(LARGE);
        assertThat(web.get(ROOT + "/studies/" + STUDY + "/metadata").datasets()).hasSize(4);
        assertThat(web.get(instance(FIRST) + "/metadata", "Accept", "application/json")
                        .datasets())
                .hasSize(1);
    }

    private static String path(String uri) {
        assertThat(uri).startsWith(gateway.base() + ROOT);
        return uri.substring(gateway.base().toString().length());
    }

    /** WEB-02: a frame, with the Accept of OHIF and the other forms that are seen. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/related; type=application/octet-stream; transfer-syntax=*",
                "multipart/related; type=\"application/octet-stream\"; transfer-syntax=*",
                "multipart/related; type=\"application/octet-stream; transfer-syntax=*\"",
                "multipart/related; type=\"application/octet-stream\"",
                "multipart/related; type=image/jls, multipart/related; type=application/octet-stream",
                "*/*"
            })
    void a_frame_comes_as_multipart(String accept) throws Exception {
        Reply reply = web.get(instance(FIRST) + "/frames/1", "Accept", accept);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type"))
                .startsWith(
                        "multipart/related; type=\"application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1\"");
        assertThat(reply.parts()).hasSize(1);
        assertThat(reply.parts().get(0)).isEqualTo(pixels(1));
    }

    /** WEB-02. */
    @Test
    void frames_come_in_the_order_that_was_asked_for_and_compressed_as_they_are() throws Exception {
        String jpeg = instance(JPEG_SERIES + ".1");
        Reply both = web.get(
                jpeg + "/frames/2,1", "Accept", "multipart/related; type=application/octet-stream; transfer-syntax=*");
        assertThat(both.header("Content-Type")).contains(Uid.JPEGBaseline);
        assertThat(both.parts().get(0)).isEqualTo(new byte[] {(byte) 0xff, (byte) 0xd8, 3, 4});
        assertThat(both.parts().get(1)).isEqualTo(new byte[] {(byte) 0xff, (byte) 0xd8, 1, 2});
        Reply decoded = web.get(jpeg + "/frames/1", "Accept", "multipart/related; type=application/octet-stream");
        assertThat(decoded.status()).isEqualTo(406);
        assertThat(decoded.error()).contains("JPEG").contains("transfer-syntax=*");
        Reply all = web.get(
                jpeg + "/bulkdata/7FE00010",
                "Accept",
                "multipart/related; type=application/octet-stream; transfer-syntax=*");
        assertThat(all.parts()).hasSize(2);
        assertThat(web.get(
                                jpeg + "/frames/3",
                                "Accept",
                                "multipart/related; type=application/octet-stream; transfer-syntax=*")
                        .status())
                .isEqualTo(404);
    }

    /** WEB-02. */
    @Test
    void what_is_not_there_or_makes_no_sense_is_refused() throws Exception {
        assertThat(web.get(instance(FIRST) + "/frames/2").status()).isEqualTo(404);
        assertThat(web.get(instance(FIRST) + "/frames/0").status()).isEqualTo(400);
        assertThat(web.get(instance(FIRST) + "/frames/1,x").status()).isEqualTo(400);
        assertThat(web.get(instance(FIRST) + "/frames/1", "Accept", "image/png").status())
                .isEqualTo(406);
        assertThat(web.get(instance(FIRST) + "/bulkdata/nonsense").status()).isEqualTo(400);
        assertThat(web.get(instance(FIRST) + "/bulkdata/00082112/9/00281201").status())
                .isEqualTo(404);
        assertThat(web.get(instance(FIRST) + "/bulkdata/00081140").status()).isEqualTo(404);
        assertThat(web.get(instance("1.5.1.1.99")).status()).isEqualTo(404);
        assertThat(web.get(ROOT + "/studies/1.2.3").status()).isEqualTo(404);
        assertThat(web.get(ROOT + "/studies/1.2.3/metadata").status()).isEqualTo(404);
        assertThat(web.get(instance(FIRST) + "/metadata", "Accept", "application/dicom+xml")
                        .status())
                .isEqualTo(406);
    }

    // ---- whole instances

    /** WEB-02: SEG and SR are fetched so by OHIF. */
    @Test
    void an_instance_comes_as_a_file() throws Exception {
        Reply reply = web.get(instance(FIRST), "Accept", "multipart/related; type=\"application/dicom\"");
        assertThat(reply.header("Content-Type")).startsWith("multipart/related; type=\"application/dicom\"");
        assertThat(reply.parts()).hasSize(1);
        Part10File file = Part10.read(new ByteArrayInputStream(reply.parts().get(0)));
        assertThat(file.dataset()).isEqualTo(image(1));
        assertThat(file.meta().string(Tag.MediaStorageSOPInstanceUID)).contains(FIRST);
        Reply single = web.get(instance(FIRST), "Accept", "application/dicom");
        assertThat(Part10.read(new ByteArrayInputStream(single.bytes())).dataset())
                .isEqualTo(image(1));
    }

    /** WEB-02: without a transfer syntax the answer is Explicit VR Little Endian; with * it is as stored. */
    @Test
    void an_implicit_instance_is_encoded_anew_unless_any_syntax_is_accepted() throws Exception {
        String path = ROOT + "/studies/1.5.2/series/1.5.2.1/instances/1.5.2.1.1";
        Part10File anew = Part10.read(new ByteArrayInputStream(
                web.get(path, "Accept", "application/dicom").bytes()));
        assertThat(anew.transferSyntax()).isEqualTo(Uid.ExplicitVRLittleEndian);
        assertThat(anew.dataset().bytes(Tag.PixelData)).isPresent();
        Part10File stored = Part10.read(new ByteArrayInputStream(
                web.get(path, "Accept", "application/dicom; transfer-syntax=*").bytes()));
        assertThat(stored.transferSyntax()).isEqualTo(Uid.ImplicitVRLittleEndian);
    }

    /** WEB-02. */
    @Test
    void a_study_and_a_series_come_as_one_part_for_each_instance() throws Exception {
        Reply study = web.get(
                ROOT + "/studies/" + STUDY, "Accept", "multipart/related; type=application/dicom; transfer-syntax=*");
        assertThat(study.parts()).hasSize(4);
        assertThat(web.get(ROOT + "/studies/" + STUDY + "/series/" + SERIES).parts())
                .hasSize(3);
        Reply decoded = web.get(ROOT + "/studies/" + STUDY, "Accept", "multipart/related; type=application/dicom");
        assertThat(decoded.status()).isEqualTo(406);
        assertThat(web.get(ROOT + "/studies/" + STUDY, "Accept", "application/dicom")
                        .status())
                .isEqualTo(406);
    }
}
