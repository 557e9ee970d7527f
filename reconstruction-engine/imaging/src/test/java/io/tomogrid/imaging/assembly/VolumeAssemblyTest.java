package io.tomogrid.imaging.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.imaging.Vec3;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

/** PRC-02, and PRC-07 for the assembly. */
class VolumeAssemblyTest {
    private static final int ROWS = 3;
    private static final int COLUMNS = 4;
    private static final Vec3 X = new Vec3(1, 0, 0);
    private static final Vec3 Y = new Vec3(0, 1, 0);

    @Test
    void slices_in_any_order_come_out_by_position_each_with_its_own_rescale() throws Exception {
        List<SliceImage> slices = new ArrayList<>();
        for (int k = 0; k < 7; k++) {
            slices.add(slice("1.2." + k, new Vec3(-5, -6, 10 + 3.27 * k), X, Y, 0.1 * (k + 1), k, (short) k));
        }
        Collections.shuffle(slices, new Random(1));

        AssembledVolume assembled = VolumeAssembly.assemble(slices, "Bq/ml", 0);

        assertThat(assembled.sopInstanceUids())
                .containsExactly("1.2.0", "1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.2.6");
        for (int k = 0; k < 7; k++) {
            for (int j = 0; j < ROWS; j++) {
                for (int i = 0; i < COLUMNS; i++) {
                    double stored = k + 10 * (j * COLUMNS + i);
                    assertThat(assembled.volume().at(i, j, k)).isEqualTo((float) (0.1 * (k + 1) * stored + k));
                }
            }
        }
        assertThat(assembled
                        .volume()
                        .geometry()
                        .toPatient(1, 2, 3)
                        .minus(new Vec3(-3, -3, 19.81))
                        .length())
                .isCloseTo(0, within(1e-9));
        assertThat(assembled.notes()).isEmpty();
    }

    /** Sagittal: rows run from anterior to posterior, columns downwards; the normal is the patient's left-right axis. */
    @Test
    void an_orientation_other_than_axial_sorts_along_its_own_normal() throws Exception {
        Vec3 along = new Vec3(0, 1, 0);
        Vec3 down = new Vec3(0, 0, -1);
        List<SliceImage> slices = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            slices.add(slice("1.2." + k, new Vec3(-2.5 * k, 7, 9), along, down, 1, 0, (short) 0));
        }
        AssembledVolume assembled = VolumeAssembly.assemble(slices, "1", 0);
        // normal = along × down = (−1, 0, 0): ascending order is towards the patient's right
        assertThat(assembled.sopInstanceUids()).containsExactly("1.2.0", "1.2.1", "1.2.2", "1.2.3");
        assertThat(assembled.volume().geometry().sliceStep().x()).isCloseTo(-2.5, within(1e-12));
    }

    @Test
    void a_missing_slice_is_refused_and_its_place_named() {
        List<SliceImage> slices = stack(8, 2.5);
        slices.remove(4);
        assertThatThrownBy(() -> VolumeAssembly.assemble(slices, "1", 0))
                .isInstanceOf(VolumeException.class)
                .hasMessageContaining("slice missing between 7.50 and 12.50 mm")
                .hasMessageContaining("send the missing images");
    }

    @Test
    void slices_that_are_unevenly_spaced_are_refused() {
        List<SliceImage> slices = stack(8, 2.5);
        SliceImage moved = slices.get(3);
        slices.set(3, slice(moved.sopInstanceUid(), moved.position().plus(new Vec3(0, 0, 0.2)), X, Y, 1, 0, (short) 3));
        assertThatThrownBy(() -> VolumeAssembly.assemble(slices, "1", 0))
                .hasMessageContaining("not evenly spaced")
                .hasMessageContaining("1.2.3 is 0.20 mm from where steps of 2.500 mm have it");
    }

    @Test
    void a_spacing_that_drifts_little_by_little_is_refused() {
        List<SliceImage> slices = new ArrayList<>();
        double z = 0;
        for (int k = 0; k < 100; k++) {
            slices.add(slice("1.2." + k, new Vec3(0, 0, z), X, Y, 1, 0, (short) k));
            z += 5 * (1 + 0.009 * (k - 50) / 50);
        }
        assertThatThrownBy(() -> VolumeAssembly.assemble(slices, "1", 0))
                .hasMessageContaining("mm from where steps of");
    }

    /** As in a GE whole-body series, whose bed positions join at 3.19 or 3.29 instead of 3.27 mm. */
    @Test
    void rounding_where_bed_positions_join_is_reported_and_accepted() throws Exception {
        List<SliceImage> slices = new ArrayList<>();
        for (int k = 0; k < 12; k++) {
            slices.add(slice("1.2." + k, new Vec3(0, 0, 3.27 * k - (k > 5 ? 0.08 : 0)), X, Y, 1, 0, (short) 0));
        }
        AssembledVolume assembled = VolumeAssembly.assemble(slices, "1", 0);
        assertThat(assembled.notes()).singleElement().asString().contains("3.270 mm apart, but not quite");
        assertThat(assembled.volume().geometry().sliceStep().z()).isCloseTo((3.27 * 11 - 0.08) / 11, within(1e-9));
    }

    @Test
    void positions_rounded_to_hundredths_of_a_millimetre_are_accepted() throws Exception {
        List<SliceImage> slices = new ArrayList<>();
        for (int k = 0; k < 50; k++) {
            slices.add(slice("1.2." + k, new Vec3(0, 0, Math.rint(k * 62.5) / 100), X, Y, 1, 0, (short) 0));
        }
        assertThat(VolumeAssembly.assemble(slices, "1", 0)
                        .volume()
                        .geometry()
                        .sliceStep()
                        .z())
                .isCloseTo(0.625, within(1e-3));
    }

    @Test
    void a_duplicate_is_kept_once_and_named() throws Exception {
        List<SliceImage> slices = stack(5, 2);
        SliceImage again = slices.get(2);
        slices.add(slice("1.2.99", again.position(), X, Y, 1, 0, (short) 2));
        AssembledVolume assembled = VolumeAssembly.assemble(slices, "1", 0);
        assertThat(assembled.sopInstanceUids()).hasSize(5).doesNotContain("1.2.99");
        assertThat(assembled.notes()).singleElement().asString().contains("1.2.99", "duplicate");
    }

    @Test
    void two_different_images_at_one_position_are_refused() {
        List<SliceImage> slices = stack(5, 2);
        slices.add(slice("1.2.99", slices.get(2).position(), X, Y, 1, 0, (short) 77));
        assertThatThrownBy(() -> VolumeAssembly.assemble(slices, "1", 0))
                .hasMessageContaining("1.2.99")
                .hasMessageContaining("different pixels");
    }

    @Test
    void gantry_tilt_is_reported_and_kept_as_shear() throws Exception {
        double angle = Math.toRadians(12);
        List<SliceImage> slices = new ArrayList<>();
        for (int k = 0; k < 6; k++) {
            slices.add(slice("1.2." + k, new Vec3(0, 5 * k * Math.tan(angle), 5 * k), X, Y, 1, 0, (short) 0));
        }
        AssembledVolume assembled = VolumeAssembly.assemble(slices, "1", 0);
        assertThat(assembled.notes()).singleElement().asString().contains("tilted by 12.00 degrees");
        assertThat(assembled.volume().geometry().sliceStep().y()).isCloseTo(5 * Math.tan(angle), within(1e-9));
        assertThat(assembled.volume().geometry().voxelVolume()).isCloseTo(2 * 1.5 * 5, within(1e-9));
    }

    @Test
    void a_slice_beside_the_line_of_the_others_is_refused() {
        List<SliceImage> slices = stack(6, 2);
        slices.set(2, slice("1.2.2", new Vec3(4, 0, 4), X, Y, 1, 0, (short) 0));
        assertThatThrownBy(() -> VolumeAssembly.assemble(slices, "1", 0))
                .hasMessageContaining("1.2.2 lies 4.00 mm beside");
    }

    @Test
    void slices_that_do_not_agree_are_refused_and_the_attribute_named() {
        List<SliceImage> slices = stack(4, 2);
        SliceImage s = slices.get(1);
        assertFault(slices, with(s, "9.9", s.rowSpacing(), s.rows()), "Frame of Reference UID differs");
        assertFault(slices, with(s, "1.9", 1.6, s.rows()), "Pixel Spacing differs");
        Vec3 tilted = new Vec3(Math.cos(0.01), Math.sin(0.01), 0);
        assertFault(
                slices,
                slice(s.sopInstanceUid(), s.position(), tilted, new Vec3(-tilted.y(), tilted.x(), 0), 1, 0, (short) 0),
                "Image Orientation (Patient) differs");
        assertFault(slices, slice(s.sopInstanceUid(), s.position(), X, X, 1, 0, (short) 0), "perpendicular");
        assertFault(
                slices, slice(s.sopInstanceUid(), new Vec3(0, 0, Double.NaN), X, Y, 1, 0, (short) 0), "Image Position");
        assertFault(slices, slice(s.sopInstanceUid(), s.position(), X, Y, 0, 0, (short) 0), "Rescale Slope is 0");
        assertFault(slices, with(s, "1.9", s.rowSpacing(), ROWS + 1), "Pixel Data has 12 pixels");
    }

    @Test
    void one_position_only_is_no_volume() {
        assertThatThrownBy(() -> VolumeAssembly.assemble(stack(1, 2), "1", 0))
                .hasMessageContaining("one position only");
        assertThatThrownBy(() -> VolumeAssembly.assemble(List.of(), "1", 0)).hasMessageContaining("no images");
    }

    @Test
    void stored_bits_are_masked_and_sign_extended() {
        short[] cells = {(short) 0x0fff, (short) 0xf7ff, (short) 0x0800, (short) 0xf001};
        var signed = new StoredPixels(cells, 12, 11, true, StoredPixels.Padding.NONE);
        assertThat(values(signed)).containsExactly(-1, 0x7ff, -2048, 1);
        var unsigned = new StoredPixels(cells, 12, 11, false, StoredPixels.Padding.NONE);
        assertThat(values(unsigned)).containsExactly(0xfff, 0x7ff, 0x800, 1);
        var high = new StoredPixels(new short[] {(short) 0xfff5, 0x7ff0}, 12, 15, true, StoredPixels.Padding.NONE);
        assertThat(values(high)).containsExactly(-1, 0x7ff);
        var whole = new StoredPixels(new short[] {(short) 0x8000, -1}, 16, 15, false, StoredPixels.Padding.NONE);
        assertThat(values(whole)).containsExactly(32768, 65535);
    }

    @Test
    void padding_is_filled_and_counted() throws Exception {
        List<SliceImage> slices = new ArrayList<>();
        for (SliceImage s : stack(3, 2)) {
            slices.add(withPixels(
                    s, new StoredPixels(s.pixels().cells(), 16, 15, true, StoredPixels.Padding.between(12, 1))));
        }
        AssembledVolume assembled = VolumeAssembly.assemble(slices, "[hnsf'U]", -1000);
        // of the stored values 0, 10, 20, … + k, those from 1 to 12 are padding: 10 / 1, 11 / 2, 12
        assertThat(assembled.notes()).singleElement().asString().startsWith("5 pixels are padding");
        assertThat(assembled.volume().at(1, 0, 0)).isEqualTo(-1000);
        assertThat(assembled.volume().at(2, 0, 0)).isEqualTo(20);
    }

    @Test
    void the_voxels_are_the_same_in_any_order_and_on_any_number_of_threads() throws Exception {
        long seed = 20261124;
        Random random = new Random(seed);
        List<SliceImage> slices = new ArrayList<>();
        for (int k = 0; k < 40; k++) {
            short[] cells = new short[ROWS * COLUMNS];
            for (int p = 0; p < cells.length; p++) {
                cells[p] = (short) random.nextInt();
            }
            SliceImage s = slice("1.2." + k, new Vec3(0, 0, 3 * k), X, Y, random.nextDouble() + 0.1, 0, (short) 0);
            slices.add(withPixels(s, new StoredPixels(cells, 16, 15, true, StoredPixels.Padding.NONE)));
        }
        float[] expected = VolumeAssembly.assemble(slices, "1", 0).volume().voxels();
        for (int threads = 1; threads <= 4; threads++) {
            Collections.shuffle(slices, random);
            var pool = new ForkJoinPool(threads);
            float[] voxels = pool.submit(() ->
                            VolumeAssembly.assemble(slices, "1", 0).volume().voxels())
                    .get();
            pool.shutdown();
            assertThat(Arrays.equals(voxels, expected))
                    .as("seed %d, %d threads", seed, threads)
                    .isTrue();
        }
    }

    private static void assertFault(List<SliceImage> stack, SliceImage bad, String fault) {
        List<SliceImage> slices = new ArrayList<>(stack);
        slices.set(1, bad);
        assertThatThrownBy(() -> VolumeAssembly.assemble(slices, "1", 0))
                .isInstanceOf(VolumeException.class)
                .hasMessageContaining(bad.sopInstanceUid())
                .hasMessageContaining(fault);
    }

    private static List<SliceImage> stack(int n, double spacing) {
        List<SliceImage> slices = new ArrayList<>();
        for (int k = 0; k < n; k++) {
            slices.add(slice("1.2." + k, new Vec3(0, 0, spacing * k), X, Y, 1, 0, (short) k));
        }
        return slices;
    }

    /** Pixel (i, j) stores {@code base + 10·(j·COLUMNS + i)}. */
    private static SliceImage slice(
            String uid, Vec3 at, Vec3 along, Vec3 down, double slope, double intercept, short base) {
        short[] cells = new short[ROWS * COLUMNS];
        for (int p = 0; p < cells.length; p++) {
            cells[p] = (short) (base + 10 * p);
        }
        var pixels = new StoredPixels(cells, 16, 15, true, StoredPixels.Padding.NONE);
        return new SliceImage(uid, "1.9", at, along, down, 1.5, 2, ROWS, COLUMNS, slope, intercept, pixels);
    }

    private static SliceImage with(SliceImage s, String frame, double rowSpacing, int rows) {
        return new SliceImage(
                s.sopInstanceUid(),
                frame,
                s.position(),
                s.alongRow(),
                s.alongColumn(),
                rowSpacing,
                s.columnSpacing(),
                rows,
                s.columns(),
                s.slope(),
                s.intercept(),
                s.pixels());
    }

    private static SliceImage withPixels(SliceImage s, StoredPixels pixels) {
        return new SliceImage(
                s.sopInstanceUid(),
                s.frameOfReferenceUid(),
                s.position(),
                s.alongRow(),
                s.alongColumn(),
                s.rowSpacing(),
                s.columnSpacing(),
                s.rows(),
                s.columns(),
                s.slope(),
                s.intercept(),
                pixels);
    }

    private static int[] values(StoredPixels pixels) {
        int[] values = new int[pixels.cells().length];
        for (int p = 0; p < values.length; p++) {
            values[p] = pixels.value(p);
        }
        return values;
    }
}
