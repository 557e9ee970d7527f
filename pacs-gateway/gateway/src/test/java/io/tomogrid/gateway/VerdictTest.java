package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.object.Algorithm;
import io.tomogrid.dicom.object.Equipment;
import io.tomogrid.dicom.object.ImageGrid;
import io.tomogrid.dicom.object.LesionMeasurements;
import io.tomogrid.dicom.object.Lps;
import io.tomogrid.dicom.object.MeasurementReportEncoder;
import io.tomogrid.dicom.object.PetSource;
import io.tomogrid.dicom.object.RealWorldValueEncoder;
import io.tomogrid.dicom.object.ResultContext;
import io.tomogrid.dicom.object.ResultSeries;
import io.tomogrid.dicom.object.ResultUids;
import io.tomogrid.dicom.object.Segment;
import io.tomogrid.dicom.object.SegmentationEncoder;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** FND-06 to FND-08: what readers make of results. */
class VerdictTest {
    private static final Algorithm MODEL = Algorithm.model("lesion-unet", "1.0.0", "sha256:ab12");

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        database = TestingDatabase.start();
        gateway = TestingGateway.start(folder, database.fresh(), Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        database.close();
    }

    /** Of a study of one slice with two lesions: stored by the gateway as a job's results. */
    private static Dataset ours(String job, String study) throws Exception {
        Dataset slice = TestImages.ct(study, study + ".1", study + ".1.1")
                .put(Tag.SOPClassUID, Uid.PositronEmissionTomographyImageStorage)
                .put(Tag.Modality, "PT")
                .put(Tag.FrameOfReferenceUID, study + ".9")
                .put(Tag.ImagePositionPatient, 0, 0, 0)
                .put(Tag.RescaleSlope, 1)
                .put(Tag.RescaleIntercept, 0)
                .put(Tag.BitsStored, 16);
        ImageGrid grid =
                new ImageGrid(64, 64, 1, new Lps(0, 0, 0), new Lps(4, 0, 0), new Lps(0, 4, 0), new Lps(0, 0, 4));
        ResultUids uids = ResultUids.ofJob(job);
        var context = new ResultContext(
                new PetSource(List.of(slice), grid),
                List.of(),
                uids,
                Instant.parse("2026-01-15T11:30:00Z"),
                new Equipment("Tomogrid", "Tomogrid", "node-1", "0.1.0"),
                MODEL,
                List.of());
        List<Segment> segments = List.of(Segment.lesion(1, uids), Segment.lesion(2, uids));
        int[] labels = new int[64 * 64];
        labels[100] = 1;
        labels[900] = 2;
        Dataset seg = SegmentationEncoder.encode(context, series(uids, "seg"), labels, segments);
        List<LesionMeasurements> lesions = segments.stream()
                .map(s -> new LesionMeasurements(s, 8.5, 5, OptionalDouble.empty(), 2.5, 12.5))
                .toList();
        Dataset report = MeasurementReportEncoder.encode(
                context,
                series(uids, "sr"),
                lesions,
                Optional.of(seg),
                RealWorldValueEncoder.encode(context, series(uids, "rwvm"), 1e-4));
        Path staged = Files.createDirectories(folder.resolve(job));
        List<ResultObject> objects = new ArrayList<>();
        for (Dataset object : List.of(seg, report)) {
            String kind = object == seg ? "SEG" : "SR";
            Path file = staged.resolve(kind + ".dcm");
            try (OutputStream out = Files.newOutputStream(file)) {
                Part10.write(out, Uid.ExplicitVRLittleEndian, object);
            }
            objects.add(new ResultObject(
                    kind,
                    object.string(Tag.SOPClassUID).orElseThrow(),
                    object.string(Tag.SOPInstanceUID).orElseThrow(),
                    object.string(Tag.SeriesInstanceUID).orElseThrow(),
                    kind + ".dcm",
                    Files.size(file),
                    TestResults.sha256(Files.readAllBytes(file))));
        }
        var manifest = new ResultManifest(job, study, 1, 1, staged.toUri().toString(), objects);
        assertThat(gateway.put("/api/results/" + job, TestResults.json(manifest))
                        .status())
                .isEqualTo(202);
        assertThat(gateway.await(
                                "/api/results/" + job,
                                a -> "SETTLED".equals(a.body().get("state")))
                        .body())
                .containsEntry("state", "SETTLED");
        return report;
    }

    private static ResultSeries series(ResultUids uids, String role) {
        return new ResultSeries(uids.uid("series/" + role), 1, role);
    }

    /** As a workstation stores our report when a reader has signed it. */
    private static Dataset signed(Dataset ours, String instance) {
        Dataset signed = new Dataset();
        ours.forEach(signed::put);
        Dataset reference = new Dataset()
                .copyFrom(ours, Tag.SeriesInstanceUID)
                .putItems(
                        Tag.ReferencedSOPSequence,
                        new Dataset()
                                .put(
                                        Tag.ReferencedSOPClassUID,
                                        ours.string(Tag.SOPClassUID).orElseThrow())
                                .put(
                                        Tag.ReferencedSOPInstanceUID,
                                        ours.string(Tag.SOPInstanceUID).orElseThrow()));
        return signed.put(Tag.SOPInstanceUID, instance)
                .put(Tag.SeriesInstanceUID, instance + ".1")
                .put(Tag.VerificationFlag, "VERIFIED")
                .putItems(Tag.VerifyingObserverSequence, new Dataset().put(Tag.VerifyingObserverName, "Reader^One"))
                .putItems(
                        Tag.PredecessorDocumentsSequence,
                        new Dataset()
                                .copyFrom(ours, Tag.StudyInstanceUID)
                                .putItems(Tag.ReferencedSeriesSequence, reference));
    }

    /** The report with another list of measurement groups. */
    private static Dataset withGroups(Dataset report, List<Dataset> groups) {
        List<Dataset> content = new ArrayList<>();
        for (Dataset item : report.items(Tag.ContentSequence)) {
            boolean measurements = concept(item).equals("126010");
            if (!measurements) {
                content.add(item);
            } else {
                Dataset container = new Dataset();
                item.forEach(container::put);
                content.add(container.putItems(Tag.ContentSequence, groups));
            }
        }
        return report.putItems(Tag.ContentSequence, content);
    }

    private static List<Dataset> groups(Dataset report) {
        return report.items(Tag.ContentSequence).stream()
                .filter(item -> concept(item).equals("126010"))
                .flatMap(item -> item.items(Tag.ContentSequence).stream())
                .toList();
    }

    private static String concept(Dataset item) {
        return item.item(Tag.ConceptNameCodeSequence)
                .flatMap(code -> code.string(Tag.CodeValue))
                .orElse("");
    }

    private static List<Map<String, Object>> verdicts(String job) throws Exception {
        return gateway.get("/api/verdicts?job=" + job).list("verdicts");
    }

    private static int pending(String study) {
        Integer pending = gateway.bean(JdbcTemplate.class)
                .queryForObject("SELECT pending FROM study WHERE study_uid = ?", Integer.class, study);
        return pending == null ? -1 : pending;
    }

    private static TestingGateway.Answer judge(String job, String json) throws Exception {
        return gateway.post("/api/results/" + job + "/verdict", json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_report_that_a_reader_signed_as_it_was_is_accepted_once_and_makes_no_revision() throws Exception {
        Dataset report = ours("v-accept", "1.11.1");
        Dataset signed = signed(report, "1.11.1.77");
        assertThat(gateway.store(signed)).isEqualTo(DimseStatus.SUCCESS);
        assertThat(gateway.store(signed)).as("the same again").isEqualTo(DimseStatus.SUCCESS);
        assertThat(verdicts("v-accept")).singleElement().satisfies(verdict -> {
            assertThat(verdict)
                    .containsEntry("verdict", "ACCEPTED")
                    .containsEntry("source", "1.11.1.77")
                    .containsEntry("by", "Reader^One")
                    .containsEntry("model", "lesion-unet")
                    .containsEntry("model-version", "1.0.0")
                    .containsEntry("model-digest", "sha256:ab12")
                    .containsEntry("lesions", Map.of("kept", 2, "edited", 0, "removed", 0, "added", 0));
        });
        assertThat(pending("1.11.1")).isZero();
    }

    @Test
    void an_unsigned_report_and_one_of_somebody_else_are_no_verdicts() throws Exception {
        Dataset report = ours("v-none", "1.11.2");
        gateway.store(signed(report, "1.11.2.77").put(Tag.VerificationFlag, "UNVERIFIED"));
        Dataset foreign = signed(report, "1.11.2.78");
        foreign.remove(Tag.PredecessorDocumentsSequence);
        gateway.store(foreign);
        assertThat(verdicts("v-none")).isEmpty();
        assertThat(pending("1.11.2")).as("they are sources like any other").isEqualTo(2);
    }

    @Test
    void a_changed_report_says_what_became_of_each_lesion() throws Exception {
        Dataset report = ours("v-edit", "1.11.3");
        Dataset first = groups(report).get(0);
        Dataset added = replaced(first, "112040", item -> item.put(Tag.UID, "2.25.4711"));
        Dataset changed = replaced(first, "126032", item -> {
            Dataset value = new Dataset();
            item.item(Tag.MeasuredValueSequence).orElseThrow().forEach(value::put);
            return item.putItems(Tag.MeasuredValueSequence, value.put(Tag.NumericValue, 3.75));
        });
        gateway.store(withGroups(signed(report, "1.11.3.77"), List.of(changed, added)));
        assertThat(verdicts("v-edit"))
                .singleElement()
                .satisfies(verdict -> assertThat(verdict)
                        .containsEntry("verdict", "EDITED")
                        .containsEntry("lesions", Map.of("kept", 0, "edited", 1, "removed", 1, "added", 1)));
        gateway.store(withGroups(signed(report, "1.11.3.78"), List.of()));
        assertThat(verdicts("v-edit").get(0))
                .containsEntry("verdict", "REJECTED")
                .containsEntry("lesions", Map.of("kept", 0, "edited", 0, "removed", 2, "added", 0));
    }

    private static Dataset replaced(Dataset group, String concept, java.util.function.UnaryOperator<Dataset> by) {
        Dataset copy = new Dataset();
        group.forEach(copy::put);
        List<Dataset> content = new ArrayList<>();
        for (Dataset item : group.items(Tag.ContentSequence)) {
            Dataset part = new Dataset();
            item.forEach(part::put);
            content.add(concept(item).equals(concept) ? by.apply(part) : part);
        }
        return copy.putItems(Tag.ContentSequence, content);
    }

    @Test
    void a_key_object_that_rejects_a_result_is_a_rejection_and_another_is_none() throws Exception {
        Dataset report = ours("v-kos", "1.11.4");
        gateway.store(keys(report, "1.11.4.77", "113000", "Of Interest"));
        assertThat(verdicts("v-kos")).isEmpty();
        gateway.store(keys(report, "1.11.4.78", "113001", "Rejected for Quality Reasons"));
        assertThat(verdicts("v-kos"))
                .singleElement()
                .satisfies(verdict -> assertThat(verdict)
                        .containsEntry("verdict", "REJECTED")
                        .containsEntry("reason", "Rejected for Quality Reasons")
                        .doesNotContainKey("lesions"));
    }

    private static Dataset keys(Dataset report, String instance, String title, String meaning) {
        return new Dataset()
                .put(Tag.SOPClassUID, Uid.KeyObjectSelectionDocumentStorage)
                .put(Tag.SOPInstanceUID, instance)
                .copyFrom(report, Tag.StudyInstanceUID, Tag.PatientID, Tag.PatientName)
                .put(Tag.SeriesInstanceUID, instance + ".1")
                .put(Tag.Modality, "KO")
                .putItems(
                        Tag.ConceptNameCodeSequence,
                        new Dataset()
                                .put(Tag.CodeValue, title)
                                .put(Tag.CodingSchemeDesignator, "DCM")
                                .put(Tag.CodeMeaning, meaning))
                .putItems(
                        Tag.CurrentRequestedProcedureEvidenceSequence,
                        signed(report, instance)
                                .item(Tag.PredecessorDocumentsSequence)
                                .orElseThrow());
    }

    @Test
    void what_is_no_verdict_is_refused_and_changes_nothing() throws Exception {
        ours("v-bad", "1.11.5");
        for (String body : List.of(
                "{}",
                "[",
                "{\"verdict\":\"MAYBE\"}",
                "{\"verdict\":\"ACCEPTED\",\"by\":7}",
                "{\"verdict\":\"ACCEPTED\",\"by\":\"" + "x".repeat(65) + "\"}")) {
            assertThat(judge("v-bad", body).status()).as(body).isEqualTo(400);
        }
        assertThat(judge("no-such-job", "{\"verdict\":\"ACCEPTED\"}").status()).isEqualTo(404);
        assertThat(verdicts("v-bad")).isEmpty();
    }

    @Test
    void the_last_verdict_counts_and_none_is_ever_changed_or_lost() throws Exception {
        ours("v-last", "1.11.6");
        assertThat(judge("v-last", "{\"verdict\":\"ACCEPTED\",\"by\":\"one\"}").status())
                .isEqualTo(201);
        assertThat(judge("v-last", "{\"verdict\":\"REJECTED\",\"by\":\"two\",\"reason\":\"bladder\"}")
                        .body())
                .containsEntry("verdict", "REJECTED")
                .containsEntry("model", "lesion-unet");
        List<Map<String, Object>> both = verdicts("v-last");
        assertThat(both).extracting(v -> v.get("verdict")).containsExactly("REJECTED", "ACCEPTED");
        JdbcTemplate jdbc = gateway.bean(JdbcTemplate.class);
        for (String change :
                List.of("UPDATE verdict SET verdict = 'ACCEPTED'", "DELETE FROM verdict", "TRUNCATE verdict")) {
            assertThatThrownBy(() -> jdbc.execute(change)).hasMessageContaining("only added");
        }
        int rejected = rejected();
        assertThat(rejected).isPositive();
        gateway.close();
        gateway = TestingGateway.start(folder, database.fresh(), Map.of());
        assertThat(verdicts("v-last")).as("from the archive alone").isEqualTo(both);
        assertThat(rejected()).isEqualTo(rejected);
        assertThat(pending("1.11.6")).isZero();
    }

    private static int rejected() throws Exception {
        return gateway.get("/api/verdicts").list("models").stream()
                .filter(model -> model.get("model").equals("lesion-unet"))
                .mapToInt(model -> (int) model.get("rejected"))
                .sum();
    }
}
