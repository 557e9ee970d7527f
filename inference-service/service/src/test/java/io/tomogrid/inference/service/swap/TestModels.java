package io.tomogrid.inference.service.swap;

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

/** Models of one input {@code x} and one output {@code y}, each of [n] floats; a good one gives {@code factor × x}. */
final class TestModels {
    static final String NAME = "scale";
    private static final float[] EXAMPLE = {1, 2, -3};

    private TestModels() {}

    /** A version that keeps its promise. */
    static ModelPackage scale(ModelStore store, String version, float factor) throws Exception {
        return put(store, version, "y", factor, multiply(factor, "y"));
    }

    /** Promises to multiply by 2 and multiplies by 3. */
    static ModelPackage goldenBreaker(ModelStore store, String version) throws Exception {
        return put(store, version, "y", 2, multiply(3, "y"));
    }

    /** Its output has another name than that of the versions before. */
    static ModelPackage otherContract(ModelStore store, String version) throws Exception {
        return put(store, version, "z", 2, multiply(2, "z"));
    }

    /** Its card promises an output that the graph does not have. */
    static ModelPackage wrongCard(ModelStore store, String version) throws Exception {
        return put(store, version, "y", 2, multiply(2, "other"));
    }

    /** Gives NaN: also for its own example. */
    static ModelPackage notANumber(ModelStore store, String version) throws Exception {
        byte[] onnx = graph().node("Sub", List.of("x", "x"), "zero")
                .node("Div", List.of("zero", "zero"), "y")
                .output("y", OnnxGraph.FLOAT, "n")
                .toByteArray();
        return put(store, version, "y", 2, onnx);
    }

    /** Gives {@code 2 × x}, but NaN for what is greater than 1000: its example does not show that. */
    static ModelPackage notANumberAbove1000(ModelStore store, String version) throws Exception {
        byte[] onnx = graph().scalar("bound", 1000)
                .scalar("two", 2)
                .node("Sub", List.of("bound", "x"), "under")
                .node("Sqrt", List.of("under"), "root")
                .node("Sub", List.of("root", "root"), "zero")
                .node("Mul", List.of("x", "two"), "doubled")
                .node("Add", List.of("doubled", "zero"), "y")
                .output("y", OnnxGraph.FLOAT, "n")
                .toByteArray();
        return put(store, version, "y", 2, onnx);
    }

    /** Goes round so many times before it answers. */
    static ModelPackage loop(ModelStore store, String version, float factor, long rounds) throws Exception {
        OnnxGraph body = new OnnxGraph("round")
                .input("round", OnnxGraph.INT64)
                .input("on", OnnxGraph.BOOL)
                .input("in", OnnxGraph.FLOAT, "n")
                .node("Identity", List.of("on"), "on_out")
                .node("Neg", List.of("in"), "less")
                .node("Neg", List.of("less"), "out")
                .output("on_out", OnnxGraph.BOOL)
                .output("out", OnnxGraph.FLOAT, "n");
        byte[] onnx = graph().scalar("factor", factor)
                .integers("rounds", rounds)
                .node("Mul", List.of("x", "factor"), "scaled")
                .loop(List.of("rounds", "", "scaled"), body, "y")
                .output("y", OnnxGraph.FLOAT, "n")
                .toByteArray();
        return put(store, version, "y", factor, onnx);
    }

    /** Needs 8 GiB for one run. */
    static ModelPackage glutton(ModelStore store, String version) throws Exception {
        byte[] onnx = graph().integers("huge", 1L << 30, 1)
                .scalar("two", 2)
                .node("ReduceMax", List.of("x"), "greatest")
                .node("Expand", List.of("greatest", "huge"), "wide")
                .node("Neg", List.of("wide"), "wider")
                .node("ReduceMax", List.of("wider"), "again")
                .node("Sub", List.of("again", "again"), "zero")
                .node("Squeeze", List.of("zero"), "nothing")
                .node("Mul", List.of("x", "two"), "doubled")
                .node("Add", List.of("doubled", "nothing"), "y")
                .output("y", OnnxGraph.FLOAT, "n")
                .toByteArray();
        return put(store, version, "y", 2, onnx);
    }

    /** A model of patches of 4 × 4 × 4, that gives twice what it is asked. */
    static ModelPackage patches(ModelStore store) throws Exception {
        byte[] onnx = new OnnxGraph("patches")
                .input("x", OnnxGraph.FLOAT, "n", "c", "z", "y", "x")
                .scalar("two", 2)
                .node("Mul", List.of("x", "two"), "y")
                .output("y", OnnxGraph.FLOAT, "n", "c", "z", "y", "x")
                .toByteArray();
        String shape = "[1, 1, 4, 4, 4]";
        Tensor zero = Tensor.of(new float[64], 1, 1, 4, 4, 4);
        return put(
                store,
                card("patches", "1.0.0", "y", shape, "[4, 4, 4]"),
                onnx,
                new Golden(Map.of("x", zero), Map.of("y", zero), 0));
    }

    /** A model of patches of 4 × 4 × 4 whose answer depends on all that it sees, with an example of 2 × 2 × 2. */
    static ModelPackage meanFree(ModelStore store) throws Exception {
        byte[] onnx = new OnnxGraph("mean-free")
                .input("x", OnnxGraph.FLOAT, "z", "y", "x")
                .node("ReduceMean", List.of("x"), "mean")
                .node("Sub", List.of("x", "mean"), "y")
                .output("y", OnnxGraph.FLOAT, "z", "y", "x")
                .toByteArray();
        float[] example = {1, 2, 3, 4, 5, 6, 7, 8};
        float[] expected = {-3.5f, -2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 3.5f};
        return put(
                store,
                card("mean-free", "1.0.0", "y", "[-1, -1, -1]", "[4, 4, 4]"),
                onnx,
                new Golden(Map.of("x", Tensor.of(example, 2, 2, 2)), Map.of("y", Tensor.of(expected, 2, 2, 2)), 1e-6));
    }

    static Map<String, Tensor> x(float... values) {
        return Map.of("x", Tensor.of(values, values.length));
    }

    private static byte[] multiply(float factor, String output) {
        return graph().scalar("factor", factor)
                .node("Mul", List.of("x", "factor"), output)
                .output(output, OnnxGraph.FLOAT, "n")
                .toByteArray();
    }

    private static OnnxGraph graph() {
        return new OnnxGraph("test").input("x", OnnxGraph.FLOAT, "n");
    }

    private static ModelPackage put(ModelStore store, String version, String output, float factor, byte[] onnx)
            throws IOException, ModelException {
        float[] expected = new float[EXAMPLE.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = factor * EXAMPLE[i];
        }
        return put(
                store,
                card(NAME, version, output, "[-1]", "[]"),
                onnx,
                new Golden(x(EXAMPLE), Map.of(output, Tensor.of(expected, expected.length)), 1e-6));
    }

    private static ModelPackage put(ModelStore store, ModelCard card, byte[] onnx, Golden golden)
            throws IOException, ModelException {
        Path file = Files.createTempFile("model", ".onnx");
        try {
            Files.write(file, onnx);
            return store.put(new ModelSource(card, file, golden, Map.of()));
        } finally {
            Files.delete(file);
        }
    }

    private static ModelCard card(String name, String version, String output, String shape, String patch)
            throws ModelException {
        String json = """
                {"format-version": 1, "name": "%s", "version": "%s", "created": "2026-11-01T00:00:00Z",
                 "title": "Multiplies", "task": "segmentation", "vendor": "Tomogrid", "authors": [],
                 "licence": "LicenseRef-Tomogrid", "intended-use": "Tests.", "not-for": "Anything else.",
                 "training-data": "None.", "performance": [], "memory-mib": 1, "golden-tolerance": 0.000001,
                 "sampling": {"spacing-mm": [], "orientation": "LPS", "patch": %s},
                 "inputs": [{"name": "x", "datatype": "FP32", "shape": %s, "unit": "1", "modality": "PT"}],
                 "outputs": [{"name": "%s", "datatype": "FP32", "shape": %s, "unit": "1", "labels": []}]}
                """.formatted(name, version, patch, shape, output, shape);
        return ModelCard.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
