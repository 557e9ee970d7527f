package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Part10File;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.gateway.WebClient.Reply;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DICOMweb over real HTTP: every request that OHIF makes, and what must be refused. */
class DicomwebTest {
    private static final String STUDY = "1.5.1";
    private static final String SERIES = "1.5.1.1";
    private static final String FIRST = SERIES + ".1";
    private static final String ROOT = "/dicom-web";
    private static final String JPEG_SERIES = "1.5.1.2";
    private static final byte[] LARGE = new byte[5000];

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;
    private static WebClient web;

    @BeforeAll
    static void start() throws Exception {
        new Random(3).nextBytes(LARGE);
        database = TestingDatabase.start();
        gateway = TestingGateway.start(folder, database.fresh(), Map.of("tomogrid.gateway.quiet-period", "10m"));
        web = new WebClient(gateway);
        for (int i = 1; i <= 3; i++) {
            assertThat(gateway.store(image(i)).isSuccess()).isTrue();
        }
        assertThat(gateway.store(
                                TestImages.ct("1.5.2", "1.5.2.1", "1.5.2.1.1")
                                        .put(Tag.PatientName, "Other^One")
                                        .put(Tag.PatientID, "P2")
                                        .put(Tag.StudyDate, "20250101"),
                                TestingGateway.IMPLICIT)
                        .isSuccess())
                .isTrue();
        store(jpeg());
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        database.close();
    }

    private static Dataset image(int number) {
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
    private static Dataset jpeg() {
        byte[] one = {(byte) 0xff, (byte) 0xd8, 1, 2};
        byte[] two = {(byte) 0xff, (byte) 0xd8, 3, 4};
        return TestImages.ct(STUDY, JPEG_SERIES, JPEG_SERIES + ".1")
                .put(Tag.NumberOfFrames, 2)
                .put(new Element.Fragments(Tag.PixelData, VR.OB, List.of(new byte[0], one, two)));
    }

    private static void store(Dataset jpeg) throws IOException {
        try (var association = gateway.open(new AssociationRequest.Syntax(Uid.CTImageStorage, Uid.JPEGBaseline))) {
            DimseStatus status = association.store(
                    Uid.CTImageStorage,
                    jpeg.string(Tag.SOPInstanceUID).orElseThrow(),
                    Uid.JPEGBaseline,
                    new ByteArrayInputStream(TestingGateway.encode(jpeg, Uid.JPEGBaseline)));
            assertThat(status.isSuccess()).isTrue();
        }
    }

    private static byte[] pixels(int number) {
        return image(number).bytes(Tag.PixelData).orElseThrow();
    }

    private static String instance(String uid) {
        return ROOT + "/studies/" + STUDY + "/series/" + uid.substring(0, uid.lastIndexOf('.')) + "/instances/" + uid;
    }

    // ---- searching

    /** WEB-01: the request of OHIF's study list, to the letter. */
    @Test
    void the_study_list_is_found() throws Exception {
        Reply reply = web.get(
                ROOT + "/studies?PatientName=*sEcReT*&00100020=*P1*&AccessionNumber=*17*&StudyDescription=*hora*"
                        + "&ModalitiesInStudy=CT%2CPT&StudyDate=20261101-20261130&limit=101&offset=0&fuzzymatching=false"
                        + "&includefield=00081030%2C00080060%2C00080090%2C00100030",
                "Accept",
                "application/dicom+json");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).startsWith("application/dicom+json");
        assertThat(reply.header("Warning")).isEmpty();
        Dataset study = reply.datasets().get(0);
        assertThat(reply.datasets()).hasSize(1);
        assertThat(study.string(Tag.StudyInstanceUID)).contains(STUDY);
        assertThat(study.string(Tag.StudyDescription)).contains("Thorax");
        assertThat(study.string(Tag.PatientName)).contains(TestImages.PATIENT_NAME);
        assertThat(study.strings(Tag.ModalitiesInStudy)).containsExactly("CT");
        assertThat(study.intValue(Tag.NumberOfStudyRelatedSeries)).hasValue(2);
        assertThat(study.intValue(Tag.NumberOfStudyRelatedInstances)).hasValue(4);
        assertThat(study.contains(Tag.ReferringPhysicianName)).isTrue();
        assertThat(study.string(Tag.RetrieveURL).orElseThrow()).isEqualTo(gateway.base() + ROOT + "/studies/" + STUDY);
    }

    /** WEB-01. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "PatientName=Secret",
                "PatientID=P3",
                "StudyDate=20261126-",
                "StudyDate=-20250101&PatientID=P1",
                "ModalitiesInStudy=PT",
                "StudyInstanceUID=1.5.99",
                "StudyDescription=?horax?",
                "offset=900"
            })
    void nothing_is_found_where_nothing_matches(String query) throws Exception {
        Reply reply = web.get(ROOT + "/studies?" + query);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.datasets()).isEmpty();
    }

    /** WEB-01. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "PatientName=secret%5E*",
                "PatientID=P1",
                "StudyDate=20261125",
                "StudyDate=-20261125&StudyDescription=*T*",
                "StudyInstanceUID=1.5.1,1.5.77",
                "0020000D=1.5.1",
                "StudyDescription=Thora%3F",
                "limit=1&PatientID=P1&offset=0"
            })
    void the_one_study_that_matches_is_found(String query) throws Exception {
        List<Dataset> found = web.get(ROOT + "/studies?" + query).datasets();
        assertThat(found)
                .extracting(d -> d.string(Tag.StudyInstanceUID).orElse(""))
                .containsExactly(STUDY);
    }

    /** WEB-01: pages follow each other without a gap. */
    @Test
    void limit_and_offset_page_through() throws Exception {
        var one = web.get(ROOT + "/studies?limit=1").datasets();
        var two = web.get(ROOT + "/studies?limit=1&offset=1").datasets();
        assertThat(List.of(one.get(0), two.get(0)))
                .extracting(d -> d.string(Tag.StudyInstanceUID).orElse(""))
                .containsExactlyInAnyOrder(STUDY, "1.5.2");
    }

    /** WEB-01. */
    @Test
    void fuzzy_matching_is_answered_literally_and_with_a_warning() throws Exception {
        Reply reply = web.get(ROOT + "/studies?PatientName=secret%5Eperson&fuzzymatching=true");
        assertThat(reply.datasets()).hasSize(1);
        assertThat(reply.header("Warning")).startsWith("299 ").contains("fuzzymatching");
    }

    /** WEB-01: what OHIF asks of a study's series. */
    @Test
    void series_and_instances_are_found() throws Exception {
        var series = web.get(
                        ROOT + "/studies/" + STUDY + "/series?includefield=00080021%2C00080031%2C0008103E%2C00200011")
                .datasets();
        assertThat(series)
                .extracting(d -> d.string(Tag.SeriesInstanceUID).orElse(""))
                .containsExactly(SERIES, JPEG_SERIES);
        assertThat(series.get(0).string(Tag.SeriesDescription)).contains("soft");
        assertThat(series.get(0).intValue(Tag.NumberOfSeriesRelatedInstances)).hasValue(3);
        var instances = web.get(ROOT + "/studies/" + STUDY + "/series/" + SERIES + "/instances?includefield=Rows,all")
                .datasets();
        assertThat(instances).hasSize(3);
        assertThat(instances.get(0).intValue(Tag.Rows)).hasValue(64);
        assertThat(web.get(ROOT + "/studies/" + STUDY + "/instances?InstanceNumber=2")
                        .datasets())
                .extracting(d -> d.string(Tag.SOPInstanceUID).orElse(""))
                .containsExactly(SERIES + ".2");
        assertThat(web.get(ROOT + "/instances?limit=2").datasets()).hasSize(2);
        assertThat(web.get(ROOT + "/series?Modality=CT").datasets()).hasSize(3);
    }

    /** WEB-01: nonsense is named, its value is not repeated. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=-1",
                "limit=many",
                "offset=99999999999",
                "fuzzymatching=perhaps",
                "includefield=NoSuchThing",
                "Nonsense=1",
                "0010=1",
                "%3Cscript%3E=1"
            })
    void nonsense_is_a_bad_request(String query) throws Exception {
        Reply reply = web.get(ROOT + "/studies?" + query);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error()).isNotBlank().doesNotContain("script");
    }

    // ---- metadata, frames, bulk data

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

    // ---- storing

    private static final String STOW = "multipart/related; type=\"application/dicom\"; boundary=frontier";

    private static byte[] file(Dataset dataset) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Part10.write(out, Uid.ExplicitVRLittleEndian, dataset);
        return out.toByteArray();
    }

    private static byte[] body(String boundary, byte[]... files) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] file : files) {
            out.writeBytes(("\r\n--" + boundary + "\r\nContent-Type: application/dicom\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(file);
        }
        out.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private static Dataset answer(Reply reply) throws IOException {
        return io.tomogrid.dicom.json.DicomJsonReader.read(new ByteArrayInputStream(reply.bytes()));
    }

    /** WEB-03: stored ones come back the same to the bit, again they are no conflict. */
    @Test
    void instances_are_stored() throws Exception {
        Dataset one = TestImages.ct("1.6.1", "1.6.1.1", "1.6.1.1.1");
        Dataset two = TestImages.ct("1.6.1", "1.6.1.1", "1.6.1.1.2");
        for (int time = 0; time < 2; time++) {
            Reply reply = web.post(ROOT + "/studies", body("frontier", file(one), file(two)), "Content-Type", STOW);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(answer(reply).items(Tag.ReferencedSOPSequence))
                    .extracting(d -> d.string(Tag.ReferencedSOPInstanceUID).orElse(""))
                    .containsExactly("1.6.1.1.1", "1.6.1.1.2");
            assertThat(answer(reply).contains(Tag.FailedSOPSequence)).isFalse();
        }
        String path = ROOT + "/studies/1.6.1/series/1.6.1.1/instances/1.6.1.1.2";
        byte[] back = web.get(path, "Accept", "application/dicom").bytes();
        assertThat(Part10.read(new ByteArrayInputStream(back)).dataset()).isEqualTo(two);
        assertThat(gateway.get("/api/studies/1.6.1").body()).containsEntry("instances", 2);
    }

    /** WEB-03: each one has its own reason; the good ones are kept. */
    @Test
    void what_is_refused_has_a_reason_and_does_not_keep_the_others_out() throws Exception {
        Dataset good = TestImages.ct("1.6.2", "1.6.2.1", "1.6.2.1.1");
        Dataset otherStudy = TestImages.ct("1.6.3", "1.6.3.1", "1.6.3.1.1");
        Dataset conflict = TestImages.ct("1.6.2", "1.6.2.1", "1.6.2.1.1", 99);
        byte[] whole = file(TestImages.ct("1.6.2", "1.6.2.1", "1.6.2.1.9"));
        byte[] truncated = Arrays.copyOf(whole, whole.length - 100);
        Reply reply = web.post(
                ROOT + "/studies/1.6.2",
                body(
                        "frontier",
                        file(good),
                        file(otherStudy),
                        file(conflict),
                        truncated,
                        "no DICOM".getBytes(StandardCharsets.US_ASCII)),
                "Content-Type",
                STOW);
        assertThat(reply.status()).isEqualTo(202);
        Dataset answer = answer(reply);
        assertThat(answer.items(Tag.ReferencedSOPSequence)).hasSize(1);
        assertThat(answer.items(Tag.FailedSOPSequence))
                .extracting(d -> d.intValue(Tag.FailureReason).orElse(0))
                .containsExactly(0xA900, 0x0111, 0xC000, 0xC000);
        assertThat(reply.response().headers().allValues("Warning"))
                .hasSize(4)
                .anySatisfy(w -> assertThat(w).contains("1.6.2.1.9").contains("truncated"));
        assertThat(gateway.get("/api/studies/1.6.3").status()).isEqualTo(404);
        assertThat(web.post(ROOT + "/studies/1.6.2", body("frontier", file(otherStudy)), "Content-Type", STOW)
                        .status())
                .isEqualTo(409);
    }

    /** WEB-03: bodies that are none. */
    @Test
    void a_malformed_body_is_a_clear_refusal() throws Exception {
        byte[] body = body("frontier", file(TestImages.ct("1.6.4", "1.6.4.1", "1.6.4.1.1")));
        Reply wrong = web.post(
                ROOT + "/studies",
                body,
                "Content-Type",
                "multipart/related; type=\"application/dicom\"; boundary=other");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.error()).contains("boundary");
        Reply cut = web.post(ROOT + "/studies", Arrays.copyOf(body, body.length - 20), "Content-Type", STOW);
        assertThat(cut.status()).isEqualTo(400);
        assertThat(cut.error()).contains("breaks off").contains("0 instances");
        assertThat(gateway.get("/api/studies/1.6.4").status()).isEqualTo(404);
        assertThat(web.post(ROOT + "/studies", body, "Content-Type", "multipart/related; type=\"application/dicom\"")
                        .status())
                .isEqualTo(400);
        assertThat(web.post(ROOT + "/studies", body, "Content-Type", "application/dicom")
                        .status())
                .isEqualTo(415);
        assertThat(web.post(
                                ROOT + "/studies",
                                body,
                                "Content-Type",
                                "multipart/related; type=\"application/dicom+json\"; boundary=frontier")
                        .status())
                .isEqualTo(415);
        assertThat(web.post(ROOT + "/studies", "--frontier--".getBytes(StandardCharsets.US_ASCII), "Content-Type", STOW)
                        .status())
                .isEqualTo(400);
        assertThat(web.post(ROOT + "/studies", new byte[0], "Content-Type", STOW)
                        .status())
                .isEqualTo(400);
    }
}
