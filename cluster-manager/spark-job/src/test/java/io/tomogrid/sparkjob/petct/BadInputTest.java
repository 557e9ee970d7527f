package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.codec.PixelDecoder;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.imaging.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be processed ends with a reason that names the fault, and no result (JOB-03, SEC-02). */
class BadInputTest {
    private TestModelService service;
    private int runs;

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
    void a_missing_pet_slice_is_named() throws IOException {
        List<Dataset> pet = TestStudy.pet();
        pet.remove(10);
        assertFails(
                pet,
                TestStudy.ct(),
                "PT series " + TestStudy.PET_SERIES + ": slice missing between 36.00 and 44.00 mm");
    }

    @Test
    void a_missing_ct_slice_is_named() throws IOException {
        List<Dataset> ct = TestStudy.ct();
        ct.remove(5);
        assertFails(
                TestStudy.pet(), ct, "CT series " + TestStudy.CT_SERIES + ": slice missing between 12.00 and 18.00 mm");
    }

    @Test
    void a_study_that_is_no_pet_ct_is_named() throws IOException {
        assertFails(List.of(), TestStudy.ct(), "the study has no PET series");
        assertFails(TestStudy.pet(), List.of(), "the study has no CT series");
        assertFails(
                pet(s -> s.put(Tag.SOPClassUID, Uid.EnhancedPETImageStorage)),
                TestStudy.ct(),
                TestStudy.PET_SERIES + ".1: Number of Frames (0028,0008) is 0");
    }

    @Test
    void pet_and_ct_of_different_frames_of_reference_are_named() throws IOException {
        List<Dataset> ct = TestStudy.ct();
        ct.forEach(s -> s.put(Tag.FrameOfReferenceUID, "2.25.191"));
        assertFails(TestStudy.pet(), ct, "PET and CT have different frames of reference");
        assertFails(
                pet(s -> s.remove(Tag.FrameOfReferenceUID)),
                TestStudy.ct(),
                "Frame of Reference UID (0020,0052) is missing");
    }

    @Test
    void a_pet_without_what_suv_needs_is_named() throws IOException {
        assertFails(pet(s -> s.remove(Tag.PatientWeight)), TestStudy.ct(), "Patient's Weight (0010,1030) is missing");
        assertFails(pet(s -> s.put(Tag.CorrectedImage, "DECY")), TestStudy.ct(), "no attenuation-corrected PET series");
        assertFails(pet(s -> s.put(Tag.Units, "PROPCNTS")), TestStudy.ct(), "PROPCNTS");
        assertFails(
                pet(s -> s.remove(Tag.RadiopharmaceuticalInformationSequence)),
                TestStudy.ct(),
                "Radionuclide Total Dose (0018,1074) is missing");
    }

    @Test
    void slices_of_one_series_that_contradict_each_other_are_named() throws IOException {
        List<Dataset> pet = TestStudy.pet();
        pet.get(7).put(Tag.PatientWeight, 71);
        assertFails(pet, TestStudy.ct(), "differ in Patient's Weight (0010,1030)");
    }

    @Test
    void an_image_without_its_place_or_pixels_is_named() throws IOException {
        List<Dataset> pet = TestStudy.pet();
        pet.get(3).remove(Tag.ImagePositionPatient);
        assertFails(pet, TestStudy.ct(), TestStudy.PET_SERIES + ".4: Image Position (Patient) (0020,0032) is missing");
        List<Dataset> cut = TestStudy.pet();
        cut.get(3).putBytes(Tag.PixelData, VR.OW, new byte[100]);
        assertFails(cut, TestStudy.ct(), "Pixel Data (7FE0,0010) has 100 bytes, expected 1456");
    }

    @Test
    void a_series_that_is_not_decoded_is_named_with_its_encoding() throws IOException {
        try (TestArchive archive = new TestArchive(temp.resolve("compressed"))) {
            for (Dataset slice : TestStudy.pet()) {
                archive.add(slice, Uid.ExplicitVRLittleEndian, Uid.MPEG2MainProfileMainLevel);
            }
            for (Dataset slice : TestStudy.ct()) {
                archive.add(slice, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            assertFailed(
                    TestTask.run(archive, temp.resolve("none"), service.url(), 1, new ArrayList<>()),
                    Remedy.FIX_INPUT,
                    "(1.2.840.10008.1.2.4.100), which is not decoded");
        }
    }

    @Test
    void a_frame_that_is_damaged_names_its_image() throws IOException {
        assertCompressedFails(
                Uid.JPEGLosslessNonHierarchicalProcess14,
                Remedy.FIX_INPUT,
                "image " + TestStudy.PET_SERIES + ".1: the JPEG codestream does not begin with SOI; send it again");
    }

    @Test
    void a_codec_that_is_missing_is_a_matter_for_an_operator() throws IOException {
        System.setProperty(PixelDecoder.CHARLS_PROPERTY, "libno-such-charls.so.2");
        try {
            assertCompressedFails(
                    Uid.JPEGLSLosslessImageCompression,
                    Remedy.ASK_OPERATOR,
                    "(1.2.840.10008.1.2.4.80): JPEG-LS is decoded by libno-such-charls.so.2, which this machine lacks;"
                            + " install Debian's package libcharls2");
        } finally {
            System.clearProperty(PixelDecoder.CHARLS_PROPERTY);
        }
    }

    private void assertCompressedFails(String syntax, Remedy remedy, String reason) throws IOException {
        try (TestArchive archive = new TestArchive(temp.resolve("archive"))) {
            for (Dataset slice : TestStudy.pet()) {
                var fragments = List.of(new byte[0], new byte[] {1, 2, 3, 4});
                slice.put(new Element.Fragments(Tag.PixelData, VR.OB, fragments));
                archive.add(slice, syntax, syntax);
            }
            for (Dataset slice : TestStudy.ct()) {
                archive.add(slice, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            assertFailed(
                    TestTask.run(archive, temp.resolve("none"), service.url(), 1, new ArrayList<>()), remedy, reason);
        }
    }

    @Test
    void bytes_that_changed_in_the_archive_are_never_used() throws IOException {
        try (TestArchive archive = new TestArchive(temp.resolve("damaged"))) {
            for (Dataset slice : TestStudy.pet()) {
                archive.add(slice, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            for (Dataset slice : TestStudy.ct()) {
                archive.add(slice, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            var ref = archive.complete().series().get(0).instances().get(9);
            try (var file = new RandomAccessFile(
                    temp.resolve("damaged").resolve(ref.segment()).toFile(), "rw")) {
                file.seek(ref.offset() + ref.length() - 10);
                int before = file.read();
                file.seek(ref.offset() + ref.length() - 10);
                file.write(before ^ 1);
            }
            assertFailed(
                    TestTask.run(archive, temp.resolve("none"), service.url(), 1, new ArrayList<>()),
                    Remedy.ASK_OPERATOR,
                    ref.sopInstanceUid() + " is damaged in the archive");
        }
    }

    @Test
    void a_model_service_that_is_down_can_be_tried_again() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        assertFailed(
                TestTask.run(images(), temp, "http://127.0.0.1:" + free, 1),
                Remedy.RETRY,
                "the model service cannot be reached");
    }

    @Test
    void a_model_that_is_not_there_or_answers_nonsense_is_a_matter_for_an_operator() throws IOException {
        service.answering(404);
        assertFailed(TestTask.run(images(), temp.resolve("1"), service), Remedy.ASK_OPERATOR, "404");
        service.answering(503);
        assertFailed(TestTask.run(images(), temp.resolve("2"), service), Remedy.RETRY, "503");
        service.answering(200)
                .spoiling(mask -> new Tensor(
                        Tensor.Type.UINT8,
                        new long[] {mask.data().remaining()},
                        ByteBuffer.allocate(mask.data().remaining())));
        assertFailed(
                TestTask.run(images(), temp.resolve("3"), service),
                Remedy.ASK_OPERATOR,
                "expected mask UINT8[24, 26, 28]");
    }

    private void assertFails(List<Dataset> pet, List<Dataset> ct, String reason) throws IOException {
        List<Dataset> images = new ArrayList<>(pet);
        images.addAll(ct);
        Path folder = temp.resolve("run" + runs++);
        assertFailed(TestTask.run(images, folder, service), Remedy.FIX_INPUT, reason);
        assertThat(folder.resolve("staging")).doesNotExist();
    }

    private static void assertFailed(TaskOutcome outcome, Remedy remedy, String reason) {
        assertThat(outcome).isInstanceOf(TaskOutcome.Failed.class);
        var failed = (TaskOutcome.Failed) outcome;
        assertThat(failed.reason()).contains(reason).doesNotContain("Doe").doesNotContain("4711");
        assertThat(failed.remedy()).isEqualTo(remedy);
    }

    private static List<Dataset> pet(Consumer<Dataset> change) {
        List<Dataset> pet = TestStudy.pet();
        pet.forEach(change);
        return pet;
    }

    private static List<Dataset> images() {
        List<Dataset> images = new ArrayList<>(TestStudy.pet());
        images.addAll(TestStudy.ct());
        return images;
    }
}
