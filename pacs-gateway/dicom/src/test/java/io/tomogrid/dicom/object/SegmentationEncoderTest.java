package io.tomogrid.dicom.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SegmentationEncoderTest {
    private final Results results = new Results();

    /** 5×3 pixels do not fill bytes, so frames begin within bytes. */
    private final ImageGrid small =
            new ImageGrid(5, 3, 4, new Lps(1, 2, 3), new Lps(2, 0, 0), new Lps(0, 2, 0), new Lps(0, 0, -3));

    private ResultContext smallContext() {
        List<Dataset> slices = new ArrayList<>();
        for (int k = 0; k < small.slices(); k++) {
            Dataset slice = new Dataset();
            results.petSlices.get(k).forEach(slice::put);
            Lps p = small.position(k);
            slices.add(slice.put(Tag.ImagePositionPatient, p.x(), p.y(), p.z()));
        }
        ResultContext c = results.context;
        return new ResultContext(
                new PetSource(slices, small),
                List.of(),
                c.uids(),
                c.created(),
                c.equipment(),
                c.algorithm(),
                List.of());
    }

    private Dataset encode(int[] labels, int segments) {
        return SegmentationEncoder.encode(
                smallContext(),
                results.series(1, "test"),
                labels,
                results.segments().subList(0, segments));
    }

    @Test
    void bits_run_on_from_frame_to_frame() {
        int[] labels = new int[60];
        labels[0] = 1; // slice 0
        labels[14] = 1;
        labels[15] = 1; // slice 1
        labels[45] = 2; // slice 3
        labels[59] = 2;
        Dataset seg = encode(labels, 2);
        assertThat(seg.intValue(Tag.NumberOfFrames)).hasValue(3);
        // pixels 0, 14 | 15 | 30, 44 of 45: bits 0, 14, 15, 30, 44
        assertThat(seg.bytes(Tag.PixelData).orElseThrow()).containsExactly(0x01, 0xC0, 0x00, 0x40, 0x00, 0x10);
    }

    @Test
    void what_is_decoded_is_what_was_labelled() {
        long seed = 20261124;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int[] labels = random.ints(60, -4, 4).map(v -> Math.max(v, 0)).toArray();
            labels[0] = 1;
            labels[1] = 2;
            labels[2] = 3;
            assertThat(decode(encode(labels, 3))).isEqualTo(labels);
        }
    }

    /** As a reader would: by segment number, position and bit. */
    private int[] decode(Dataset seg) {
        int[] labels = new int[60];
        byte[] bits = seg.bytes(Tag.PixelData).orElseThrow();
        List<Dataset> frames = seg.items(Tag.PerFrameFunctionalGroupsSequence);
        for (int f = 0; f < frames.size(); f++) {
            int segment = frames.get(f)
                    .item(Tag.SegmentIdentificationSequence)
                    .flatMap(
                            s -> s.strings(Tag.ReferencedSegmentNumber).stream().findFirst())
                    .map(Integer::parseInt)
                    .orElseThrow();
            double z =
                    frames.get(f).item(Tag.PlanePositionSequence).orElseThrow().doubles(Tag.ImagePositionPatient)[2];
            int k = (int) Math.round((3 - z) / 3);
            for (int i = 0; i < 15; i++) {
                int bit = f * 15 + i;
                if ((bits[bit / 8] >> bit % 8 & 1) == 1) {
                    labels[k * 15 + i] = segment;
                }
            }
        }
        return labels;
    }

    @Test
    void each_frame_names_the_slice_that_it_lies_on() {
        Dataset seg = results.seg();
        List<Dataset> frames = seg.items(Tag.PerFrameFunctionalGroupsSequence);
        assertThat(frames).hasSize(seg.intValue(Tag.NumberOfFrames).orElseThrow());
        for (Dataset frame : frames) {
            double[] position =
                    frame.item(Tag.PlanePositionSequence).orElseThrow().doubles(Tag.ImagePositionPatient);
            Dataset source = frame.item(Tag.DerivationImageSequence)
                    .flatMap(d -> d.item(Tag.SourceImageSequence))
                    .orElseThrow();
            Dataset slice = results.petSlices.stream()
                    .filter(s -> s.string(Tag.SOPInstanceUID).equals(source.string(Tag.ReferencedSOPInstanceUID)))
                    .findFirst()
                    .orElseThrow();
            assertThat(position).containsExactly(slice.doubles(Tag.ImagePositionPatient), within(1e-9));
            assertThat(source.item(Tag.PurposeOfReferenceCodeSequence).flatMap(p -> p.string(Tag.CodeValue)))
                    .contains("121322");
        }
    }

    @Test
    void dimension_indices_count_from_one_without_gaps() {
        int[] labels = new int[60];
        labels[1] = 1; // slice 0
        labels[46] = 1; // slice 3
        labels[47] = 2;
        List<int[]> indices = encode(labels, 2).items(Tag.PerFrameFunctionalGroupsSequence).stream()
                .map(f -> f.item(Tag.FrameContentSequence).orElseThrow().ints(Tag.DimensionIndexValues))
                .toList();
        assertThat(indices).containsExactly(new int[] {1, 1}, new int[] {1, 2}, new int[] {2, 2});
    }

    @Test
    void pixel_measures_are_rows_first_and_the_plane_distance() {
        Dataset measures = encode(labelled(1), 1)
                .item(Tag.SharedFunctionalGroupsSequence)
                .flatMap(s -> s.item(Tag.PixelMeasuresSequence))
                .orElseThrow();
        assertThat(measures.doubles(Tag.PixelSpacing)).containsExactly(2, 2);
        assertThat(measures.doubleValue(Tag.SpacingBetweenSlices)).hasValue(3);
    }

    private static int[] labelled(int label) {
        int[] labels = new int[60];
        Arrays.fill(labels, 7, 9, label);
        return labels;
    }

    @Test
    void what_does_not_fit_is_refused() {
        assertThatThrownBy(() -> encode(labelled(1), 2)).hasMessage("segment 2 has no voxel");
        assertThatThrownBy(() -> encode(labelled(2), 1)).hasMessage("labels: expected 0 to 1, got 2");
        assertThatThrownBy(() -> encode(new int[59], 1)).hasMessage("labels: expected 60 voxels, got 59");
        assertThatThrownBy(() -> encode(new int[60], 0)).hasMessageContaining("at least one segment");
    }

    @Test
    void a_grid_that_lies_elsewhere_than_its_slices_is_refused() {
        assertThatThrownBy(() -> new PetSource(results.petSlices.subList(0, 4), small))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PET slice 0: expected Image Position (Patient)");
    }
}
