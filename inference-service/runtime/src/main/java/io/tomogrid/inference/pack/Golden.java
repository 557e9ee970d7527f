package io.tomogrid.inference.pack;

import io.tomogrid.imaging.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An example that a model must reproduce before it serves.
 *
 * @param inputs every input by name @param outputs every output by name
 * @param tolerance greatest absolute difference of one value
 */
public record Golden(Map<String, Tensor> inputs, Map<String, Tensor> outputs, double tolerance) {
    public Golden {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    /** What of these outputs differs from the golden ones, or an empty string; NaN differs from everything. */
    public String mismatch(Map<String, Tensor> got) {
        for (Map.Entry<String, Tensor> output : outputs.entrySet()) {
            Tensor expected = output.getValue();
            Tensor actual = got.get(output.getKey());
            if (actual == null) {
                return "golden output " + output.getKey() + " is missing";
            }
            if (actual.type() != expected.type() || !java.util.Arrays.equals(actual.shape(), expected.shape())) {
                return "golden output " + output.getKey() + ": expected " + expected + ", got " + actual;
            }
            ByteBuffer want = expected.data();
            ByteBuffer have = actual.data();
            for (int i = 0; want.hasRemaining(); i++) {
                double wanted = next(want, expected.type());
                double value = next(have, actual.type());
                if (!(Math.abs(value - wanted) <= tolerance)) {
                    return "golden output " + output.getKey() + "[" + i + "]: expected " + wanted + ", got " + value;
                }
            }
        }
        return "";
    }

    private static double next(ByteBuffer data, Tensor.Type type) {
        return switch (type) {
            case BOOL, UINT8 -> data.get() & 0xff;
            case INT8 -> data.get();
            case INT16 -> data.getShort();
            case INT32 -> data.getInt();
            case INT64 -> data.getLong();
            case FP32 -> data.getFloat();
            case FP64 -> data.getDouble();
        };
    }
}
