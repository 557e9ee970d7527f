package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.gateway.contract.StudyComplete.Completeness;
import io.tomogrid.gateway.study.PerformedStepScp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Studies whose modality tells what it has made; the quiet period is an hour, so that nothing else completes them. */
class PerformedStepTest {
    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;
    private static PerformedStepScp steps;

    @BeforeAll
    static void start() throws Exception {
        database = TestingDatabase.start();
        gateway = TestingGateway.start(folder, database.fresh(), Map.of("tomogrid.gateway.quiet-period", "1h"));
        steps = gateway.bean(PerformedStepScp.class);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        database.close();
    }

    private static Dataset begin(String study) {
        return new Dataset()
                .put(Tag.PerformedProcedureStepStatus, "IN PROGRESS")
                .putItems(Tag.ScheduledStepAttributesSequence, List.of(new Dataset().put(Tag.StudyInstanceUID, study)));
    }

    private static Dataset end(String state, String... instances) {
        return new Dataset()
                .put(Tag.PerformedProcedureStepStatus, state)
                .putItems(
                        Tag.PerformedSeriesSequence,
                        List.of(new Dataset()
                                .putItems(
                                        Tag.ReferencedImageSequence,
                                        Arrays.stream(instances)
                                                .map(uid -> new Dataset().put(Tag.ReferencedSOPInstanceUID, uid))
                                                .toList())));
    }

    /** ING-13: by the last image, whichever comes last: it or the end of the step. */
    @Test
    void a_study_completes_when_all_has_come_that_its_step_made() throws Exception {
        steps.begun("MODALITY", "1.6.1", begin("1.3.20"));
        gateway.store(TestImages.ct("1.3.20", "1.3.20.1", "1.3.20.1.1"));
        steps.changed("MODALITY", "1.6.1", end("COMPLETED", "1.3.20.1.1", "1.3.20.1.2"));
        steps.begun("MODALITY", "1.6.2", begin("1.3.21"));
        gateway.store(TestImages.ct("1.3.21", "1.3.21.1", "1.3.21.1.1"));
        steps.changed("MODALITY", "1.6.2", end("COMPLETED", "1.3.21.1.1"));
        assertThat(awaitRevision("1.3.21", 1).completeness()).isEqualTo(Completeness.EXPECTED_COUNT);
        assertThat(gateway.get("/api/studies/1.3.20").body())
                .as("one image is missing, and the other study was looked at later")
                .containsEntry("revision", 0);
        gateway.store(TestImages.ct("1.3.20", "1.3.20.1", "1.3.20.1.2"));
        assertThat(awaitRevision("1.3.20", 1).instances()).isEqualTo(2);
    }

    /** ING-13: one modality is ready, the other one of the same study is not; late images wait for the quiet period. */
    @Test
    void no_study_completes_while_a_step_of_it_goes_on() throws Exception {
        steps.begun("CT", "1.6.3", begin("1.3.22"));
        steps.begun("PET", "1.6.4", begin("1.3.22"));
        gateway.store(TestImages.ct("1.3.22", "1.3.22.1", "1.3.22.1.1"));
        steps.changed("CT", "1.6.3", end("COMPLETED", "1.3.22.1.1"));
        lookAround("1.3.90", "1.6.90");
        assertThat(gateway.get("/api/studies/1.3.22").body()).containsEntry("revision", 0);
        steps.changed("PET", "1.6.4", end("DISCONTINUED"));
        awaitRevision("1.3.22", 1);
        gateway.store(TestImages.ct("1.3.22", "1.3.22.1", "1.3.22.1.2"));
        lookAround("1.3.91", "1.6.91");
        assertThat(gateway.get("/api/studies/1.3.22").body()).containsEntry("revision", 1);
    }

    /** Another study completes: whatever was to be completed before is. */
    private static void lookAround(String study, String step) throws Exception {
        steps.begun("MODALITY", step, begin(study));
        gateway.store(TestImages.ct(study, study + ".1", study + ".1.1"));
        steps.changed("MODALITY", step, end("COMPLETED", study + ".1.1"));
        awaitRevision(study, 1);
    }

    /** PS3.4 section F.7.2. */
    @Test
    void what_the_standard_forbids_is_refused_with_the_reason() throws Exception {
        steps.begun("MODALITY", "1.6.5", begin("1.3.23"));
        assertThatThrownBy(() -> steps.begun("MODALITY", "1.6.5", begin("1.3.23")))
                .hasMessageContaining("begun before");
        assertThatThrownBy(() -> steps.begun("MODALITY", "1.6.6", end("COMPLETED")))
                .hasMessageContaining("IN PROGRESS");
        assertThatThrownBy(() -> steps.begun(
                        "MODALITY", "1.6.6", new Dataset().put(Tag.PerformedProcedureStepStatus, "IN PROGRESS")))
                .hasMessageContaining("Study Instance UID");
        assertThatThrownBy(() -> steps.changed("MODALITY", "1.6.7", end("COMPLETED")))
                .hasMessageContaining("no such step");
        assertThatThrownBy(() -> steps.changed("MODALITY", "1.6.5", end("DONE")))
                .hasMessageContaining("expected the status");
        steps.changed("MODALITY", "1.6.5", end("DISCONTINUED"));
        assertThatThrownBy(() -> steps.changed("MODALITY", "1.6.5", end("COMPLETED")))
                .hasMessageContaining("no longer be updated");
    }

    private static StudyComplete awaitRevision(String study, int revision) throws Exception {
        gateway.await(
                "/api/studies/" + study,
                a -> Integer.valueOf(revision).equals(a.body().get("revision")));
        return Documents.studyComplete(
                gateway.get("/api/studies/" + study + "/revisions/" + revision).body());
    }
}
