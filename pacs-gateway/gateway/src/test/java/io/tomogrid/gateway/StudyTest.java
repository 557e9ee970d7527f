package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.gateway.contract.StudyComplete.Completeness;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When studies come to rest, and what the feed says of it. */
class StudyTest {
    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        database = TestingDatabase.start();
        gateway = TestingGateway.start(
                folder,
                database.fresh(),
                Map.of(
                        "tomogrid.gateway.quiet-period",
                        "1500ms",
                        "tomogrid.gateway.dicom.calling-allowed",
                        "MODALITY,SECOND"));
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        database.close();
    }

    /** ING-12 */
    @Test
    void a_completion_names_who_sent_most_first() throws Exception {
        gateway.store(TestImages.ct("1.3.7", "1.3.7.1", "1.3.7.1.1"));
        gateway.storeFrom("SECOND", TestImages.ct("1.3.7", "1.3.7.1", "1.3.7.1.2"));
        gateway.storeFrom("SECOND", TestImages.ct("1.3.7", "1.3.7.1", "1.3.7.1.3"));
        gateway.post("/api/studies/1.3.7/complete");
        assertThat(awaitRevision("1.3.7", 1).callingAes()).containsExactly("SECOND", "MODALITY");
    }

    /** ING-03, ING-11. */
    @Test
    void a_quiet_study_completes_late_images_make_a_revision_and_results_none() throws Exception {
        long start = System.nanoTime();
        gateway.store(TestImages.ct("1.3.1", "1.3.1.1", "1.3.1.1.1"));
        gateway.store(TestImages.ct("1.3.1", "1.3.1.2", "1.3.1.2.1"));
        StudyComplete first = awaitRevision("1.3.1", 1);
        assertThat(System.nanoTime() - start).isGreaterThan(1_500_000_000L);
        assertThat(first.completeness()).isEqualTo(Completeness.QUIET_PERIOD);
        assertThat(first.series()).extracting(s -> s.seriesUid()).containsExactly("1.3.1.1", "1.3.1.2");
        assertThat(first.series().get(0).modality()).isEqualTo("CT");
        assertThat(first.callingAes()).as("ING-12").containsExactly("MODALITY");
        InstanceRef ref = first.series().get(0).instances().get(0);
        assertThat(gateway.bean(SegmentReader.class)
                        .read(new SegmentRef(ref.segment(), ref.offset(), ref.length()), ref.sha256()))
                .isEqualTo(
                        TestingGateway.encode(TestImages.ct("1.3.1", "1.3.1.1", "1.3.1.1.1"), TestingGateway.EXPLICIT));

        var manifest = TestResults.stage(folder.resolve("staging"), "job-1", "1.3.1", "1.9.1.1");
        assertThat(gateway.put("/api/results/job-1", TestResults.json(manifest)).status())
                .isEqualTo(202);
        assertThat(gateway.await(
                                "/api/results/job-1",
                                a -> !"STORING".equals(a.body().get("state")))
                        .body())
                .containsEntry("state", "SETTLED");
        assertThat(gateway.store(
                        TestImages.ct("1.3.1", "1.9.1", "1.9.1.1")
                                .put(
                                        io.tomogrid.dicom.Tag.SOPClassUID,
                                        io.tomogrid.dicom.Uid.SecondaryCaptureImageStorage)
                                .put(io.tomogrid.dicom.Tag.Modality, "OT"),
                        TestingGateway.IMPLICIT))
                .as("a PACS sends our result back in another encoding")
                .isEqualTo(DimseStatus.SUCCESS);
        Thread.sleep(2500);
        assertThat(gateway.get("/api/studies/1.3.1").body())
                .containsEntry("instances", 2)
                .containsEntry("revision", 1)
                .containsEntry("complete", true);

        gateway.store(TestImages.ct("1.3.1", "1.3.1.2", "1.3.1.2.2"));
        assertThat(gateway.get("/api/studies/1.3.1").body()).containsEntry("complete", false);
        StudyComplete second = awaitRevision("1.3.1", 2);
        assertThat(second.instances()).isEqualTo(3);
        assertThat(second.sequence()).isGreaterThan(first.sequence());
        assertThat(feed("/api/feed?after=" + first.sequence()))
                .extracting(StudyComplete::sequence)
                .contains(second.sequence())
                .doesNotContain(first.sequence())
                .isSorted();
    }

    /** ING-03. */
    @Test
    void an_operator_ends_the_quiet_period() throws Exception {
        gateway.store(TestImages.ct("1.3.2", "1.3.2.1", "1.3.2.1.1"));
        assertThat(gateway.post("/api/studies/1.3.2/complete").body())
                .containsEntry("revision", 1)
                .containsEntry("complete", true);
        assertThat(gateway.post("/api/studies/1.3.2/complete").body())
                .as("nothing new came")
                .containsEntry("revision", 1);
        assertThat(awaitRevision("1.3.2", 1).completeness()).isEqualTo(Completeness.OPERATOR);
        assertThat(gateway.post("/api/studies/1.3.404/complete").status()).isEqualTo(404);
    }

    @Test
    void requests_that_make_no_sense_are_named() throws Exception {
        assertThat(gateway.get("/api/feed?after=abc").body().get("error").toString())
                .contains("after");
        assertThat(gateway.get("/api/feed?limit=0").status()).isEqualTo(400);
        assertThat(gateway.get("/api/studies?limit=100000").body().get("error").toString())
                .contains("1 to 1000");
    }

    private static StudyComplete awaitRevision(String study, int revision) throws Exception {
        for (int i = 0; i < 200; i++) {
            for (StudyComplete complete : feed("/api/feed?limit=1000")) {
                if (complete.studyUid().equals(study) && complete.revision() == revision) {
                    return complete;
                }
            }
            Thread.sleep(50);
        }
        throw new AssertionError("study " + study + " has no revision " + revision);
    }

    private static List<StudyComplete> feed(String path) throws Exception {
        return gateway.get(path).list("studies").stream()
                .map(Documents::studyComplete)
                .toList();
    }
}
