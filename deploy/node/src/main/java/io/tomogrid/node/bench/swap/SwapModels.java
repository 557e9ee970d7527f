package io.tomogrid.node.bench.swap;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.Golden;
import io.tomogrid.inference.pack.ModelCard;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelSource;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.runtime.OnnxGraph;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Models whose answers tell which version made them. */
public final class SwapModels {
    public static final String NAME = "swap";
    public static final String HEAVY = "convolution";
    private static final int CHANNELS = 8;
    private static final int KERNEL = 27;

    private SwapModels() {}

    /** Version {@code k.0.0}: gives {@code k × x}, and carries weights of so many floats that take part. */
    public static ModelPackage scale(ModelStore store, int k, int weights) throws IOException, ModelException {
        float[] bulk = new float[weights];
        byte[] onnx = new OnnxGraph(NAME)
                .input("x", OnnxGraph.FLOAT, "z", "y", "x")
                .scalar("factor", k)
                .weights("bulk", bulk, weights)
                .node("ReduceMax", List.of("x"), "greatest")
                .node("Squeeze", List.of("greatest"), "one")
                .node("Mul", List.of("bulk", "one"), "zeros")
                .node("ReduceMax", List.of("zeros"), "zero")
                .node("Squeeze", List.of("zero"), "nothing")
                .node("Mul", List.of("x", "factor"), "scaled")
                .node("Add", List.of("scaled", "nothing"), "y")
                .output("y", OnnxGraph.FLOAT, "z", "y", "x")
                .toByteArray();
        Tensor x = Tensor.of(new float[] {1, 2, -3, 0.5f}, 1, 2, 2);
        Tensor y = Tensor.of(new float[] {k, 2 * k, -3 * k, 0.5f * k}, 1, 2, 2);
        return put(store, card(NAME, k + ".0.0", "[-1, -1, -1]"), onnx, x, y);
    }

    /** Two convolutions of 3 × 3 × 3 with eight channels between: the work of a small network, on [1, 1, z, y, x]. */
    public static ModelPackage convolution(ModelStore store) throws IOException, ModelException {
        Random random = new Random(7);
        byte[] onnx = new OnnxGraph(HEAVY)
                .input("x", OnnxGraph.FLOAT, "n", "c", "z", "y", "x")
                .weights("first", random(random, CHANNELS * KERNEL), CHANNELS, 1, 3, 3, 3)
                .weights("second", random(random, CHANNELS * KERNEL), 1, CHANNELS, 3, 3, 3)
                .node("Conv", List.of("x", "first"), "wide")
                .node("Relu", List.of("wide"), "positive")
                .node("Conv", List.of("positive", "second"), "y")
                .output("y", OnnxGraph.FLOAT, "n", "c", "oz", "oy", "ox")
                .toByteArray();
        Tensor zero = Tensor.of(new float[125], 1, 1, 5, 5, 5);
        return put(
                store,
                card(HEAVY, "1.0.0", "[-1, -1, -1, -1, -1]"),
                onnx,
                zero,
                Tensor.of(new float[1], 1, 1, 1, 1, 1));
    }

    private static float[] random(Random random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian() / n;
        }
        return values;
    }

    private static ModelPackage put(ModelStore store, ModelCard card, byte[] onnx, Tensor x, Tensor y)
            throws IOException, ModelException {
        Path file = Files.createTempFile("model", ".onnx");
        try {
            Files.write(file, onnx);
            return store.put(new ModelSource(card, file, new Golden(Map.of("x", x), Map.of("y", y), 1e-6), Map.of()));
        } finally {
            Files.delete(file);
        }
    }

    private static ModelCard card(String name, String version, String shape) throws ModelException {
        String json = """
                {"format-version": 1, "name": "%s", "version": "%s", "created": "2026-11-01T00:00:00Z",
                 "title": "For measuring", "task": "segmentation", "vendor": "Tomogrid", "authors": [],
                 "licence": "LicenseRef-Tomogrid", "intended-use": "Measuring.", "not-for": "Anything else.",
                 "training-data": "None.", "performance": [], "memory-mib": 16, "golden-tolerance": 0.000001,
                 "sampling": {"spacing-mm": [], "orientation": "LPS", "patch": []},
                 "inputs": [{"name": "x", "datatype": "FP32", "shape": %s, "unit": "1", "modality": "PT"}],
                 "outputs": [{"name": "y", "datatype": "FP32", "shape": %s, "unit": "1", "labels": []}]}
                """.formatted(name, version, shape, shape);
        return ModelCard.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
