package io.tomogrid.inference.runtime;

import io.tomogrid.imaging.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model takes and gives, and one golden example that it must reproduce before it serves.
 *
 * @param inputs what it takes
 * @param outputs what it gives
 * @param golden a small example, every value given
 */
public record ModelContract(List<Port> inputs, List<Port> outputs, Golden golden) {
    public ModelContract {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** @param shape extents, −1 where any extent is taken @param unit unit of the values, e.g. {@code g/ml{SUVbw}} */
    public record Port(String name, Tensor.Type type, List<Integer> shape, String unit) {
        public Port {
            shape = List.copyOf(shape);
        }

        /** Why the tensor does not fit this port, or an empty string when it does. */
        String mismatch(Tensor tensor) {
            long[] given = tensor.shape();
            boolean fits = tensor.type() == type && given.length == shape.size();
            for (int i = 0; fits && i < given.length; i++) {
                fits = shape.get(i) == -1 || shape.get(i) == given[i];
            }
            return fits ? "" : name + ": expected " + type + shape + ", got " + tensor;
        }
    }

    /**
     * @param shape of input and output @param input values of the first input, row major
     * @param output values that the first output must have @param tolerance greatest absolute difference
     */
    public record Golden(List<Integer> shape, List<Double> input, List<Double> output, double tolerance) {
        public Golden {
            shape = List.copyOf(shape);
            input = List.copyOf(input);
            output = List.copyOf(output);
        }
    }

    Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("format-version", 1);
        map.put("inputs", inputs.stream().map(ModelContract::toMap).toList());
        map.put("outputs", outputs.stream().map(ModelContract::toMap).toList());
        var example = new LinkedHashMap<String, Object>();
        example.put("shape", golden.shape());
        example.put("input", golden.input());
        example.put("output", golden.output());
        example.put("tolerance", golden.tolerance());
        map.put("golden", example);
        return map;
    }

    private static Map<String, Object> toMap(Port port) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", port.name());
        map.put("datatype", port.type().name());
        map.put("shape", port.shape());
        map.put("unit", port.unit());
        return map;
    }

    /** @throws ModelException naming the key that is missing or wrong */
    static ModelContract fromMap(Map<String, Object> map) throws ModelException {
        try {
            Map<?, ?> example = (Map<?, ?>) map.get("golden");
            return new ModelContract(
                    ports(map.get("inputs")),
                    ports(map.get("outputs")),
                    new Golden(
                            numbers(example.get("shape")).stream()
                                    .map(Double::intValue)
                                    .toList(),
                            numbers(example.get("input")),
                            numbers(example.get("output")),
                            ((Number) example.get("tolerance")).doubleValue()));
        } catch (ClassCastException | NullPointerException | IllegalArgumentException e) {
            throw new ModelException("the model's contract is incomplete: needs inputs, outputs and golden", e);
        }
    }

    private static List<Port> ports(Object list) {
        List<Port> ports = new ArrayList<>();
        for (Object item : (List<?>) list) {
            Map<?, ?> port = (Map<?, ?>) item;
            ports.add(new Port(
                    (String) port.get("name"),
                    Tensor.Type.valueOf((String) port.get("datatype")),
                    numbers(port.get("shape")).stream().map(Double::intValue).toList(),
                    (String) port.get("unit")));
        }
        return ports;
    }

    private static List<Double> numbers(Object list) {
        return ((List<?>) list).stream().map(n -> ((Number) n).doubleValue()).toList();
    }
}
