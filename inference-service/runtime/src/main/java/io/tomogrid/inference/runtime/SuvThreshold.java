package io.tomogrid.inference.runtime;

import io.tomogrid.imaging.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

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

    /** Writes the model package; the same bytes, so the same digest, every time. */
    public static void write(Path layout) throws IOException {
        byte[] onnx = new OnnxGraph(NAME)
                .input("suv", OnnxGraph.FLOAT, "z", "y", "x")
                .scalar("threshold", THRESHOLD)
                .node("GreaterOrEqual", List.of("suv", "threshold"), "above")
                .cast("above", "mask", OnnxGraph.UINT8)
                .output("mask", OnnxGraph.UINT8, "z", "y", "x")
                .toByteArray();
        List<Integer> any = List.of(-1, -1, -1);
        var contract = new ModelContract(
                List.of(new ModelContract.Port("suv", Tensor.Type.FP32, any, "g/ml{SUVbw}")),
                List.of(new ModelContract.Port("mask", Tensor.Type.UINT8, any, "1")),
                new ModelContract.Golden(
                        List.of(1, 2, 3),
                        List.of(0.0, 3.999, 4.0, 4.001, -1.0, 66.5),
                        List.of(0.0, 0.0, 1.0, 1.0, 0.0, 1.0),
                        0));
        ModelPackWriter.write(layout, NAME, VERSION, "2026-11-01T00:00:00Z", onnx, contract);
    }
}
