package io.tomogrid.inference.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole volumes through a model of patches: MOD-40. */
class SlidingWindowTest {
    private static final List<Integer> PATCH = List.of(4, 6, 5);

    @ParameterizedTest
    @CsvSource({"9,13,11,0.5,false", "4,6,5,0.5,false", "3,20,2,0.25,false", "9,7,11,0,true", "17,6,5,0.75,true"})
    void the_identity_gives_the_volume_back(int nz, int ny, int nx, double overlap, boolean flips) throws Exception {
        Tensor volume = random(2, nz, ny, nx);
        Map<String, Tensor> outputs = new SlidingWindow(PATCH, overlap, flips)
                .run(Map.of("x", volume), inputs -> Map.of("y", inputs.get("x")));
        assertThat(outputs.get("y").shape()).isEqualTo(volume.shape());
        float[] expected = volume.floats();
        float[] got = outputs.get("y").floats();
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }

    /** A model that answers one everywhere gives the sum of the normalised weights. */
    @Test
    void the_weights_sum_to_one_at_each_voxel() throws Exception {
        Map<String, Tensor> outputs = new SlidingWindow(PATCH, 0.6, false)
                .run(Map.of("x", random(1, 15, 14, 13)), inputs -> {
                    float[] ones = new float[4 * 6 * 5];
                    java.util.Arrays.fill(ones, 1);
                    return Map.of("y", Tensor.of(ones, 1, 1, 4, 6, 5));
                });
        for (float sum : outputs.get("y").floats()) {
            assertThat(sum).isCloseTo(1, within(1e-6f));
        }
    }

    /** Where two patches disagree, the one whose centre is nearer has more to say: by the formula of the Gaussian. */
    @Test
    void two_patches_are_blended_by_their_gaussians() throws Exception {
        int[] calls = {0};
        float[] blended = new SlidingWindow(List.of(1, 1, 8), 0.5, false)
                .run(Map.of("x", random(1, 1, 1, 12)), inputs -> {
                    float[] same = new float[8];
                    java.util.Arrays.fill(same, calls[0]++);
                    return Map.of("y", Tensor.of(same, 1, 1, 1, 1, 8));
                })
                .get("y")
                .floats();
        assertThat(calls[0]).isEqualTo(2);
        for (int x = 0; x < 12; x++) {
            double first = x < 8 ? Math.exp(-Math.pow(x - 3.5, 2) / 2) : 0;
            double second = x >= 4 ? Math.exp(-Math.pow(x - 4 - 3.5, 2) / 2) : 0;
            assertThat((double) blended[x]).isCloseTo(second / (first + second), within(1e-6));
        }
    }

    /** Twice the value of the voxel's left neighbour, averaged with that of its right one: only flips see both. */
    @Test
    void flips_are_turned_back_before_they_are_averaged() throws Exception {
        Tensor volume = random(1, 1, 1, 5);
        float[] got = new SlidingWindow(List.of(1, 1, 5), 0, true)
                .run(Map.of("x", volume), inputs -> {
                    float[] x = inputs.get("x").floats();
                    float[] left = new float[5];
                    System.arraycopy(x, 0, left, 1, 4);
                    return Map.of("y", Tensor.of(left, 1, 1, 1, 1, 5));
                })
                .get("y")
                .floats();
        float[] v = volume.floats();
        for (int i = 0; i < 5; i++) {
            float expected = ((i > 0 ? v[i - 1] : 0) + (i < 4 ? v[i + 1] : 0)) / 2;
            assertThat(got[i]).isCloseTo(expected, within(1e-6f));
        }
    }

    @Test
    void masks_are_blended_and_rounded_and_what_cannot_be_blended_is_named() throws Exception {
        Tensor volume = random(1, 7, 9, 8);
        Map<String, Tensor> mask = new SlidingWindow(PATCH, 0.5, false).run(Map.of("x", volume), inputs -> {
            float[] x = inputs.get("x").floats();
            ByteBuffer above = ByteBuffer.allocate(x.length);
            for (float value : x) {
                above.put((byte) (value > 0.5f ? 1 : 0));
            }
            return Map.of("mask", new Tensor(Tensor.Type.UINT8, inputs.get("x").shape(), above.flip()));
        });
        byte[] got = mask.get("mask").byteValues();
        float[] v = volume.floats();
        for (int i = 0; i < v.length; i++) {
            assertThat(got[i]).isEqualTo((byte) (v[i] > 0.5f ? 1 : 0));
        }
        assertThatThrownBy(() -> new SlidingWindow(PATCH, 0.5, false)
                        .run(Map.of("x", volume), inputs -> Map.of("y", Tensor.of(new float[2], 2))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("output y");
    }

    private static Tensor random(int channels, int nz, int ny, int nx) {
        Random random = new Random(5);
        float[] values = new float[channels * nz * ny * nx];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return Tensor.of(values, 1, channels, nz, ny, nx);
    }
}
