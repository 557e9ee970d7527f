package io.tomogrid.sparkjob.osem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.object.PetRawObject;
import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.interfile.InterfileSinogram;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListAcquisition;
import io.tomogrid.imaging.petsird.PetsirdFormat;
import io.tomogrid.sparkjob.petct.TestArchive;
import io.tomogrid.sparkjob.petct.TestTask;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** REC-32: Interfile sinograms in Raw Data Storage become a PET series, in which nothing is listed that was not known. */
class InterfileTest {
    @TempDir
    Path temp;

    /** The coincidences of a PETSIRD acquisition, counted into sinograms as STIR orders them, by view. */
    private static byte[] payload() throws Exception {
        var frame = (ListAcquisition)
                PetsirdFormat.read(ListModeStudy.payload(0)).scan().frames().get(0);
        CylindricalScanner scanner = frame.scanner();
        List<String> planes = new ArrayList<>();
        List<String> least = new ArrayList<>();
        List<String> most = new ArrayList<>();
        for (AxialSegment segment : scanner.segments()) {
            planes.add(Integer.toString(segment.planes()));
            least.add(Integer.toString((int) segment.ringDifference() - 1));
            most.add(Integer.toString((int) segment.ringDifference() + 1));
        }
        double offset = (scanner.phase() / scanner.crystalsPerRing() + 0.25) * 360;
        byte[] header = String.format(
                        Locale.ROOT,
                        """
                        !INTERFILE :=
                        !type of data := PET
                        imagedata byte order := LITTLEENDIAN
                        !PET data type := Emission
                        !number format := float
                        !number of bytes per pixel := 4
                        number of dimensions := 4
                        matrix axis label [4] := segment
                        !matrix size [4] := %d
                        matrix axis label [3] := view
                        !matrix size [3] := %d
                        matrix axis label [2] := axial coordinate
                        !matrix size [2] := { %s }
                        matrix axis label [1] := tangential coordinate
                        !matrix size [1] := %d
                        minimum ring difference per segment := { %s }
                        maximum ring difference per segment := { %s }
                        Number of rings := %d
                        Number of detectors per ring := %d
                        Inner ring diameter (cm) := %.9f
                        Distance between rings (cm) := %.9f
                        View offset (degrees) := %.9f
                        image duration (sec)[1] := %.3f
                        tomogrid sensitivity := %e
                        tomogrid scanner centre (mm) := { %.6f, %.6f, %.6f }
                        !END OF INTERFILE :=
                        """,
                        planes.size(),
                        scanner.views(),
                        String.join(",", planes),
                        scanner.radialBins(),
                        String.join(",", least),
                        String.join(",", most),
                        scanner.rings(),
                        scanner.crystalsPerRing(),
                        scanner.radiusMm() / 5,
                        scanner.ringPitchMm() / 10,
                        offset,
                        frame.durationS(),
                        frame.sensitivity(),
                        frame.centre().x(),
                        frame.centre().y(),
                        frame.centre().z())
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(header.length + Float.BYTES * scanner.bins())
                .put(header)
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] counts = frame.histogram();
        int first = 0;
        for (AxialSegment segment : scanner.segments()) {
            for (int view = 0; view < scanner.views(); view++) {
                for (int plane = 0; plane < segment.planes(); plane++) {
                    for (int radial = 0; radial < scanner.radialBins(); radial++) {
                        int line = view * scanner.radialBins() + radial;
                        out.putFloat(counts[line * scanner.planes() + first + plane]);
                    }
                }
            }
            first += segment.planes();
        }
        return out.array();
    }

    @Test
    void a_cylinder_comes_back_in_its_place() throws Exception {
        byte[] payload = payload();
        List<Dataset> study = ListModeStudy.study(ListModeStudy.payload(0));
        Dataset raw = study.get(study.size() - 1);
        PetRawObject.wrap(raw, InterfileSinogram.NAME, InterfileSinogram.VERSION, payload);
        TaskOutcome outcome;
        try (TestArchive archive = new TestArchive(temp.resolve("archive"))) {
            for (Dataset instance : study) {
                archive.add(instance, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            outcome = new PetOsem(new Parallel(2))
                    .run(
                            TestTask.task(archive.complete(), archive.root(), temp.resolve("staging"), "", true),
                            stage -> {});
        }
        assertThat(outcome).as("%s", outcome).isInstanceOf(TaskOutcome.Succeeded.class);
        var objects = ((TaskOutcome.Succeeded) outcome).manifest().objects();
        assertThat(objects).hasSize(7);
        double sum = 0;
        for (int k = 1; k < 6; k++) {
            Dataset slice = Part10.read(
                            temp.resolve("staging").resolve(objects.get(k).file()))
                    .dataset();
            assertThat(slice.strings(Tag.CorrectedImage)).containsExactly("DECY", "ATTN", "SCAT");
            assertThat(slice.string(Tag.RandomsCorrectionMethod)).contains("NONE");
            assertThat(slice.string(Tag.ReconstructionMethod)).contains("OSEM 4i4s");
            assertThat(PetsirdTest.mean(slice, 80, 95)).isLessThan(0.05 * 8000);
            sum += PetsirdTest.mean(slice, 0, 50);
        }
        assertThat(sum / 5).isCloseTo(8000, within(0.05 * 8000));
    }
}
