package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QNT-07: multi-frame objects that hold {@link TestStudy} give what its single images give. */
class MultiFrameTest {
    private static final String ENHANCED_PET = TestStudy.PET_SERIES + ".500";
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
    void enhanced_pet_and_ct_give_what_their_images_give() throws Exception {
        List<Dataset> classic = new ArrayList<>(TestStudy.pet());
        classic.addAll(TestStudy.ct());
        Findings expected = findings(TestTask.run(classic, temp.resolve("classic"), service));
        Findings found =
                findings(TestTask.run(List.of(enhancedPet(), enhancedCt()), temp.resolve("enhanced"), service));
        assertSameLesions(found, expected);
        assertThat(found.quantification().series().get(0).path())
                .isEqualTo("BQML, START, reference: Decay Correction DateTime");
        Dataset seg = Part10.read(temp.resolve("enhanced/staging/seg-0001.dcm")).dataset();
        Dataset source = seg.items(Tag.PerFrameFunctionalGroupsSequence)
                .get(0)
                .item(Tag.DerivationImageSequence)
                .flatMap(d -> d.item(Tag.SourceImageSequence))
                .orElseThrow();
        assertThat(source.string(Tag.ReferencedSOPInstanceUID)).contains(ENHANCED_PET);
        assertThat(source.string(Tag.ReferencedSOPClassUID)).contains(Uid.EnhancedPETImageStorage);
        // the larger ball begins at 8 mm, in the third slice of 4 mm; the frames lie in the opposite order
        assertThat(source.intValue(Tag.ReferencedFrameNumber)).hasValue(TestStudy.PET_SLICES - 2);
        assertThat(seg.item(Tag.ReferencedSeriesSequence).orElseThrow().items(Tag.ReferencedInstanceSequence))
                .hasSize(1);
        Dataset rwvm =
                Part10.read(temp.resolve("enhanced/staging/rwvm-0001.dcm")).dataset();
        assertThat(rwvm.items(Tag.ReferencedImageRealWorldValueMappingSequence)).hasSize(TestStudy.PET_SLICES);
    }

    @Test
    void legacy_converted_pet_and_ct_give_what_their_images_give() throws Exception {
        List<Dataset> classic = new ArrayList<>(TestStudy.pet());
        classic.addAll(TestStudy.ct());
        Findings expected = findings(TestTask.run(classic, temp.resolve("classic"), service));
        Findings found = findings(TestTask.run(
                List.of(
                        legacy(TestStudy.pet(), Uid.LegacyConvertedEnhancedPETImageStorage),
                        legacy(TestStudy.ct(), Uid.LegacyConvertedEnhancedCTImageStorage)),
                temp.resolve("legacy"),
                service));
        assertSameLesions(found, expected);
        assertThat(found.derivation()).isEqualTo(expected.derivation());
    }

    @Test
    void an_enhanced_pet_without_decay_correction_is_corrected_frame_by_frame() throws Exception {
        Dataset pet = enhancedPet().put(Tag.DecayCorrected, "NO").remove(Tag.DecayCorrectionDateTime);
        Findings found = findings(TestTask.run(List.of(pet, enhancedCt()), temp, service));
        double duringTheFrame = Math.log(2) / 6586.2 * 180;
        assertThat(found.suvMax()).isCloseTo(8 * duringTheFrame / -Math.expm1(-duringTheFrame), within(2e-3));
        assertThat(found.quantification().series().get(0).path()).isEqualTo("BQML, NONE");
    }

    @Test
    void what_an_object_lacks_is_named() throws IOException {
        Dataset short1 = enhancedPet();
        short1.putItems(
                Tag.PerFrameFunctionalGroupsSequence,
                short1.items(Tag.PerFrameFunctionalGroupsSequence).subList(0, 5));
        assertFails(short1, "(5200,9230) has 5 items for 24 frames");
        assertFails(
                enhancedPet().putBytes(Tag.PixelData, VR.OW, new byte[100]), "Pixel Data (7FE0,0010) has 100 bytes");
        Dataset nowhere = enhancedPet();
        nowhere.items(Tag.PerFrameFunctionalGroupsSequence).get(3).remove(Tag.PlanePositionSequence);
        assertFails(nowhere, ENHANCED_PET + " frame 4: Image Position (Patient) (0020,0032) is missing");
        assertFails(enhancedPet().remove(Tag.DecayCorrectionDateTime), "Decay Correction (0054,1102) is missing");
    }

    /** Whatever is missing, doubled or of another type: frames, or a failure that names the image. */
    @Test
    void nonsense_is_read_or_refused_but_never_fails_otherwise() {
        Random random = new Random(20261125);
        int read = 0;
        for (int n = 0; n < 400; n++) {
            Dataset whole =
                    n % 2 == 0 ? enhancedPet() : legacy(TestStudy.ct(), Uid.LegacyConvertedEnhancedCTImageStorage);
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                spoil(whole, random, 0);
            }
            try {
                for (Dataset frame : MultiFrame.frames(whole)) {
                    StoredImage.of(frame);
                }
                read++;
            } catch (ProtocolFailure refused) {
                assertThat(refused.getMessage()).startsWith("image ").doesNotContain("Doe");
            }
        }
        assertThat(read).isBetween(20, 380);
    }

    @Test
    void real_objects_are_read_frame_by_frame() throws Exception {
        Path folder = Path.of(System.getenv().getOrDefault("TOMOGRID_DATA", "../../../shared/data"), "dicom/enhanced");
        assumeTrue(Files.isDirectory(folder), "needs the shared test data (TOMOGRID_DATA)");
        Dataset legacy = Part10.read(folder.resolve("mf.dcm")).dataset();
        List<Dataset> frames = MultiFrame.frames(legacy);
        assertThat(frames).hasSize(3);
        for (Dataset frame : frames) {
            StoredImage image = StoredImage.of(frame);
            assertThat(image.slice().columns()).isEqualTo(23);
            assertThat(image.slice().rows()).isEqualTo(38);
            assertThat(image.slice().slope()).isEqualTo(1);
        }
        assertThat(frames.stream().map(f -> f.strings(Tag.ImagePositionPatient)).distinct())
                .hasSize(3);
        Dataset enhanced = Part10.read(folder.resolve("eCT_Supplemental.dcm")).dataset();
        assertThat(MultiFrame.frames(enhanced)).hasSize(2);
    }

    private void assertFails(Dataset pet, String reason) throws IOException {
        Path folder = Files.createTempDirectory(temp, "fails");
        TaskOutcome outcome = TestTask.run(List.of(pet, enhancedCt()), folder, service);
        assertThat(outcome).isInstanceOf(TaskOutcome.Failed.class);
        assertThat(((TaskOutcome.Failed) outcome).reason()).contains(reason).doesNotContain("Doe");
    }

    private static Findings findings(TaskOutcome outcome) {
        assertThat(outcome).as(outcome.toString()).isInstanceOf(TaskOutcome.Succeeded.class);
        return ((TaskOutcome.Succeeded) outcome).findings();
    }

    private static void assertSameLesions(Findings found, Findings expected) {
        assertThat(found.suvMax()).isCloseTo(expected.suvMax(), within(1e-6));
        assertThat(found.lesions()).hasSize(expected.lesions().size());
        for (int n = 0; n < found.lesions().size(); n++) {
            Findings.Lesion lesion = found.lesions().get(n);
            Findings.Lesion other = expected.lesions().get(n);
            assertThat(lesion.mtvMl()).isCloseTo(other.mtvMl(), within(1e-9));
            assertThat(lesion.suvPeak()).isCloseTo(other.suvPeak(), within(1e-6));
            assertThat(lesion.centreMm()).isEqualTo(other.centreMm());
        }
    }

    /** Frames from head to feet, values by Real World Value Mapping, corrections by flags. */
    private static Dataset enhancedPet() {
        List<Dataset> slices = TestStudy.pet();
        Collections.reverse(slices);
        Dataset whole = whole(slices, Uid.EnhancedPETImageStorage, ENHANCED_PET)
                .put(Tag.AttenuationCorrected, "YES")
                .put(Tag.ScatterCorrected, "YES")
                .put(Tag.DecayCorrected, "YES")
                .put(Tag.DecayCorrectionDateTime, "20260102110000.000000")
                .remove(Tag.Units)
                .remove(Tag.CorrectedImage)
                .remove(Tag.DecayCorrection)
                .remove(Tag.SeriesTime)
                .remove(Tag.SeriesDate)
                .remove(Tag.ActualFrameDuration);
        List<Dataset> frames = new ArrayList<>();
        for (Dataset slice : slices) {
            frames.add(placed(slice)
                    .putItems(
                            Tag.FrameContentSequence,
                            new Dataset()
                                    .put(Tag.FrameAcquisitionDateTime, "20260102110000.000000")
                                    .put(Tag.FrameReferenceDateTime, "20260102110130.000000")
                                    .put(Tag.FrameAcquisitionDuration, 180_000))
                    .putItems(
                            Tag.RealWorldValueMappingSequence,
                            new Dataset()
                                    .put(Tag.RealWorldValueSlope, slice.doubles(Tag.RescaleSlope))
                                    .put(Tag.RealWorldValueIntercept, 0)
                                    .putItems(
                                            Tag.MeasurementUnitsCodeSequence,
                                            new Dataset()
                                                    .put(Tag.CodeValue, "Bq/ml")
                                                    .put(Tag.CodingSchemeDesignator, "UCUM"))));
        }
        return whole.putItems(Tag.SharedFunctionalGroupsSequence, shared(slices.get(0)))
                .putItems(Tag.PerFrameFunctionalGroupsSequence, frames);
    }

    private static Dataset enhancedCt() {
        List<Dataset> slices = TestStudy.ct();
        Dataset shared = shared(slices.get(0))
                .putItems(
                        Tag.PixelValueTransformationSequence,
                        new Dataset().copyFrom(slices.get(0), Tag.RescaleSlope, Tag.RescaleIntercept));
        return whole(slices, Uid.EnhancedCTImageStorage, TestStudy.CT_SERIES + ".500")
                .putItems(Tag.SharedFunctionalGroupsSequence, shared)
                .putItems(
                        Tag.PerFrameFunctionalGroupsSequence,
                        slices.stream().map(MultiFrameTest::placed).toList());
    }

    /** What does not fit into a functional group is kept as it was. */
    private static Dataset legacy(List<Dataset> slices, String sopClass) {
        Dataset first = slices.get(0);
        Dataset unassigned = new Dataset()
                .copyFrom(
                        first,
                        Tag.Units,
                        Tag.DecayCorrection,
                        Tag.CorrectedImage,
                        Tag.AcquisitionDate,
                        Tag.AcquisitionTime,
                        Tag.ActualFrameDuration,
                        Tag.FrameReferenceTime,
                        Tag.SeriesType,
                        Tag.CountsSource);
        Dataset whole =
                whole(slices, sopClass, first.string(Tag.SeriesInstanceUID).orElseThrow() + ".501");
        unassigned.forEach(element -> whole.remove(element.tag()));
        return whole.putItems(
                        Tag.SharedFunctionalGroupsSequence,
                        shared(first).putItems(Tag.UnassignedSharedConvertedAttributesSequence, unassigned))
                .putItems(
                        Tag.PerFrameFunctionalGroupsSequence,
                        slices.stream()
                                .map(slice -> placed(slice)
                                        .putItems(
                                                Tag.PixelValueTransformationSequence,
                                                new Dataset().copyFrom(slice, Tag.RescaleSlope, Tag.RescaleIntercept)))
                                .toList());
    }

    private static Dataset whole(List<Dataset> slices, String sopClass, String uid) {
        Dataset whole = new Dataset();
        slices.get(0).forEach(whole::put);
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        slices.forEach(slice -> pixels.writeBytes(slice.bytes(Tag.PixelData).orElseThrow()));
        return whole.remove(Tag.ImagePositionPatient)
                .remove(Tag.ImageOrientationPatient)
                .remove(Tag.PixelSpacing)
                .remove(Tag.RescaleSlope)
                .remove(Tag.RescaleIntercept)
                .put(Tag.SOPClassUID, sopClass)
                .put(Tag.SOPInstanceUID, uid)
                .put(Tag.NumberOfFrames, slices.size())
                .putBytes(Tag.PixelData, VR.OW, pixels.toByteArray());
    }

    private static Dataset shared(Dataset slice) {
        return new Dataset()
                .putItems(Tag.PixelMeasuresSequence, new Dataset().copyFrom(slice, Tag.PixelSpacing))
                .putItems(Tag.PlaneOrientationSequence, new Dataset().copyFrom(slice, Tag.ImageOrientationPatient));
    }

    private static Dataset placed(Dataset slice) {
        return new Dataset()
                .putItems(Tag.PlanePositionSequence, new Dataset().copyFrom(slice, Tag.ImagePositionPatient));
    }

    private static void spoil(Dataset dataset, Random random, int depth) {
        List<Element> elements = new ArrayList<>(dataset.elements());
        if (elements.isEmpty()) {
            return;
        }
        Element element = elements.get(random.nextInt(elements.size()));
        if (element instanceof Element.Items items && !items.items().isEmpty() && depth < 3 && random.nextInt(4) > 0) {
            spoil(items.items().get(random.nextInt(items.items().size())), random, depth + 1);
            return;
        }
        int tag = element.tag();
        switch (random.nextInt(4)) {
            case 0 -> dataset.remove(tag);
            case 1 -> dataset.put(new Element.Items(tag, List.of()));
            case 2 -> {
                byte[] bytes = new byte[2 * random.nextInt(8)];
                random.nextBytes(bytes);
                VR vr = element instanceof Element.Value value ? value.vr() : VR.OB;
                dataset.putBytes(tag, vr, bytes);
            }
            default ->
                dataset.putBytes(
                        tag, VR.UN, "99999999999999\\-1\\NaN ".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }
}
