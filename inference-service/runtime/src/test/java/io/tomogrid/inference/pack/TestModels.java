package io.tomogrid.inference.pack;

import io.tomogrid.imaging.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Sources of small packages; the weights are any bytes. */
public final class TestModels {
    /** A card with everything that a card may have. */
    public static final String CARD = """
            {"format-version": 1, "name": "lesion", "version": "1.0.0", "created": "2026-11-01T00:00:00Z",
             "title": "Lesions", "task": "segmentation", "description": "Test", "vendor": "Tomogrid", "authors": ["A"],
             "licence": "MIT", "intended-use": "tests", "not-for": "patients", "training-data": "none",
             "performance": [{"metric": "Dice", "value": 0.8, "low": 0.7, "high": 0.9, "unit": "1", "data": "phantoms"}],
             "memory-mib": 64, "golden-tolerance": 0.001,
             "sampling": {"spacing-mm": [4, 4, 4], "orientation": "LPS", "patch": [1, 2, 3]},
             "inputs": [{"name": "suv", "datatype": "FP32", "shape": [-1, -1, -1], "unit": "g/ml{SUVbw}", "modality": "PT",
                         "window": [0, 20], "scaled-to": [0, 1]}],
             "outputs": [{"name": "mask", "datatype": "UINT8", "shape": [-1, -1, -1], "unit": "1",
                          "labels": [{"value": 1, "scheme": "SCT", "code": "52988006", "meaning": "Lesion"}]}]}
            """;

    private TestModels() {}

    public static ModelCard card(String version) throws ModelException {
        return ModelCard.parse(CARD.replace("1.0.0", version).getBytes(StandardCharsets.UTF_8));
    }

    public static Golden golden() {
        ByteBuffer mask = ByteBuffer.wrap(new byte[] {0, 0, 1, 1, 0, 1});
        return new Golden(
                Map.of("suv", Tensor.of(new float[] {0, 3.9f, 4, 4.1f, -1, 66}, 1, 2, 3)),
                Map.of("mask", new Tensor(Tensor.Type.UINT8, new long[] {1, 2, 3}, mask)),
                0.001);
    }

    /** @param folder where the weights' file is written */
    public static ModelSource source(Path folder, String version, Map<String, byte[]> documents)
            throws IOException, ModelException {
        Path onnx = Files.write(
                folder.resolve("weights-" + version), ("weights " + version).getBytes(StandardCharsets.UTF_8));
        return new ModelSource(card(version), onnx, golden(), documents);
    }

    /** Every file of a folder with its content, to see that nothing changed; but for the lock. */
    public static Map<String, String> content(Path folder) throws IOException {
        Map<String, String> content = new java.util.TreeMap<>();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("lock")) {
                    content.put(
                            folder.relativize(file).toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }
        }
        return content;
    }
}
