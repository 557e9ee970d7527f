package io.tomogrid.inference.runtime;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.Golden;
import io.tomogrid.inference.pack.ModelCard;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelSource;
import io.tomogrid.inference.pack.ModelStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The model that Tomogrid ships: every voxel with SUVbw ≥ 4 g/ml, the fixed threshold that is usual for total metabolic
 * tumour volume in lymphoma. It knows no anatomy: physiological uptake (brain, heart, kidneys, bladder) is in its mask.
 */
public final class SuvThreshold {
    public static final String NAME = "suv-threshold";
    public static final String VERSION = "1.0.0";
    /** Voxels at or above this SUVbw, g/ml, are in the mask. */
    public static final float THRESHOLD = 4;

    private SuvThreshold() {}

    /** Writes the model package into a layout of its own or a store; the same bytes, so the same digest, every time. */
    public static ModelPackage write(Path layout) throws ModelException {
        ModelStore store = ModelStore.at(layout);
        try {
            Path onnx = Files.createTempFile(NAME, ".onnx");
            try {
                Files.write(onnx, graph());
                return store.put(new ModelSource(card(), onnx, golden(), Map.of()));
            } finally {
                Files.delete(onnx);
            }
        } catch (IOException e) {
            throw new ModelException(NAME + " cannot be packed: " + e.getMessage(), e);
        }
    }

    private static byte[] graph() {
        return new OnnxGraph(NAME)
                .input("suv", OnnxGraph.FLOAT, "z", "y", "x")
                .scalar("threshold", THRESHOLD)
                .node("GreaterOrEqual", List.of("suv", "threshold"), "above")
                .cast("above", "mask", OnnxGraph.UINT8)
                .output("mask", OnnxGraph.UINT8, "z", "y", "x")
                .toByteArray();
    }

    private static ModelCard card() throws IOException, ModelException {
        try (InputStream card = SuvThreshold.class.getResourceAsStream("suv-threshold.json")) {
            return ModelCard.parse(card.readAllBytes());
        }
    }

    private static Golden golden() {
        ByteBuffer mask = ByteBuffer.wrap(new byte[] {0, 0, 1, 1, 0, 1});
        return new Golden(
                Map.of("suv", Tensor.of(new float[] {0, 3.999f, 4, 4.001f, -1, 66.5f}, 1, 2, 3)),
                Map.of("mask", new Tensor(Tensor.Type.UINT8, new long[] {1, 2, 3}, mask)),
                0);
    }
}
