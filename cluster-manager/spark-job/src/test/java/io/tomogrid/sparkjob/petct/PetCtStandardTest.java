package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.ReportRef;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.sparkjob.Protocols;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole protocol on a study by formula: PRC-01, PRC-03, PRC-06, PRC-07, RES-03, MOD-03, SEC-02. */
class PetCtStandardTest {
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
    void lesions_are_measured_as_the_formula_has_them() throws IOException {
        TaskOutcome outcome = TestTask.run(images(), temp, service);
        assertThat(outcome).isInstanceOf(TaskOutcome.Succeeded.class);
        Findings findings = ((TaskOutcome.Succeeded) outcome).findings();
        assertThat(findings.suvMax()).isCloseTo(8, within(1e-3));
        assertThat(findings.lesions()).hasSize(2);
        assertLesion(findings.lesions().get(0), TestStudy.LARGE, 8, 12);
        assertLesion(findings.lesions().get(1), TestStudy.SMALL, 5, 8);
        assertThat(findings.backend()).isEqualTo("cpu");
        assertThat(findings.derivation()).anyMatch(s -> s.contains("Series Time (0008,0031)"));
        assertThat(findings.notes())
                .anyMatch(n -> n.contains("physiological uptake is not excluded"))
                .anyMatch(n -> n.contains(TestModelService.MODEL + " 1.0.0") && n.contains(TestModelService.DIGEST));
        assertThat(findings.stages()).extracting(Findings.Stage::name).contains("read", "suv", "model", "encode");
    }

    @Test
    void the_manifest_names_files_that_are_there_whole() throws Exception {
        var succeeded = (TaskOutcome.Succeeded) TestTask.run(images(), temp, service);
        Map<String, Long> kinds = succeeded.manifest().objects().stream()
                .collect(Collectors.groupingBy(ResultObject::kind, Collectors.counting()));
        assertThat(kinds)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "RWVM", 1L, "SEG", 1L, "SR", 1L, "GSPS", 1L, "KOS", 1L, "PDF", 1L, "MIP", 2L, "PET", 30L));
        for (ResultObject object : succeeded.manifest().objects()) {
            Path file = temp.resolve("staging").resolve(object.file());
            byte[] bytes = Files.readAllBytes(file);
            assertThat(bytes).hasSize((int) object.bytes());
            assertThat(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
                    .isEqualTo(object.sha256());
            Dataset dataset = Part10.read(file).dataset();
            assertThat(dataset.string(Tag.SOPInstanceUID)).contains(object.sopInstanceUid());
            assertThat(dataset.string(Tag.SOPClassUID)).contains(object.sopClassUid());
            assertThat(dataset.string(Tag.StudyInstanceUID)).contains(TestStudy.STUDY);
            assertThat(dataset.string(Tag.PatientName)).contains(TestStudy.NAME);
            assertThat(object.file()).matches("[a-z]+-\\d{4}\\.dcm");
        }
        assertThat(succeeded.manifest().leaseEpoch()).isEqualTo(7);
        assertThat(everyFile(temp.resolve("staging"))).hasSize(38);
    }

    /** COD-02: also of loss before the images came here, uncompressed. */
    @Test
    void a_ct_that_lost_by_compression_marks_what_it_was_fused_into() throws IOException {
        List<Dataset> images = new ArrayList<>(TestStudy.pet());
        TestStudy.ct()
                .forEach(slice -> images.add(slice.put(Tag.LossyImageCompression, "01")
                        .put(Tag.LossyImageCompressionRatio, 8.5)
                        .put(Tag.LossyImageCompressionMethod, "ISO_15444_1")));
        var succeeded = (TaskOutcome.Succeeded) TestTask.run(images, temp, service);
        assertThat(succeeded.findings().notes())
                .anyMatch(note -> note.startsWith("CT series " + TestStudy.CT_SERIES)
                        && note.contains("compressed with loss (ISO_15444_1, ratio 8.5)"));
        Dataset fused = Part10.read(temp.resolve("staging/mip-0002.dcm")).dataset();
        assertThat(fused.string(Tag.LossyImageCompression)).contains("01");
        assertThat(fused.doubleValue(Tag.LossyImageCompressionRatio)).hasValue(8.5);
        for (String ofPetOnly : List.of("mip-0001.dcm", "seg-0001.dcm", "pet-0001.dcm")) {
            assertThat(Part10.read(temp.resolve("staging").resolve(ofPetOnly))
                            .dataset()
                            .string(Tag.LossyImageCompression))
                    .as(ofPetOnly)
                    .contains("00");
        }
    }

    /** The segmentation on the PET's grid holds exactly the voxels whose formula is above the model's threshold. */
    @Test
    void the_segmentation_is_the_mask_of_the_formula() throws IOException {
        var succeeded = (TaskOutcome.Succeeded) TestTask.run(images(), temp, service);
        Dataset seg = Part10.read(temp.resolve("staging/seg-0001.dcm")).dataset();
        int set = 0;
        for (byte b : seg.bytes(Tag.PixelData).orElseThrow()) {
            set += Integer.bitCount(b & 0xff);
        }
        assertThat(set).isEqualTo(count(4));
        double mtv = succeeded.findings().lesions().stream()
                .mapToDouble(Findings.Lesion::mtvMl)
                .sum();
        assertThat(mtv).isCloseTo(count(4) * 0.064, within(1e-9));
    }

    /** The PET on the CT's grid, read back through its own slope, is the PET where the PET is uniform. */
    @Test
    void the_resampled_pet_keeps_its_activity() throws IOException {
        TestTask.run(images(), temp, service);
        Dataset slice = Part10.read(temp.resolve("staging/pet-0001.dcm")).dataset();
        double slope = slice.doubleValue(Tag.RescaleSlope).orElseThrow();
        int[] stored = slice.ints(Tag.PixelData);
        int middle = 18 * 40 + 20;
        assertThat(stored[middle] * slope).isCloseTo(TestStudy.BQML, within(TestStudy.BQML * 1e-3));
        assertThat(slice.doubles(Tag.ImagePositionPatient)).containsExactly(-58, -52, 0);
    }

    @Test
    void the_same_task_gives_the_same_bytes_in_any_order_of_images_and_on_any_number_of_threads() throws Exception {
        List<Dataset> images = images();
        Map<String, String> first = digests(TestTask.run(images, temp.resolve("a"), service.url(), 1));
        Collections.shuffle(images, new Random(3));
        Map<String, String> second = digests(TestTask.run(images, temp.resolve("b"), service.url(), 3));
        assertThat(second).isEqualTo(first);
    }

    /** A task whose executor was lost runs again into the same folder. */
    @Test
    void an_attempt_that_runs_twice_ends_as_if_it_had_run_once() throws Exception {
        try (TestArchive archive = new TestArchive(temp.resolve("archive"))) {
            for (Dataset image : images()) {
                archive.add(image, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            Path staging = temp.resolve("staging");
            var once = digests(TestTask.run(archive, staging, service.url(), 2, new ArrayList<>()));
            List<String> stages = new ArrayList<>();
            var twice = digests(TestTask.run(archive, staging, service.url(), 2, stages));
            assertThat(twice).isEqualTo(once);
            assertThat(everyFile(staging)).hasSize(once.size());
            assertThat(stages).containsExactly("read", "suv", "model", "lesions", "mip", "encode", "resample");
        }
    }

    @Test
    void implicit_big_endian_and_deflated_images_are_read_alike() throws Exception {
        Map<String, Dataset> explicit =
                TestTask.contents(temp.resolve("x/staging"), TestTask.run(images(), temp.resolve("x"), service));
        for (String syntax :
                List.of(Uid.ImplicitVRLittleEndian, Uid.ExplicitVRBigEndian, Uid.DeflatedExplicitVRLittleEndian)) {
            try (TestArchive archive = new TestArchive(temp.resolve("archive-" + syntax))) {
                for (Dataset image : images()) {
                    archive.add(image, syntax, syntax);
                }
                var outcome = TestTask.run(archive, temp.resolve(syntax), service.url(), 2, new ArrayList<>());
                assertThat(TestTask.contents(temp.resolve(syntax), outcome))
                        .as(syntax)
                        .isEqualTo(explicit);
            }
        }
    }

    @Test
    void without_lesions_the_report_says_so_and_there_is_no_segmentation() throws IOException {
        var succeeded = (TaskOutcome.Succeeded) TestTask.run(
                images(),
                temp,
                service.spoiling(mask -> new io.tomogrid.imaging.tensor.Tensor(
                        mask.type(),
                        mask.shape(),
                        java.nio.ByteBuffer.allocate(mask.data().remaining()))));
        assertThat(succeeded.findings().lesions()).isEmpty();
        assertThat(succeeded.manifest().objects())
                .extracting(ResultObject::kind)
                .contains("SR", "PDF")
                .doesNotContain("SEG", "GSPS", "KOS");
    }

    /** Late images made a new revision: its report says which one it replaces (RES-03). */
    @Test
    void the_report_of_a_later_revision_names_its_predecessor() throws Exception {
        var before = new ReportRef("2.25.31", "1.2.840.10008.5.1.4.1.1.88.34", "2.25.32");
        Dataset first = Part10.read(report(temp.resolve("1"))).dataset();
        Dataset later = Part10.read(report(temp.resolve("2"), before)).dataset();
        assertThat(first.items(Tag.PredecessorDocumentsSequence)).isEmpty();
        assertThat(later.items(Tag.PredecessorDocumentsSequence))
                .singleElement()
                .satisfies(study -> {
                    assertThat(study.string(Tag.StudyInstanceUID)).contains(TestStudy.STUDY);
                    assertThat(study.items(Tag.ReferencedSeriesSequence))
                            .singleElement()
                            .satisfies(series -> {
                                assertThat(series.string(Tag.SeriesInstanceUID)).contains("2.25.31");
                                assertThat(series.items(Tag.ReferencedSOPSequence))
                                        .singleElement()
                                        .satisfies(report -> {
                                            assertThat(report.string(Tag.ReferencedSOPClassUID))
                                                    .contains(before.sopClassUid());
                                            assertThat(report.string(Tag.ReferencedSOPInstanceUID))
                                                    .contains("2.25.32");
                                        });
                            });
                });
    }

    private Path report(Path folder, ReportRef... predecessors) throws IOException {
        try (TestArchive archive = new TestArchive(folder.resolve("archive"))) {
            for (Dataset image : images()) {
                archive.add(image, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            var task = TestTask.task(
                    archive.complete(), archive.root(), folder.resolve("staging"), service.url(), true, predecessors);
            var outcome = new PetCtStandard(TestModelService.TOKEN, new Parallel(2)).run(task, stage -> {});
            assertThat(outcome).isInstanceOf(TaskOutcome.Succeeded.class);
        }
        return folder.resolve("staging/sr-0001.dcm");
    }

    @Test
    void other_series_are_named() throws IOException {
        List<Dataset> images = images();
        for (Dataset slice : TestStudy.pet().subList(0, 5)) {
            images.add(slice.put(Tag.SeriesInstanceUID, "2.25.777")
                    .put(
                            Tag.SOPInstanceUID,
                            "2.25.777." + slice.string(Tag.InstanceNumber).orElseThrow())
                    .put(Tag.CorrectedImage, "DECY"));
        }
        var succeeded = (TaskOutcome.Succeeded) TestTask.run(images, temp, service);
        assertThat(succeeded.findings().notes())
                .anyMatch(n -> n.contains("2.25.777") && n.contains("not attenuation-corrected"));
    }

    /** As where bed positions of a scanner join; the results lie on the even grid. */
    @Test
    void a_slice_a_little_beside_the_even_grid_is_reported() throws IOException {
        List<Dataset> images = images();
        double[] p = images.get(9).doubles(Tag.ImagePositionPatient);
        images.get(9).put(Tag.ImagePositionPatient, p[0], p[1], p[2] + 0.19);
        var succeeded = (TaskOutcome.Succeeded) TestTask.run(images, temp, service);
        assertThat(succeeded.findings().notes()).anyMatch(n -> n.contains("4.000 mm apart, but not quite"));
        assertThat(succeeded.findings().lesions()).hasSize(2);
    }

    @Test
    void findings_cross_to_the_manager_without_patient_data() throws IOException {
        TaskOutcome outcome = TestTask.run(images(), temp, service);
        String json = Documents.json(Documents.toMap(outcome));
        // the folder's name is drawn by chance and may have any digits
        assertThat(json.replace(temp.toString(), "")).doesNotContain("Doe").doesNotContain("4711");
        assertThat(Documents.taskOutcome(Documents.parse(json))).isEqualTo(outcome);
    }

    @Test
    void the_driver_finds_the_protocol_by_its_name() {
        assertThat(Protocols.named("petct-standard")).isInstanceOf(PetCtStandard.class);
    }

    private static void assertLesion(Findings.Lesion lesion, Vec3 centre, double suv, double radius) {
        int voxels = 0;
        Vec3 sum = new Vec3(0, 0, 0);
        for (Vec3 p : voxels()) {
            if (p.minus(centre).length() <= radius) {
                voxels++;
                sum = sum.plus(p);
            }
        }
        assertThat(lesion.suvMax()).isCloseTo(suv, within(1e-3));
        assertThat(lesion.suvMean()).isCloseTo(suv, within(1e-3));
        assertThat(lesion.mtvMl()).isCloseTo(voxels * 0.064, within(1e-9));
        assertThat(lesion.tlg()).isCloseTo(lesion.suvMean() * lesion.mtvMl(), within(1e-9));
        assertThat(lesion.suvPeak()).isLessThanOrEqualTo(lesion.suvMax());
        Vec3 found = new Vec3(
                lesion.centreMm().get(0),
                lesion.centreMm().get(1),
                lesion.centreMm().get(2));
        assertThat(found.minus(sum.times(1.0 / voxels)).length()).isCloseTo(0, within(1e-6));
    }

    private static int count(double threshold) {
        return (int)
                voxels().stream().filter(p -> TestStudy.suvAt(p) >= threshold).count();
    }

    private static List<Vec3> voxels() {
        List<Vec3> all = new ArrayList<>();
        for (int k = 0; k < TestStudy.PET_SLICES; k++) {
            for (int j = 0; j < 26; j++) {
                for (int i = 0; i < 28; i++) {
                    all.add(TestStudy.petVoxel(i, j, k));
                }
            }
        }
        return all;
    }

    private static List<Dataset> images() {
        List<Dataset> images = new ArrayList<>(TestStudy.pet());
        images.addAll(TestStudy.ct());
        return images;
    }

    private static Map<String, String> digests(TaskOutcome outcome) {
        assertThat(outcome).isInstanceOf(TaskOutcome.Succeeded.class);
        return ((TaskOutcome.Succeeded) outcome)
                .manifest().objects().stream().collect(Collectors.toMap(ResultObject::file, ResultObject::sha256));
    }

    private static List<Path> everyFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
