package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.StudyComplete;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** BAT-02: what a search finds, for who processes it again. */
class RevisionSearchTest {
    private static final int STUDIES = 5;

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;

    /** Studies 1.7.1 to 1.7.5, a day apart, all but the last complete; the first has a second revision. */
    @BeforeAll
    static void start() throws Exception {
        database = TestingDatabase.start();
        gateway = TestingGateway.start(folder, database.fresh(), Map.of("tomogrid.gateway.quiet-period", "10m"));
        for (int i = 1; i <= STUDIES; i++) {
            gateway.store(image(i, 1));
            if (i < STUDIES) {
                gateway.post("/api/studies/1.7." + i + "/complete");
            }
        }
        gateway.store(image(1, 2));
        gateway.post("/api/studies/1.7.1/complete");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        database.close();
    }

    private static Dataset image(int study, int number) {
        String uid = "1.7." + study;
        return TestImages.ct(uid, uid + ".1", uid + ".1." + number)
                .put(Tag.StudyDate, "2026110" + study)
                .put(Tag.AccessionNumber, "A-" + study);
    }

    @Test
    void every_match_has_its_last_revision_and_nothing_is_said_of_a_person() throws Exception {
        var answer = gateway.get("/api/revisions?StudyDate=20261101-20261103&ModalitiesInStudy=CT");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).containsOnlyKeys("total", "studies").containsEntry("total", 3);
        assertThat(answer.list("studies"))
                .containsExactly(
                        Map.of("study-uid", "1.7.3", "revision", 1),
                        Map.of("study-uid", "1.7.2", "revision", 1),
                        Map.of("study-uid", "1.7.1", "revision", 2));
        assertThat(gateway.get("/api/revisions?StudyInstanceUID=1.7.5").list("studies"))
                .as("not complete yet")
                .containsExactly(Map.of("study-uid", "1.7.5", "revision", 0));
        assertThat(gateway.get("/api/revisions?StudyInstanceUID=1.7.404").body())
                .containsEntry("total", 0)
                .containsEntry("studies", List.of());
    }

    @Test
    void pages_hold_every_match_once() throws Exception {
        List<Object> found = new ArrayList<>();
        for (int offset = 0; offset < STUDIES; offset += 2) {
            var page = gateway.get("/api/revisions?AccessionNumber=A-*&limit=2&offset=" + offset);
            assertThat(page.body()).containsEntry("total", STUDIES);
            page.list("studies").forEach(study -> found.add(study.get("study-uid")));
        }
        assertThat(found).containsExactly("1.7.5", "1.7.4", "1.7.3", "1.7.2", "1.7.1");
    }

    /** Otherwise studies would be left out, or too many taken, or a name kept. */
    @ParameterizedTest
    @CsvSource({
        "StudyDate=yesterday, StudyDate",
        "NoSuchWord=1, NoSuchWord",
        "ManufacturerModelName=X, not matched by",
        "NumberOfStudyRelatedSeries=1, not matched by",
        "00091001=X, not matched by",
        "PatientName=Secret*, who somebody is",
        "PatientID=P1, who somebody is",
        "ReferringPhysicianName=X, who somebody is",
        "limit=0, limit",
    })
    void what_cannot_be_matched_in_full_or_names_a_person_is_refused(String query, String reason) throws Exception {
        var answer = gateway.get("/api/revisions?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat((String) answer.body().get("error")).contains(reason).doesNotContain("Secret");
    }

    @Test
    void a_revision_is_the_document_that_the_feed_told() throws Exception {
        StudyComplete first = Documents.studyComplete(
                gateway.get("/api/studies/1.7.1/revisions/1").body());
        StudyComplete second = Documents.studyComplete(
                gateway.get("/api/studies/1.7.1/revisions/2").body());
        assertThat(first.revision()).isEqualTo(1);
        assertThat(first.instances()).isEqualTo(1);
        assertThat(second.revision()).isEqualTo(2);
        assertThat(second.instances()).isEqualTo(2);
        assertThat(gateway.get("/api/feed").list("studies"))
                .extracting(Documents::studyComplete)
                .contains(first, second);
        assertThat(gateway.get("/api/studies/1.7.1/revisions/3").status()).isEqualTo(404);
        assertThat(gateway.get("/api/studies/1.7.5/revisions/0").status()).isEqualTo(404);
        assertThat(gateway.get("/api/studies/1.7.1/revisions/x").status()).isEqualTo(400);
    }
}
