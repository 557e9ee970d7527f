package io.tomogrid.inference.runtime;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.oci.OciLayout;
import io.tomogrid.inference.pack.Golden;
import io.tomogrid.inference.pack.ModelCard;
import io.tomogrid.inference.pack.ModelContract;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Makes a golden example for a model that comes without one: runs it once, here, on seeded noise. That guards against
 * another runtime or a damaged model giving something else later, not against a model that was wrong from the start.
 */
public final class GoldenRecorder {
    private static final int SEED = 20261125;
    /** Extent of a free axis where the card states no patch, voxels. */
    private static final int EXTENT = 16;

    private GoldenRecorder() {}

    /** @throws ModelException if the model cannot be run on what its contract says it takes */
    public static Golden record(ModelCard card, Path onnx, OciLayout layout) throws ModelException {
        Map<String, Tensor> inputs = inputs(card.contract());
        Golden onlyInputs = new Golden(inputs, Map.of(), card.goldenTolerance());
        ModelPackage pack = new ModelPackage(card.name(), card.version(), "", card, onlyInputs, onnx, layout);
        try (ModelSession session = ModelSession.open(pack, 1)) {
            return new Golden(inputs, session.run(inputs), card.goldenTolerance());
        }
    }

    private static Map<String, Tensor> inputs(ModelContract contract) throws ModelException {
        Random random = new Random(SEED);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (ModelContract.Port port : contract.inputs()) {
            if (port.type() != Tensor.Type.FP32) {
                throw new ModelException("input " + port.name() + " is " + port.type() + ": an example can be recorded"
                        + " for FP32 only, put golden/inputs and golden/outputs beside the card");
            }
            float[] ends = port.window()
                    .map(w -> new float[] {(float) w.scaledLow(), (float) w.scaledHigh()})
                    .orElse(new float[] {0, 1});
            long[] shape = shape(port, contract.sampling().patch());
            ByteBuffer values =
                    ByteBuffer.allocate((int) Tensor.bytes(port.type(), shape)).order(ByteOrder.LITTLE_ENDIAN);
            while (values.hasRemaining()) {
                values.putFloat(ends[0] + (ends[1] - ends[0]) * random.nextFloat());
            }
            inputs.put(port.name(), new Tensor(port.type(), shape, values.flip()));
        }
        return inputs;
    }

    /** The three last axes are the volume's; one image where the number of images is free. */
    private static long[] shape(ModelContract.Port port, List<Integer> patch) {
        List<Integer> axes = port.shape();
        long[] shape = new long[axes.size()];
        for (int i = 0; i < shape.length; i++) {
            int spatial = i - (shape.length - 3);
            int free = spatial < 0 ? 1 : patch.isEmpty() ? EXTENT : patch.get(spatial);
            shape[i] = axes.get(i) > 0 ? axes.get(i) : free;
        }
        return shape;
    }
}
