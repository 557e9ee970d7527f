package io.tomogrid.dicom.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.synthetic.SyntheticProjections;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RES-04, CTR-06 */
class ReconstructedCtEncoderTest {
    private static final ImageGrid GRID =
            new ImageGrid(3, 2, 2, new Lps(-1, -2, -300), new Lps(0.5, 0, 0), new Lps(0, 0.5, 0), new Lps(0, 0, 1.25));

    private static List<Dataset> encode(float[] values) {
        List<Dataset> views = SyntheticProjections.of(1, 2, view -> Map.of(Tag.PixelData, new byte[] {1, 2}))
                .toList();
        var ct = new ReconstructedCt(
                new ResultOrigin(
                        views.get(0),
                        ResultUids.ofJob("job-1"),
                        Instant.parse("2026-01-15T10:01:00Z"),
                        new Equipment("Tomogrid", "Tomogrid ct-fbp", "none", "0.1.0")),
                2,
                InstanceReference.of(views.get(0)),
                InstanceReference.of(views.get(1)),
                ReconstructedCt.sha256(views),
                "helical weighted FBP",
                "RAMP",
                0.01928,
                250);
        return ReconstructedCtEncoder.encode(ct, new ResultSeries("1.2.3", 9020, "CT"), GRID, k -> values)
                .toList();
    }

    @Test
    void hounsfield_units_are_rounded_and_what_was_not_measured_is_padding() {
        Dataset slice = encode(new float[] {-1000.4f, 0.6f, 955, Float.NaN, -9000, 1e9f})
                .get(1);
        var stored = ByteBuffer.wrap(slice.bytes(Tag.PixelData).orElseThrow()).order(ByteOrder.LITTLE_ENDIAN);
        short[] values = new short[6];
        stored.asShortBuffer().get(values);
        assertThat(values).containsExactly(-1000, 1, 955, -2000, -1999, 32767);
        assertThat(slice.intValue(Tag.PixelPaddingValue)).hasValue(-2000);
        assertThat(slice.doubles(Tag.ImagePositionPatient)).containsExactly(-1, -2, -298.75);
    }

    @Test
    void a_slice_of_another_size_is_refused() {
        assertThatThrownBy(() -> encode(new float[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slice 0: expected 6 values, got 5");
    }

    @Test
    @org.junit.jupiter.api.Tag("peer")
    void dciodvfy_finds_no_error(@TempDir Path folder) throws Exception {
        Dciodvfy.assumeInstalled();
        assertThat(Dciodvfy.errors(folder.resolve("ct"), encode(new float[6]).get(0)))
                .isEmpty();
    }
}
