package io.tomogrid.gateway;

import static io.tomogrid.gateway.DicomwebStudies.FIRST;
import static io.tomogrid.gateway.DicomwebStudies.JPEG_SERIES;
import static io.tomogrid.gateway.DicomwebStudies.ROOT;
import static io.tomogrid.gateway.DicomwebStudies.SERIES;
import static io.tomogrid.gateway.DicomwebStudies.STUDY;
import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.gateway.WebClient.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** QIDO-RS over real HTTP: every search that OHIF makes, and what must be refused. */
class QidoTest {
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
                .containsExactly(JPEG_SERIES, SERIES);
        assertThat(series.get(1).string(Tag.SeriesDescription)).contains("soft");
        assertThat(series.get(1).intValue(Tag.NumberOfSeriesRelatedInstances)).hasValue(3);
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

    /** WEB-01: without a study, page by page, from the index. */
    @Test
    void instances_of_all_studies_are_paged_through() throws Exception {
        List<String> all = uids("/instances?Modality=CT");
        assertThat(all).hasSize(5).doesNotHaveDuplicates();
        List<String> paged = new ArrayList<>();
        for (int offset = 0; offset < 6; offset += 2) {
            paged.addAll(uids("/instances?Modality=CT&limit=2&offset=" + offset));
        }
        assertThat(paged).isEqualTo(all);
        assertThat(uids("/instances?PatientID=P2")).containsExactly("1.5.2.1.1");
        assertThat(uids("/instances?InstanceNumber=2&StudyDescription=Thorax")).containsExactly(SERIES + ".2");
        assertThat(uids("/instances?SeriesInstanceUID=" + SERIES + "&SOPInstanceUID=" + FIRST + ",1.2.3"))
                .containsExactly(FIRST);
        assertThat(uids("/instances?SOPClassUID=1.2.840.10008.5.1.4.1.1.128")).isEmpty();
        List<Dataset> series = web.get(ROOT + "/series?StudyDate=20261101-20261130&includefield=PatientName")
                .datasets();
        assertThat(series)
                .hasSize(2)
                .allSatisfy(s -> assertThat(s.string(Tag.PatientName)).contains(TestImages.PATIENT_NAME));
    }

    /** WEB-01: what the index does not hold is matched and answered from the headers. */
    @Test
    void attributes_that_only_headers_have_are_found_too() throws Exception {
        assertThat(uids("/instances?PixelRepresentation=1&InstanceNumber=3")).containsExactly(SERIES + ".3");
        assertThat(uids("/instances?PixelRepresentation=0")).isEmpty();
        assertThat(uids("/instances?PixelRepresentation=1&limit=2")).hasSize(2);
        Reply reply = web.get(ROOT + "/instances?InstanceNumber=1&includefield=PixelRepresentation");
        assertThat(reply.header("Warning")).isEmpty();
        assertThat(reply.datasets().get(0).intValue(Tag.PixelRepresentation)).hasValue(1);
    }

    /** WEB-01: the index answers although the bytes are gone; what it does not hold cannot be had then. */
    @Test
    void the_index_alone_answers_what_it_holds() throws Exception {
        try (DicomwebStudies others = DicomwebStudies.start(folder.resolve("gone"), Map.of())) {
            try (Stream<Path> files = Files.walk(folder.resolve("gone/archive"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.write(file, new byte[0]);
                }
            }
            WebClient asks = others.web();
            assertThat(asks.get(ROOT + "/instances").datasets()).hasSize(5);
            assertThat(asks.get(ROOT + "/series?Modality=CT&includefield=SeriesDate")
                            .datasets())
                    .hasSize(3);
            assertThat(asks.get(ROOT + "/studies?PatientName=secret*").datasets())
                    .hasSize(1);
            Reply all = asks.get(ROOT + "/instances?includefield=all");
            assertThat(all.status()).isEqualTo(500);
            assertThat(all.error()).contains("damaged").contains("restore this segment");
        }
    }

    private static List<String> uids(String query) throws Exception {
        return web.get(ROOT + query).datasets().stream()
                .map(d -> d.string(Tag.SOPInstanceUID).orElseThrow())
                .toList();
    }
}
