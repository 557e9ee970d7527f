package io.tomogrid.sparkjob.osem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.synthetic.SyntheticRaw;
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.EnergyWindow;
import io.tomogrid.imaging.pet.ImageQualityPhantom;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetRawFormat;
import io.tomogrid.imaging.pet.PetScan;
import io.tomogrid.imaging.pet.SimulatedScan;
import io.tomogrid.imaging.pet.Solid;
import io.tomogrid.sparkjob.Part;
import io.tomogrid.sparkjob.Protocols;
import io.tomogrid.sparkjob.petct.TestArchive;
import io.tomogrid.sparkjob.petct.TestCuda;
import io.tomogrid.sparkjob.petct.TestTask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** REC-06: the whole protocol on a small scanner, through a real archive. */
class PetOsemTest {
    private static final CylindricalScanner SCANNER =
            new CylindricalScanner(144, 130, 6, 8, 60, AxialSegment.michelogram(6, 3, 3));
    private static final Vec3 CENTRE = new Vec3(10, -20, -300);
    private static final double BQ_ML = 8000;
    private static final EnergyWindow WINDOW = new EnergyWindow(430, 610, 0.12);

    @TempDir
    Path temp;

    /** A cylinder of 8 kBq/ml, 140 mm wide and longer than the scanner, without noise. */
    private static byte[] payload() {
        var phantom = new ImageQualityPhantom(BQ_ML, new Solid.Cylinder(new Vec3(0, 0, 0), 70, 70, 500), List.of());
        return PetRawFormat.write(new SimulatedScan(
                        SCANNER, CENTRE, 600, 1e-3, SyntheticRaw.HALF_LIFE_S, SyntheticRaw.POSITRON_FRACTION, 0.3)
                .expected(phantom, 1));
    }

    private static Dataset raw(long seed) {
        return SyntheticRaw.of(seed, 600, PetRawFormat.NAME, PetRawFormat.VERSION, payload());
    }

    private TaskOutcome run(List<Dataset> instances, String folder, int threads, List<String> stages)
            throws IOException {
        return run(instances, folder, threads, stages, true);
    }

    private TaskOutcome run(List<Dataset> instances, String folder, int threads, List<String> stages, boolean simulated)
            throws IOException {
        try (TestArchive archive = new TestArchive(temp.resolve(folder).resolve("archive"))) {
            for (Dataset instance : instances) {
                archive.add(instance, Uid.ImplicitVRLittleEndian, Uid.ImplicitVRLittleEndian);
            }
            return new PetOsem(new Parallel(threads))
                    .run(
                            TestTask.task(
                                    archive.complete(),
                                    archive.root(),
                                    temp.resolve(folder).resolve("staging"),
                                    "",
                                    simulated),
                            stages::add);
        }
    }

    @Test
    void a_uniform_cylinder_comes_back_in_bq_per_ml() throws Exception {
        List<String> stages = new ArrayList<>();
        var succeeded = (TaskOutcome.Succeeded) run(List.of(raw(1)), "a", 2, stages);
        assertThat(stages).containsSubsequence("read", "osem", "osem 1/4", "osem 4/4", "encode");
        List<ResultObject> objects = succeeded.manifest().objects();
        assertThat(objects).hasSize(11).allMatch(object -> object.kind().equals("PET"));
        for (int k = 2; k < 9; k++) {
            Dataset slice = read("a", objects.get(k));
            assertThat(slice.strings(Tag.ImageType)).containsExactly("ORIGINAL", "PRIMARY");
            assertThat(slice.string(Tag.ReconstructionMethod)).contains("OSEM 4i6s");
            double[] position = slice.doubles(Tag.ImagePositionPatient);
            assertThat(position[2]).isCloseTo(CENTRE.z() + (k - 5) * 4, within(1e-6));
            assertThat(mean(slice, 0, 50)).as("slice %d, inside", k).isCloseTo(BQ_ML, within(0.02 * BQ_ML));
            assertThat(mean(slice, 80, 95)).as("slice %d, outside", k).isLessThan(0.02 * BQ_ML);
        }
    }

    /** SUV of the result: the manual's formula on what went in. */
    @Test
    void the_series_can_be_quantified() throws Exception {
        var succeeded = (TaskOutcome.Succeeded) run(List.of(raw(1)), "a", 2, new ArrayList<>());
        Findings findings = succeeded.findings();
        double suv = BQ_ML * 70_000 / (370e6 * Math.pow(2, -3600 / 6586.2));
        assertThat(findings.suvMax()).isBetween(suv, 1.6 * suv);
        assertThat(findings.derivation()).isNotEmpty();
        assertThat(findings.backend()).isEqualTo("cpu");
        assertThat(findings.notes()).anyMatch(note -> note.contains("not for scatter"));
        Dataset slice = read("a", succeeded.manifest().objects().get(3));
        double decay = Math.log(2) / 6586.2 * 600;
        double factor = decay / (1 - Math.exp(-decay));
        assertThat(slice.doubleValue(Tag.DecayFactor).orElseThrow()).isCloseTo(factor, within(1e-5));
        assertThat(slice.doubleValue(Tag.FrameReferenceTime).orElseThrow())
                .isCloseTo(1000 * Math.log(factor) * 6586.2 / Math.log(2), within(0.5));
    }

    @Test
    void the_same_task_gives_the_same_bytes_on_any_number_of_threads() throws Exception {
        var one = (TaskOutcome.Succeeded) run(List.of(raw(1)), "a", 1, new ArrayList<>());
        var three = (TaskOutcome.Succeeded) run(List.of(raw(1)), "b", 3, new ArrayList<>());
        assertThat(three.manifest().objects()).isEqualTo(one.manifest().objects());
    }

    /** GPU-01: on a device, or on the driver's stand-in where there is none. */
    @Test
    void a_real_slice_gives_the_same_bytes_on_its_device() throws Exception {
        TestCuda.need(temp.resolve("stand-in"));
        List<String> stages = new ArrayList<>();
        var cuda = (TaskOutcome.Succeeded) run(List.of(raw(1)), "cuda", 2, stages, false);
        var cpu = (TaskOutcome.Succeeded) run(List.of(raw(1)), "cpu", 2, new ArrayList<>());
        assertThat(cuda.findings().backend()).isEqualTo("cuda");
        assertThat(cpu.findings().backend()).isEqualTo("cpu");
        assertThat(contents("cuda", cuda)).isNotEmpty().isEqualTo(contents("cpu", cpu));
        assertThat(cuda.findings().provenance().backend()).isEqualTo("cuda");
        assertThat(stages).containsSubsequence("read", "osem", "osem 1/4", "osem 4/4", "encode");
        assertThat(cuda.findings().notes()).noneMatch(note -> note.contains("without the slice's GPU"));
    }

    /** REC-20: scatter is estimated and listed only where the background does not hold it; dead time only where it is known. */
    @Test
    void only_what_was_corrected_is_listed() throws Exception {
        var first = (TaskOutcome.Succeeded) run(List.of(raw(1)), "a", 2, new ArrayList<>());
        Dataset slice = read("a", first.manifest().objects().get(3));
        assertThat(slice.strings(Tag.CorrectedImage)).containsExactly("DECY", "ATTN", "RAN", "NORM");
        assertThat(slice.string(Tag.ScatterCorrectionMethod)).isEmpty();
        List<String> stages = new ArrayList<>();
        PetScan scan = new PetScan(WINDOW, List.of(FramesOf.frame(SCANNER, CENTRE, 0, 600, true)));
        var second = (TaskOutcome.Succeeded) run(List.of(raw(scan)), "b", 2, stages);
        slice = read("b", second.manifest().objects().get(3));
        assertThat(slice.strings(Tag.CorrectedImage)).containsExactly("DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM");
        assertThat(slice.string(Tag.ScatterCorrectionMethod)).contains("single-scatter simulation");
        assertThat(second.findings().notes()).anyMatch(note -> note.contains("% of the coincidences, simulated"));
        assertThat(stages).containsSubsequence("osem", "scatter 1/2", "scatter 2/2", "osem 1/4", "osem 4/4", "encode");
    }

    /** REC-20: each time slice has its own timing, and all are activity at the series' time. */
    @Test
    void frames_of_one_place_are_a_dynamic_series() throws Exception {
        PetScan scan = new PetScan(
                WINDOW,
                List.of(
                        FramesOf.frame(SCANNER, CENTRE, 0, 120, true),
                        FramesOf.frame(SCANNER, CENTRE, 3600, 300, true)));
        var succeeded = (TaskOutcome.Succeeded) run(List.of(raw(scan)), "a", 2, new ArrayList<>());
        List<ResultObject> objects = succeeded.manifest().objects();
        assertThat(objects).hasSize(22);
        Dataset early = read("a", objects.get(5));
        Dataset late = read("a", objects.get(16));
        assertThat(late.strings(Tag.SeriesType)).containsExactly("DYNAMIC", "IMAGE");
        assertThat(late.intValue(Tag.NumberOfTimeSlices)).hasValue(2);
        assertThat(late.intValue(Tag.ImageIndex)).hasValue(17);
        assertThat(late.doubleValue(Tag.ActualFrameDuration)).hasValue(300_000);
        assertThat(late.string(Tag.AcquisitionTime).orElseThrow()).startsWith("110000");
        assertThat(early.string(Tag.AcquisitionTime).orElseThrow()).startsWith("100000");
        double decay = Math.log(2) / SyntheticRaw.HALF_LIFE_S;
        double factor = Math.exp(decay * 3600) * decay * 300 / (1 - Math.exp(-decay * 300));
        assertThat(late.doubleValue(Tag.DecayFactor).orElseThrow()).isCloseTo(factor, within(1e-4));
        assertThat(late.doubleValue(Tag.FrameReferenceTime).orElseThrow())
                .isCloseTo(1000 * Math.log(factor) / decay, within(0.5));
        assertThat(mean(early, 0, 50)).isCloseTo(BQ_ML, within(0.03 * BQ_ML));
        assertThat(mean(late, 0, 50)).isCloseTo(BQ_ML, within(0.03 * BQ_ML));
    }

    /** REC-20: overlapping beds, the second measured half an hour later, are one volume without a seam. */
    @Test
    void beds_are_one_whole_body_series() throws Exception {
        PetScan scan = new PetScan(
                WINDOW,
                List.of(
                        FramesOf.frame(SCANNER, CENTRE, 0, 180, true),
                        FramesOf.frame(SCANNER, CENTRE.plus(new Vec3(0, 0, -32)), 1800, 180, true)));
        var succeeded = (TaskOutcome.Succeeded) run(List.of(raw(scan)), "a", 2, new ArrayList<>());
        List<ResultObject> objects = succeeded.manifest().objects();
        assertThat(objects).hasSize(11 + 8);
        for (int k = 2; k < 17; k++) {
            Dataset slice = read("a", objects.get(k));
            assertThat(slice.strings(Tag.SeriesType)).containsExactly("WHOLE BODY", "IMAGE");
            assertThat(slice.doubles(Tag.ImagePositionPatient)[2])
                    .isCloseTo(CENTRE.z() - 32 + (k - 5) * 4, within(1e-6));
            assertThat(mean(slice, 0, 50)).as("slice %d", k).isCloseTo(BQ_ML, within(0.04 * BQ_ML));
            assertThat(slice.string(Tag.AcquisitionTime).orElseThrow()).startsWith(k < 9 ? "103000" : "100000");
        }
    }

    /** JOB-15, PRC-07: two beds dealt out over three slices, one of which has nothing to do. */
    @Test
    void several_slices_give_the_same_bytes_as_one() throws Exception {
        PetScan scan = new PetScan(
                WINDOW,
                List.of(
                        FramesOf.frame(SCANNER, CENTRE, 0, 180, true),
                        FramesOf.frame(SCANNER, CENTRE.plus(new Vec3(0, 0, -32)), 1800, 180, true)));
        PetOsem protocol = new PetOsem(new Parallel(2));
        try (TestArchive archive = new TestArchive(temp.resolve("archive"))) {
            archive.add(raw(scan), Uid.ImplicitVRLittleEndian, Uid.ImplicitVRLittleEndian);
            var one = (TaskOutcome.Succeeded) protocol.run(
                    TestTask.task(archive.complete(), archive.root(), temp.resolve("one"), "", true), stage -> {});
            ReconstructionTask many = TestTask.onSlices(
                    TestTask.task(archive.complete(), archive.root(), temp.resolve("many"), "", true), 3);
            List<String> found = new ArrayList<>();
            List<String> stages = new ArrayList<>();
            for (int slice = 0; slice < 3; slice++) {
                Part part = protocol.part(many.on(slice), stages::add);
                found.add(part.found());
            }
            var three = (TaskOutcome.Succeeded) protocol.whole(many, found, stages::add);
            assertThat(TestTask.contents(temp.resolve("many"), three))
                    .as("but for the names of the slices")
                    .hasSize(19)
                    .isEqualTo(TestTask.contents(temp.resolve("one"), one));
            assertThat(three.findings().provenance().slice())
                    .isEqualTo("node1-gpu0-1g-0 node1-gpu0-1g-1 node1-gpu0-1g-2");
            assertThat(three.findings().notes()).isEqualTo(one.findings().notes());
            assertThat(found.get(2)).isEqualTo("[]");
            assertThat(stages).contains("frame 1/2, osem 4/4", "frame 2/2, osem 4/4");
        }
    }

    /** REC-22: a CT of water in the same frame of reference stands for the factors. */
    @Test
    void the_studys_ct_attenuates_raw_data_without_factors() throws Exception {
        PetScan scan = new PetScan(WINDOW, List.of(FramesOf.frame(SCANNER, CENTRE, 0, 600, false)));
        List<Dataset> study = new ArrayList<>(FramesOf.ct(raw(scan), CENTRE, 70));
        study.add(raw(scan));
        var succeeded = (TaskOutcome.Succeeded) run(study, "a", 2, new ArrayList<>());
        Dataset slice = read("a", succeeded.manifest().objects().get(5));
        assertThat(slice.string(Tag.AttenuationCorrectionMethod)).contains("CT, bilinear by tube voltage");
        assertThat(mean(slice, 0, 50)).isCloseTo(BQ_ML, within(0.05 * BQ_ML));
        assertThat(succeeded.findings().notes()).anyMatch(note -> note.contains("120 kV, bilinear"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            none     | has no attenuation factors and the study no CT
            frame    | is not in the raw data's frame of reference
            position | measured in the patient position HFS, CT series 2.25.77 in FFP
            voltage  | KVP (0018,0060): expected a tube voltage of 80 to 140 kV, got 30.0 kV
            short    | reaches to z = -320.0 mm, where CT series 2.25.77 has no slice
            views    | view 3 of 72 has no counts
            """)
    void a_ct_that_cannot_attenuate_and_lost_views_are_refused(String fault, String reason) throws IOException {
        PetAcquisition frame = FramesOf.frame(SCANNER, CENTRE, 0, 600, fault.equals("views"));
        if (fault.equals("views")) {
            int perView = frame.prompts().length / 72;
            java.util.Arrays.fill(frame.prompts(), 3 * perView, 4 * perView, 0);
        }
        Dataset raw = raw(new PetScan(WINDOW, List.of(frame)));
        List<Dataset> study = new ArrayList<>(List.of(raw));
        if (!fault.equals("none")) {
            study.addAll(FramesOf.ct(raw, CENTRE, 70));
        }
        for (Dataset ct : study.subList(1, study.size())) {
            switch (fault) {
                case "frame" -> ct.put(Tag.FrameOfReferenceUID, "2.25.666");
                case "position" -> ct.put(Tag.PatientPosition, "FFP");
                case "voltage" -> ct.put(Tag.KVP, 30);
                case "short" ->
                    ct.put(Tag.ImagePositionPatient, -90, -120, ct.doubles(Tag.ImagePositionPatient)[2] + 30);
                default -> {}
            }
        }
        var failed = (TaskOutcome.Failed) run(study, "a", 2, new ArrayList<>());
        assertThat(failed.remedy()).isEqualTo(TaskOutcome.Remedy.FIX_INPUT);
        assertThat(failed.reason()).contains(reason).doesNotContain("PHANTOM").doesNotContain("SYNTHETIC-RAW");
    }

    private static Dataset raw(PetScan scan) {
        byte[] payload = PetRawFormat.write(scan);
        return SyntheticRaw.of(1, scan.durationS(), PetRawFormat.NAME, PetRawFormat.version(payload), payload);
    }

    @Test
    void the_driver_finds_it_by_its_name() {
        assertThat(Protocols.named("pet-osem")).isInstanceOf(PetOsem.class);
    }

    @Test
    void another_acquisition_of_the_study_is_named() throws Exception {
        Dataset second = raw(1).put(Tag.SOPInstanceUID, "9.9");
        var succeeded = (TaskOutcome.Succeeded) run(List.of(raw(1), second), "a", 2, new ArrayList<>());
        assertThat(succeeded.findings().notes()).anyMatch(note -> note.contains("9.9 was left alone"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            vendor   | private format of Tomogrid
            digest   | has not the SHA-256 that the object states
            format   | expected the payload's format to be TOMOGRID-PET-SINOGRAM
            payload  | the bytes do not begin with its magic number
            frame    | (0020,0052) FrameOfReferenceUID is missing
            dose     | (0018,1075) RadionuclideHalfLife is missing or not positive
            duration | Actual Frame Duration (0018,1242) is 5.0 ms, the payload's 600000.0 ms
            none     | no raw data
            """)
    void bad_input_is_named_without_the_patient(String fault, String reason) throws IOException {
        var failed = (TaskOutcome.Failed) run(List.of(broken(fault)), "a", 2, new ArrayList<>());
        assertThat(failed.remedy()).isEqualTo(TaskOutcome.Remedy.FIX_INPUT);
        assertThat(failed.reason()).contains(reason).doesNotContain("PHANTOM").doesNotContain("SYNTHETIC-RAW");
    }

    private static Dataset broken(String fault) {
        return switch (fault) {
            case "vendor" ->
                raw(1).put(new Element.Value(
                        0x7d010010, VR.LO, "SOMEBODY".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            case "digest" -> {
                Dataset raw = raw(1);
                raw.bytes(0x7d011010).orElseThrow()[2000] ^= 1;
                yield raw;
            }
            case "format" -> SyntheticRaw.of(1, 600, "OTHER", 1, payload());
            case "payload" -> SyntheticRaw.of(1, 600, PetRawFormat.NAME, 1, new byte[5000]);
            case "frame" -> raw(1).remove(Tag.FrameOfReferenceUID);
            case "dose" -> raw(1).remove(Tag.RadiopharmaceuticalInformationSequence);
            case "duration" -> raw(1).put(Tag.ActualFrameDuration, 5);
            case "none" -> raw(1).put(Tag.SOPClassUID, Uid.CTImageStorage);
            default -> throw new IllegalArgumentException(fault);
        };
    }

    /** QNT-08 */
    @Test
    void the_series_says_what_made_it() throws Exception {
        var succeeded = (TaskOutcome.Succeeded) run(List.of(raw(1)), "a", 2, new ArrayList<>());
        Dataset slice = read("a", succeeded.manifest().objects().get(0));
        // the scanner stands first
        String told = slice.items(Tag.ContributingEquipmentSequence)
                .get(1)
                .string(Tag.ContributionDescription)
                .orElseThrow();
        assertThat(told)
                .contains("osem(OSEM 4i", "corrected=DECY/ATTN", "attenuation(from=raw data)", "instances, sha256 ")
                .contains(succeeded.findings().provenance().inputs().get(0).sha256());
    }

    private Map<String, Dataset> contents(String folder, TaskOutcome outcome) throws IOException {
        return TestTask.contents(temp.resolve(folder).resolve("staging"), outcome);
    }

    private Dataset read(String folder, ResultObject object) throws IOException {
        return Part10.read(temp.resolve(folder).resolve("staging").resolve(object.file()))
                .dataset();
    }

    /** Mean of the pixels whose distance from the scanner's axis is in a range, mm. */
    private static double mean(Dataset slice, double from, double to) {
        double slope = slice.doubleValue(Tag.RescaleSlope).orElseThrow();
        double spacing = slice.doubles(Tag.PixelSpacing)[0];
        double[] position = slice.doubles(Tag.ImagePositionPatient);
        int columns = slice.intValue(Tag.Columns).orElseThrow();
        ByteBuffer pixels =
                ByteBuffer.wrap(slice.bytes(Tag.PixelData).orElseThrow()).order(ByteOrder.LITTLE_ENDIAN);
        double sum = 0;
        int count = 0;
        for (int at = 0; pixels.hasRemaining(); at++) {
            double value = pixels.getShort() * slope;
            double x = position[0] + at % columns * spacing - CENTRE.x();
            double y = position[1] + at / columns * spacing - CENTRE.y();
            double r = Math.hypot(x, y);
            if (r >= from && r < to) {
                sum += value;
                count++;
            }
        }
        return sum / count;
    }
}
