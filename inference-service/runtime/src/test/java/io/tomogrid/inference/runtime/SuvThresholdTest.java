package io.tomogrid.inference.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelSource;
import io.tomogrid.inference.pack.ModelStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuvThresholdTest {
    @TempDir
    Path folder;

    @Test
    void the_mask_is_suv_at_least_four() throws Exception {
        SuvThreshold.write(folder);
        Random random = new Random(20261124);
        float[] suv = new float[5 * 6 * 7];
        for (int i = 0; i < suv.length; i++) {
            suv[i] = random.nextFloat() * 8;
        }
        suv[3] = 4f;
        suv[4] = Math.nextDown(4f);
        try (ModelSession session = ModelSession.open(ModelPackage.open(folder), 1)) {
            Tensor mask = session.run(Map.of("suv", Tensor.of(suv, 5, 6, 7))).get("mask");
            assertThat(mask.shape()).containsExactly(5, 6, 7);
            byte[] values = mask.byteValues();
            for (int i = 0; i < suv.length; i++) {
                assertThat(values[i]).as("voxel %d of SUV %s", i, suv[i]).isEqualTo((byte) (suv[i] >= 4f ? 1 : 0));
            }
        }
    }

    @Test
    void the_same_package_has_the_same_digest() throws Exception {
        SuvThreshold.write(folder.resolve("a"));
        SuvThreshold.write(folder.resolve("b"));
        assertThat(ModelPackage.open(folder.resolve("a")).digest())
                .isEqualTo(ModelPackage.open(folder.resolve("b")).digest())
                .startsWith("sha256:");
    }

    @Test
    void a_changed_byte_is_refused() throws Exception {
        SuvThreshold.write(folder);
        Path onnx = ModelPackage.open(folder).onnx();
        byte[] bytes = Files.readAllBytes(onnx);
        bytes[bytes.length / 2] ^= 1;
        Files.write(onnx, bytes);
        assertThatThrownBy(() -> ModelPackage.open(folder))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("digest mismatch");
    }

    @Test
    void a_model_that_breaks_its_promise_does_not_open() throws Exception {
        byte[] wrong = new OnnxGraph("wrong")
                .input("suv", OnnxGraph.FLOAT, "z", "y", "x")
                .scalar("threshold", 3)
                .node("GreaterOrEqual", List.of("suv", "threshold"), "above")
                .cast("above", "mask", OnnxGraph.UINT8)
                .output("mask", OnnxGraph.UINT8, "z", "y", "x")
                .toByteArray();
        SuvThreshold.write(folder.resolve("right"));
        ModelPackage pack = packed("wrong", wrong, ModelPackage.open(folder.resolve("right")));
        assertThatThrownBy(() -> ModelSession.open(pack, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("golden output mask[1]: expected 0.0, got 1.0");
    }

    @Test
    void bytes_that_are_no_model_are_refused() throws Exception {
        SuvThreshold.write(folder.resolve("right"));
        ModelPackage pack = packed("x", new byte[] {1, 2, 3}, ModelPackage.open(folder.resolve("right")));
        assertThatThrownBy(() -> ModelSession.open(pack, 1)).isInstanceOf(ModelException.class);
    }

    @Test
    void an_input_that_does_not_fit_is_named() throws Exception {
        SuvThreshold.write(folder);
        try (ModelSession session = ModelSession.open(ModelPackage.open(folder), 1)) {
            assertThatThrownBy(() -> session.run(Map.of("suv", Tensor.of(new float[4], 2, 2))))
                    .hasMessage("input suv: expected FP32[-1, -1, -1], got Tensor[FP32[2, 2]]");
            assertThatThrownBy(() -> session.run(Map.of())).hasMessage("input suv: missing");
        }
    }

    @Test
    void an_empty_folder_is_no_package() {
        assertThatThrownBy(() -> ModelPackage.open(folder)).isInstanceOf(ModelException.class);
    }

    /** The card and the golden example of one package with the graph of another. */
    private ModelPackage packed(String store, byte[] onnx, ModelPackage like) throws Exception {
        Path file = Files.write(folder.resolve(store + ".onnx"), onnx);
        return ModelStore.at(folder.resolve(store)).put(new ModelSource(like.card(), file, like.golden(), Map.of()));
    }
}
