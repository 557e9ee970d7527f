package io.tomogrid.sparkjob.ct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.synthetic.SyntheticProjections;
import io.tomogrid.engine.Parallel;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.ct.CtPhantom;
import io.tomogrid.imaging.ct.CtView;
import io.tomogrid.imaging.ct.CurvedDetector;
import io.tomogrid.imaging.ct.CurvedScan;
import io.tomogrid.imaging.ct.SimulatedCt;
import io.tomogrid.imaging.ctpd.CtPdWriter;
import io.tomogrid.imaging.pet.Solid;
import io.tomogrid.sparkjob.Protocols;
import io.tomogrid.sparkjob.petct.TestArchive;
import io.tomogrid.sparkjob.petct.TestCuda;
import io.tomogrid.sparkjob.petct.TestTask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CTR-06: the whole protocol on a small scanner, through a real archive. */
class CtFbpTest {
    private static final CurvedDetector DETECTOR = new CurvedDetector(64, 12, 5.5, 4, 1085.6, 31.75, 5.5);
    private static final double Z = -420;
    private static final List<Dataset> VIEWS = views();

    @TempDir
    Path temp;

    /** Two turns over water 120 mm wide with a focal spot that flies. */
    private static List<Dataset> views() {
        var water =
                new CtPhantom(List.of(CtPhantom.part(new Solid.Cylinder(new Vec3(10, -5, Z), 60, 60, 300), 0, -1000)));
        var spots = List.of(new CtView.Spot(0.001, 0.5, -3), new CtView.Spot(-0.001, -0.5, 3));
        CurvedScan scan = SimulatedCt.curved(DETECTOR, SimulatedCt.views(240, 120, Z - 20, 20, 595, spots), water);
        return SyntheticProjections.of(4, 240, new CtPdWriter(scan, CtPhantom.WATER_PER_MM)::attributes)
                .toList();
    }

    private TaskOutcome run(List<Dataset> instances, String folder, int threads) throws IOException {
        return run(instances, folder, threads, true);
    }

    private TaskOutcome run(List<Dataset> instances, String folder, int threads, boolean simulated) throws IOException {
        try (TestArchive archive = new TestArchive(temp.resolve(folder).resolve("archive"))) {
            for (Dataset instance : instances) {
                archive.add(instance, Uid.ImplicitVRLittleEndian, Uid.ImplicitVRLittleEndian);
            }
            return new CtFbp(new Parallel(threads))
                    .run(
                            TestTask.task(
                                    archive.complete(),
                                    archive.root(),
                                    temp.resolve(folder).resolve("staging"),
                                    "",
                                    simulated),
                            stage -> {});
        }
    }

    @Test
    void water_comes_back_as_0_hu_where_it_was() throws Exception {
        List<Dataset> shuffled = new ArrayList<>(VIEWS);
        Collections.shuffle(shuffled, new Random(1));
        var succeeded = (TaskOutcome.Succeeded) run(shuffled, "a", 2);
        List<ResultObject> objects = succeeded.manifest().objects();
        assertThat(objects)
                .hasSizeGreaterThan(5)
                .allMatch(object -> object.kind().equals("CT"));
        assertThat(succeeded.findings().notes()).anyMatch(note -> note.contains("helical weighted FBP from 240 views"));
        double last = Double.NEGATIVE_INFINITY;
        for (ResultObject object : objects) {
            Dataset slice = read("a", object);
            assertThat(slice.string(Tag.SOPClassUID)).contains(Uid.CTImageStorage);
            double[] position = slice.doubles(Tag.ImagePositionPatient);
            assertThat(position[2]).isGreaterThan(last).isBetween(Z - 20, Z + 20);
            last = position[2];
            assertThat(mean(slice, 10, -5, 20)).isCloseTo(0, within(4.0));
            assertThat(mean(slice, 52, -5, 8)).isCloseTo(0, within(8.0));
            assertThat(mean(slice, 10, 75, 6)).isCloseTo(-1000, within(20.0));
        }
    }

    @Test
    void what_the_projections_tell_of_patient_geometry_and_dose_is_carried_over() throws Exception {
        var succeeded = (TaskOutcome.Succeeded) run(VIEWS, "a", 2);
        Dataset slice = read("a", succeeded.manifest().objects().get(0));
        Dataset view = VIEWS.get(0);
        for (int tag : new int[] {
            Tag.PatientID,
            Tag.StudyInstanceUID,
            Tag.FrameOfReferenceUID,
            Tag.KVP,
            Tag.CTDIvol,
            Tag.XRayTubeCurrent,
            Tag.SpiralPitchFactor,
            Tag.IrradiationEventUID,
            Tag.AcquisitionTime,
            Tag.PatientPosition
        }) {
            assertThat(slice.strings(tag)).isNotEmpty().isEqualTo(view.strings(tag));
        }
        assertThat(slice.string(Tag.DerivationDescription).orElseThrow())
                .contains("helical weighted FBP of 240 views", "SHA-256");
        assertThat(slice.item(Tag.ContributingEquipmentSequence)
                        .flatMap(item -> item.string(Tag.ManufacturerModelName)))
                .contains("Synthetic scanner");
        Dataset series = slice.item(Tag.ReferencedRawDataSequence)
                .flatMap(item -> item.item(Tag.ReferencedSeriesSequence))
                .orElseThrow();
        assertThat(series.string(Tag.SeriesInstanceUID)).isEqualTo(view.string(Tag.SeriesInstanceUID));
        assertThat(series.items(Tag.ReferencedSOPSequence))
                .extracting(item -> item.string(Tag.ReferencedSOPInstanceUID).orElseThrow())
                .containsExactly(
                        view.string(Tag.SOPInstanceUID).orElseThrow(),
                        VIEWS.get(239).string(Tag.SOPInstanceUID).orElseThrow());
    }

    @Test
    void the_same_task_gives_the_same_bytes_on_any_number_of_threads() throws Exception {
        var one = (TaskOutcome.Succeeded) run(VIEWS, "a", 1);
        var three = (TaskOutcome.Succeeded) run(VIEWS, "b", 3);
        assertThat(three.manifest().objects()).isEqualTo(one.manifest().objects());
    }

    /** GPU-01: on a device, or on the driver's stand-in where there is none. */
    @Test
    void a_real_slice_gives_the_same_bytes_on_its_device() throws Exception {
        TestCuda.need(temp.resolve("stand-in"));
        var cuda = (TaskOutcome.Succeeded) run(VIEWS, "cuda", 2, false);
        var cpu = (TaskOutcome.Succeeded) run(VIEWS, "cpu", 2);
        assertThat(cuda.findings().backend()).isEqualTo("cuda");
        assertThat(cpu.findings().backend()).isEqualTo("cpu");
        assertThat(cuda.findings().provenance().backend()).isEqualTo("cuda");
        assertThat(cuda.findings().notes()).noneMatch(note -> note.contains("without the slice's GPU"));
        assertThat(pixels("cuda", cuda)).isNotEmpty().isEqualTo(pixels("cpu", cpu));
    }

    private List<String> pixels(String folder, TaskOutcome.Succeeded outcome) throws IOException {
        List<String> pixels = new ArrayList<>();
        for (ResultObject object : outcome.manifest().objects()) {
            pixels.add(HexFormat.of()
                    .formatHex(read(folder, object).bytes(Tag.PixelData).orElseThrow()));
        }
        return pixels;
    }

    @Test
    void a_view_that_did_not_come_and_foreign_raw_data_are_refused() throws Exception {
        List<Dataset> missing = new ArrayList<>(VIEWS);
        missing.remove(99);
        var gap = (TaskOutcome.Failed) run(missing, "a", 2);
        assertThat(gap.remedy()).isEqualTo(TaskOutcome.Remedy.FIX_INPUT);
        assertThat(gap.reason()).contains("(0020,0013)", "expected 100 after 99, got 101", "send them again");
        Dataset foreign = new Dataset().copyFrom(VIEWS.get(0), Tag.SOPClassUID, Tag.SOPInstanceUID);
        foreign.copyFrom(VIEWS.get(0), Tag.StudyInstanceUID, Tag.SeriesInstanceUID, Tag.Modality);
        var refused = (TaskOutcome.Failed) run(List.of(foreign), "b", 2);
        assertThat(refused.reason()).contains("(7031,1001)", "kept");
    }

    @Test
    void the_driver_finds_it_by_its_name() {
        assertThat(Protocols.named("ct-fbp")).isInstanceOf(CtFbp.class);
    }

    private Dataset read(String folder, ResultObject object) throws IOException {
        return Part10.read(temp.resolve(folder).resolve("staging").resolve(object.file()))
                .dataset();
    }

    /** HU about a place in the patient, mm. */
    private static double mean(Dataset slice, double x, double y, double radius) {
        double[] position = slice.doubles(Tag.ImagePositionPatient);
        double spacing = slice.doubles(Tag.PixelSpacing)[0];
        int columns = slice.intValue(Tag.Columns).orElseThrow();
        var pixels = ByteBuffer.wrap(slice.bytes(Tag.PixelData).orElseThrow())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asShortBuffer();
        double sum = 0;
        int count = 0;
        for (int n = 0; n < pixels.capacity(); n++) {
            double dx = position[0] + n % columns * spacing - x;
            double dy = position[1] + n / columns * spacing - y;
            if (Math.hypot(dx, dy) <= radius) {
                sum += pixels.get(n);
                count++;
            }
        }
        return sum / count;
    }
}
