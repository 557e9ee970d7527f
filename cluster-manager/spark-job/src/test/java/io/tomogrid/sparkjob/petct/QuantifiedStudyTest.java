package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.PriorStudy;
import io.tomogrid.cluster.contract.Provenance;
import io.tomogrid.cluster.contract.Quantification;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.imaging.Vec3;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QNT-01, QNT-04 to QNT-06, QNT-08 through the whole protocol: what the findings, the report and the objects say. */
class QuantifiedStudyTest {
    private TestModelService service;

    @TempDir
    Path temp;

    @BeforeEach
    void start() throws IOException {
        service = new TestModelService();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void every_kind_of_suv_is_derived_and_mapped() throws IOException {
        List<Dataset> images = images();
        images.forEach(image -> image.put(Tag.PatientSize, 1.75).put(Tag.PatientSex, "M"));
        Quantification found = run(images, List.of()).findings().quantification();
        Quantification.Derivation derivation = found.series().get(0);
        assertThat(derivation.seriesUid()).isEqualTo(TestStudy.PET_SERIES);
        assertThat(derivation.path()).isEqualTo("BQML, START, reference: Series Time");
        assertThat(derivation.attributes())
                .contains(new Quantification.Attribute("(0018,1074)", "Radionuclide Total Dose", "350000000 Bq"));
        assertThat(found.scales())
                .extracting(Quantification.Scale::kind)
                .hasSize(5)
                .contains("SUVlbm(Janma)");
        double morgan = 1.10 * 70 - 120 * 0.16;
        assertThat(found.scales().get(0).perSuvBw()).isCloseTo(morgan / 70, within(1e-12));
        Dataset first = result("rwvm-0001.dcm")
                .item(Tag.ReferencedImageRealWorldValueMappingSequence)
                .orElseThrow();
        List<Dataset> mappings = first.items(Tag.RealWorldValueMappingSequence);
        assertThat(mappings).hasSize(6);
        assertThat(mappings.get(0).string(Tag.LUTLabel)).contains("SUVBW");
        Dataset james = mappings.stream()
                .filter(m -> m.string(Tag.LUTLabel).orElse("").equals("SUVlbm(James128)"))
                .findFirst()
                .orElseThrow();
        assertThat(james.item(Tag.MeasurementUnitsCodeSequence).orElseThrow().string(Tag.LongCodeValue))
                .contains("g/ml{SUVlbm(James128)}");
        assertThat(james.doubleValue(Tag.RealWorldValueSlope).orElseThrow()
                        / mappings.get(0).doubleValue(Tag.RealWorldValueSlope).orElseThrow())
                .isCloseTo((1.10 * 70 - 128 * 0.16) / 70, within(1e-9));
    }

    @Test
    void lesions_have_volumes_by_every_way_and_a_sum() throws IOException {
        Findings findings = run(images(), List.of()).findings();
        Quantification found = findings.quantification();
        assertThat(found.volumes()).hasSize(10);
        // the balls are uniform on SUV 1, so each threshold between finds the mask itself
        for (Quantification.Volume volume : found.volumes()) {
            Findings.Lesion lesion = findings.lesions().get(volume.lesion() - 1);
            assertThat(volume.mtvMl()).as(volume.method()).isCloseTo(lesion.mtvMl(), within(1e-9));
            assertThat(volume.tlg()).isCloseTo(lesion.tlg(), within(1e-3));
        }
        double total =
                findings.lesions().stream().mapToDouble(Findings.Lesion::mtvMl).sum();
        assertThat(found.burden())
                .extracting(Quantification.Burden::method)
                .containsExactly("mask", "SUV 2.5", "SUV 4.0", "41 %", "50 %", "gradient");
        assertThat(found.burden())
                .allSatisfy(burden -> assertThat(burden.mtvMl()).isCloseTo(total, within(1e-9)));
        assertThat(found.liver().reason()).contains("liver").contains("not available");
        assertThat(found.tracking().reason()).contains("no prior study with results");
        List<Dataset> groups = report().items(Tag.ContentSequence).stream()
                .flatMap(item -> item.items(Tag.ContentSequence).stream())
                .filter(item -> item.item(Tag.ContentTemplateSequence).isPresent())
                .toList();
        assertThat(groups).hasSize(2);
        long volumes = groups.get(0).items(Tag.ContentSequence).stream()
                .filter(item -> code(item, Tag.ConceptNameCodeSequence).equals("126032"))
                .count();
        assertThat(volumes).isEqualTo(6);
    }

    @Test
    void a_liver_that_the_model_gives_is_the_reference_of_percist() throws IOException {
        service.withLiver(liver());
        Quantification.Liver liver =
                run(images(), List.of()).findings().quantification().liver();
        assertThat(liver.reason()).isEmpty();
        assertThat(liver.mean()).isCloseTo(1, within(1e-3));
        assertThat(liver.threshold()).isCloseTo(1.5 * liver.mean() + 2 * liver.deviation(), within(1e-12));
        assertThat(liver.measurable()).containsExactly(1, 2);
        assertThat(statements()).anyMatch(s -> s.startsWith("PERCIST: liver of"));
    }

    @Test
    void a_lesion_keeps_its_tracking_uid_from_study_to_study() throws IOException {
        Findings before = run(images(), List.of()).findings();
        String uid = before.quantification().tracking().tracks().get(0).trackingUid();
        PriorStudy prior = new PriorStudy("2.25.99", then(before));
        Quantification.Tracking tracking =
                run(images(), List.of(prior)).findings().quantification().tracking();
        assertThat(tracking.by()).isEqualTo("frame of reference");
        assertThat(tracking.priorStudyUid()).isEqualTo("2.25.99");
        Quantification.Track first = tracking.tracks().get(0);
        assertThat(first.prior()).isEqualTo(1);
        assertThat(first.trackingUid()).isEqualTo(uid);
        assertThat(first.suvPeakChange()).isCloseTo(1, within(1e-9));
        assertThat(first.mtvChange()).isCloseTo(0, within(1e-9));
        assertThat(tracking.tracks().get(1).prior()).isZero();
        assertThat(tracking.tracks().get(2))
                .extracting(Quantification.Track::lesion, Quantification.Track::prior)
                .containsExactly(0, 2);
        assertThat(result("seg-0001.dcm").items(Tag.SegmentSequence).get(0).string(Tag.TrackingUID))
                .contains(uid);
        assertThat(statements())
                .anyMatch(s -> s.contains("lesion 1 was lesion 1, SUVpeak +100 %, MTV +0 %")
                        && s.contains("lesion 2 is new")
                        && s.contains("lesion 2 of then is gone"));
    }

    @Test
    void a_prior_in_another_frame_of_reference_is_not_guessed_at() throws IOException {
        List<Dataset> moved = images();
        moved.forEach(image -> image.put(Tag.FrameOfReferenceUID, "2.25.191"));
        Findings before = run(images(), List.of()).findings();
        Quantification.Tracking tracking = run(moved, List.of(new PriorStudy("2.25.99", before)))
                .findings()
                .quantification()
                .tracking();
        assertThat(tracking.reason()).contains("another frame of reference");
        assertThat(tracking.tracks())
                .allSatisfy(track -> assertThat(track.prior()).isZero());
    }

    @Test
    void every_object_says_what_made_it_of_what() throws Exception {
        Outcome outcome = run(images(), List.of());
        Provenance provenance = outcome.findings().provenance();
        assertThat(provenance.steps())
                .extracting(Provenance.Step::name)
                .containsExactly("read", "suv", "model", "lesions", "mip", "encode", "resample");
        assertThat(provenance.slice()).isEqualTo("node1-gpu0-1g-0");
        assertThat(provenance.inputs())
                .extracting(Provenance.Input::seriesUid)
                .containsExactlyInAnyOrder(TestStudy.PET_SERIES, TestStudy.CT_SERIES);
        for (Provenance.Input input : provenance.inputs()) {
            assertThat(input.sha256()).isEqualTo(sha256(outcome.series(input.seriesUid())));
        }
        for (ResultObject object : outcome.succeeded().manifest().objects()) {
            List<Dataset> made = result(object.file()).items(Tag.ContributingEquipmentSequence).stream()
                    .filter(item ->
                            code(item, Tag.PurposeOfReferenceCodeSequence).equals("109102"))
                    .toList();
            // what was done, and the model
            assertThat(made).as(object.file()).hasSize(2);
            String text = made.get(0).string(Tag.ContributionDescription).orElseThrow();
            assertThat(text)
                    .startsWith("petct-standard 0.1.0 on cpu, simulated slice node1-gpu0-1g-0. Steps: read; suv(BQML")
                    .contains(TestModelService.DIGEST)
                    .contains(provenance.inputs().get(0).sha256())
                    .contains(provenance.inputs().get(1).sha256());
        }
        String json = Documents.json(Documents.toMap(outcome.succeeded()));
        assertThat(json).doesNotContain("Doe").doesNotContain("4711").doesNotContain("20260102");
        assertThat(String.join("\n", statements())).doesNotContain("Doe").doesNotContain("4711");
    }

    /** @param series the references that the task had */
    private record Outcome(TaskOutcome.Succeeded succeeded, List<SeriesRef> references) {
        Findings findings() {
            return succeeded.findings();
        }

        SeriesRef series(String uid) {
            return references.stream()
                    .filter(s -> s.seriesUid().equals(uid))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Outcome run(List<Dataset> images, List<PriorStudy> priors) throws IOException {
        Path folder = java.nio.file.Files.createTempDirectory(temp, "run");
        try (TestArchive archive = new TestArchive(folder.resolve("archive"))) {
            for (Dataset image : images) {
                archive.add(image, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            var task = TestTask.task(archive.complete(), archive.root(), temp.resolve("staging"), service.url(), true)
                    .withPriors(priors);
            TaskOutcome outcome = new PetCtStandard(TestModelService.TOKEN, new Parallel(2)).run(task, stage -> {});
            assertThat(outcome).as(outcome.toString()).isInstanceOf(TaskOutcome.Succeeded.class);
            return new Outcome(
                    (TaskOutcome.Succeeded) outcome, archive.complete().series());
        }
    }

    /** As if half as hot then, and the second lesion somewhere else. */
    private static Findings then(Findings now) {
        Findings.Lesion a = now.lesions().get(0);
        Findings.Lesion b = now.lesions().get(1);
        return new Findings(
                4,
                List.of(),
                List.of(),
                List.of(
                        new Findings.Lesion(
                                1,
                                a.suvMax() / 2,
                                a.suvMean() / 2,
                                a.suvPeak() / 2,
                                a.mtvMl(),
                                a.tlg() / 2,
                                a.centreMm()),
                        new Findings.Lesion(
                                2, b.suvMax(), b.suvMean(), b.suvPeak(), b.mtvMl(), b.tlg(), List.of(0.0, 0.0, 400.0))),
                List.of(),
                "cpu",
                now.quantification(),
                now.provenance());
    }

    /** Ten slices, away from both balls. */
    private static byte[] liver() {
        byte[] mask = new byte[28 * 26 * TestStudy.PET_SLICES];
        for (int n = 0; n < mask.length; n++) {
            Vec3 p = TestStudy.petVoxel(n % 28, n / 28 % 26, n / 28 / 26);
            mask[n] = (byte) (p.x() > 30 && p.z() < 40 ? 1 : 0);
        }
        return mask;
    }

    private static String sha256(SeriesRef series) throws Exception {
        String lines = series.instances().stream()
                .sorted(java.util.Comparator.comparing(InstanceRef::sopInstanceUid))
                .map(i -> i.sopInstanceUid() + " " + i.sha256() + "\n")
                .collect(Collectors.joining());
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(lines.getBytes(StandardCharsets.UTF_8)));
    }

    private List<String> statements() throws IOException {
        return report().items(Tag.ContentSequence).stream()
                .filter(item -> code(item, Tag.ConceptNameCodeSequence).equals("121106"))
                .map(item -> item.string(Tag.TextValue).orElse(""))
                .toList();
    }

    private static String code(Dataset item, int sequence) {
        return item.item(sequence).flatMap(c -> c.string(Tag.CodeValue)).orElse("");
    }

    private Dataset report() throws IOException {
        return result("sr-0001.dcm");
    }

    private Dataset result(String file) throws IOException {
        return Part10.read(temp.resolve("staging").resolve(file)).dataset();
    }

    private static List<Dataset> images() {
        List<Dataset> images = new ArrayList<>(TestStudy.pet());
        images.addAll(TestStudy.ct());
        return images;
    }
}
