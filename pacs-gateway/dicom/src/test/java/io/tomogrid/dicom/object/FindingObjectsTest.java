package io.tomogrid.dicom.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.synthetic.Sphere;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** FND-01 to FND-03, FND-05: probabilities, label maps, marks, key slices and the document, on the synthetic study. */
class FindingObjectsTest {
    private final Results results = new Results();

    @Test
    void a_fractional_segmentation_holds_each_probability_to_its_step() {
        Dataset seg = results.fractional();
        int[] labels = results.labels();
        float[] probabilities = results.probabilities();
        byte[] values = seg.bytes(Tag.PixelData).orElseThrow();
        int pixels = results.study.petGrid().pixelsPerSlice();
        List<Dataset> frames = seg.items(Tag.PerFrameFunctionalGroupsSequence);
        int inLesions = 0;
        for (int f = 0; f < frames.size(); f++) {
            int segment = frames.get(f)
                    .item(Tag.SegmentIdentificationSequence)
                    .flatMap(item -> item.intValue(Tag.ReferencedSegmentNumber).stream()
                            .boxed()
                            .findFirst())
                    .orElseThrow();
            int k = slice(frames.get(f));
            for (int n = 0; n < pixels; n++) {
                int stored = values[f * pixels + n] & 0xff;
                boolean inside = labels[k * pixels + n] == segment;
                inLesions += inside ? 1 : 0;
                assertThat(stored / 255.0)
                        .isCloseTo(inside ? probabilities[k * pixels + n] : 0, within(0.5 / 255 + 1e-6));
            }
        }
        assertThat(inLesions).isEqualTo((int)
                java.util.Arrays.stream(labels).filter(l -> l > 0).count());
        assertThat(seg.string(Tag.SegmentationFractionalType)).contains("PROBABILITY");
    }

    @Test
    void what_is_no_probability_is_refused() {
        float[] wrong = results.probabilities();
        int[] labels = results.labels();
        int inside = 0;
        while (labels[inside] == 0) {
            inside++;
        }
        wrong[inside] = Float.NaN;
        assertThatThrownBy(() -> SegmentationEncoder.fractional(
                        results.context, results.series(1, "test"), labels, wrong, results.segments()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 0 to 1, got NaN");
    }

    @Test
    void a_label_map_is_the_labels() {
        Dataset seg = results.labelMap();
        byte[] values = seg.bytes(Tag.PixelData).orElseThrow();
        int pixels = results.study.petGrid().pixelsPerSlice();
        List<Dataset> frames = seg.items(Tag.PerFrameFunctionalGroupsSequence);
        int[] read = new int[results.labels().length];
        for (int f = 0; f < frames.size(); f++) {
            for (int n = 0; n < pixels; n++) {
                read[slice(frames.get(f)) * pixels + n] = values[f * pixels + n] & 0xff;
            }
        }
        assertThat(read).isEqualTo(results.labels());
        assertThat(seg.string(Tag.SOPClassUID)).contains("1.2.840.10008.5.1.4.1.1.66.7");
        assertThat(seg.items(Tag.SegmentSequence)).hasSize(results.segments().size());
        assertThat(frames)
                .noneMatch(f -> f.item(Tag.SegmentIdentificationSequence).isPresent());
        assertThat(seg.items(Tag.DimensionIndexSequence)).hasSize(1);
    }

    private int slice(Dataset frame) {
        double z = frame.item(Tag.PlanePositionSequence).orElseThrow().doubles(Tag.ImagePositionPatient)[2];
        ImageGrid grid = results.study.petGrid();
        return (int) Math.round((z - grid.origin().z()) / grid.sliceStep().z());
    }

    /** Spheres: the circle lies around the sphere's centre, in the slice nearest to it, and is not much larger. */
    @Test
    void a_circle_lies_around_its_lesion() {
        ImageGrid grid = results.study.petGrid();
        Map<String, Integer> slices = new TreeMap<>();
        for (int k = 0; k < results.petSlices.size(); k++) {
            slices.put(results.petSlices.get(k).string(Tag.SOPInstanceUID).orElseThrow(), k);
        }
        int circles = 0;
        for (Dataset annotation : results.presentationState().items(Tag.GraphicAnnotationSequence)) {
            int k = slices.get(annotation
                    .item(Tag.ReferencedImageSequence)
                    .flatMap(image -> image.string(Tag.ReferencedSOPInstanceUID))
                    .orElseThrow());
            for (Dataset graphic : annotation.items(Tag.GraphicObjectSequence)) {
                int number = results.segments().stream()
                        .filter(s ->
                                graphic.string(Tag.TrackingUID).orElseThrow().equals(s.trackingUid()))
                        .findFirst()
                        .orElseThrow()
                        .number();
                Sphere sphere = results.study.spheres().get(number - 1);
                double[] data = graphic.doubles(Tag.GraphicData);
                Lps centre = grid.position(k)
                        .plus(grid.columnStep().times(data[0] - 1))
                        .plus(grid.rowStep().times(data[1] - 1));
                double voxel = grid.columnStep().length();
                assertThat(centre.minus(sphere.centre()).length()).isLessThan(1.5 * voxel);
                double radius = (data[2] - data[0]) * voxel;
                // its corner-to-corner box: at most the root of two over the sphere, and a margin
                assertThat(radius).isBetween(sphere.radiusMm(), Math.sqrt(2) * sphere.radiusMm() + 2 * voxel);
                circles++;
            }
        }
        assertThat(circles).isEqualTo(results.study.spheres().size());
    }

    @Test
    void the_window_is_suv_0_to_10_of_each_slice() {
        for (Dataset window : results.presentationState().items(Tag.SoftcopyVOILUTSequence)) {
            String uid = window.item(Tag.ReferencedImageSequence)
                    .flatMap(image -> image.string(Tag.ReferencedSOPInstanceUID))
                    .orElseThrow();
            Dataset slice = results.petSlices.stream()
                    .filter(s -> s.string(Tag.SOPInstanceUID).orElseThrow().equals(uid))
                    .findFirst()
                    .orElseThrow();
            double slope = slice.doubleValue(Tag.RescaleSlope).orElseThrow() * results.study.suvPerBqml();
            double centre = window.doubleValue(Tag.WindowCenter).orElseThrow();
            double width = window.doubleValue(Tag.WindowWidth).orElseThrow();
            assertThat((centre - width / 2) * slope).isCloseTo(0, within(1e-3));
            assertThat((centre + width / 2) * slope).isCloseTo(10, within(1e-3));
        }
    }

    @Test
    void key_objects_are_the_marked_slices_and_name_the_state_that_marks_them() {
        Dataset keys = results.keyObjects();
        List<Dataset> images = keys.items(Tag.ContentSequence).stream()
                .filter(item -> item.string(Tag.ValueType).orElseThrow().equals("IMAGE"))
                .toList();
        List<String> expected = results.marks().stream()
                .map(LesionMark::slice)
                .distinct()
                .sorted()
                .map(k -> results.petSlices.get(k).string(Tag.SOPInstanceUID).orElseThrow())
                .toList();
        List<String> named = new ArrayList<>();
        for (Dataset image : images) {
            Dataset reference = image.item(Tag.ReferencedSOPSequence).orElseThrow();
            named.add(reference.string(Tag.ReferencedSOPInstanceUID).orElseThrow());
            assertThat(reference
                            .item(Tag.ReferencedSOPSequence)
                            .flatMap(state -> state.string(Tag.ReferencedSOPInstanceUID)))
                    .isEqualTo(results.presentationState().string(Tag.SOPInstanceUID));
        }
        assertThat(named).isEqualTo(expected);
    }

    @Test
    void every_result_names_the_algorithm_and_that_nobody_has_reviewed_it() {
        Map<String, Dataset> all = results.byName();
        all.put("seg-labelmap", results.labelMap());
        all.forEach((name, object) -> assertThat(Algorithm.of(object)).as(name).contains(results.context.algorithm()));
        all.forEach((name, object) -> assertThat(object.items(Tag.ContributingEquipmentSequence))
                .as(name)
                .anySatisfy(item -> {
                    assertThat(item.string(Tag.ManufacturerModelName)).contains("suv-threshold");
                    assertThat(item.string(Tag.SoftwareVersions)).contains("1.0.0");
                    assertThat(item.string(Tag.ContributionDescription).orElseThrow())
                            .contains(results.context.algorithm().digest())
                            .contains("AI result, not reviewed");
                }));
    }

    @Test
    void the_document_is_kept_to_the_byte() {
        byte[] odd = "%PDF-1.4 odd\n".getBytes(StandardCharsets.US_ASCII);
        Dataset pdf = EncapsulatedPdfEncoder.encode(results.context, results.series(1, "test"), odd, results.sr());
        byte[] stored = pdf.bytes(Tag.EncapsulatedDocument).orElseThrow();
        assertThat(stored).hasSize(14).startsWith(odd);
        assertThat(pdf.intValue(Tag.EncapsulatedDocumentLength)).hasValue(13);
        assertThatThrownBy(() -> EncapsulatedPdfEncoder.encode(
                        results.context, results.series(1, "test"), new byte[] {1, 2, 3}, results.sr()))
                .hasMessageContaining("expected a PDF");
    }
}
