package io.tomogrid.inference.service;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.client.InferMessage;
import io.tomogrid.inference.client.MalformedMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tensors as lists of numbers, flat or nested, as the Open Inference Protocol has them without its binary extension. */
final class JsonTensors {
    /** A list of numbers takes many times the memory of its tensor: whoever has more sends it as binary data. */
    private static final int MAX_BODY = 16 << 20;

    private JsonTensors() {}

    /** @param maxBytes limit of all tensors together */
    static InferMessage decode(InputStream body, long maxBytes) throws IOException {
        byte[] json = body.readNBytes(MAX_BODY + 1);
        if (json.length > MAX_BODY) {
            throw new MalformedMessage("a body of JSON has at most " + MAX_BODY
                    + " bytes: send tensors as binary data, with " + InferMessage.HEADER_LENGTH);
        }
        Map<String, Object> header = document(json);
        if (!(header.remove("inputs") instanceof List<?> inputs)) {
            throw new MalformedMessage("inputs: expected a list");
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        long left = maxBytes;
        for (Object item : inputs) {
            if (!(item instanceof Map<?, ?> input)) {
                throw new MalformedMessage("inputs: expected objects");
            }
            Tensor tensor = tensor(input, left);
            left -= tensor.data().remaining();
            if (tensors.put(String.valueOf(input.get("name")), tensor) != null) {
                throw new MalformedMessage("tensor named twice: " + input.get("name"));
            }
        }
        header.values().removeIf(java.util.Objects::isNull);
        return new InferMessage(header, tensors);
    }

    private static Map<String, Object> document(byte[] json) throws MalformedMessage {
        try {
            return new LinkedHashMap<>(JSON.std.mapFrom(json));
        } catch (IOException e) {
            throw new MalformedMessage("the body is not a JSON object");
        }
    }

    private static Tensor tensor(Map<?, ?> input, long left) throws MalformedMessage {
        Object name = input.get("name");
        try {
            Tensor.Type type = Tensor.Type.valueOf(String.valueOf(input.get("datatype")));
            long[] shape = ((List<?>) input.get("shape"))
                    .stream().mapToLong(extent -> ((Number) extent).longValue()).toArray();
            long bytes = Tensor.bytes(type, shape);
            List<Object> values = new ArrayList<>();
            flatten((List<?>) input.get("data"), values);
            if (bytes > left || (long) values.size() * type.bytes() != bytes) {
                throw new MalformedMessage(
                        "tensor " + name + ": its shape has " + bytes / type.bytes() + " values, its data "
                                + values.size() + (bytes > left ? "; that exceeds the limit of this service" : ""));
            }
            ByteBuffer data = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
            values.forEach(value -> put(data, type, value));
            return new Tensor(type, shape, data.flip());
        } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
            throw new MalformedMessage("tensor " + name
                    + ": expected name, datatype, shape and data, or binary data with " + InferMessage.HEADER_LENGTH);
        }
    }

    private static void flatten(List<?> data, List<Object> values) {
        for (Object item : data) {
            if (item instanceof List<?> list) {
                flatten(list, values);
            } else {
                values.add(item);
            }
        }
    }

    private static void put(ByteBuffer data, Tensor.Type type, Object value) {
        if (type == Tensor.Type.BOOL) {
            data.put((byte) ((Boolean) value ? 1 : 0));
            return;
        }
        Number number = (Number) value;
        switch (type) {
            case UINT8, INT8 -> data.put(number.byteValue());
            case INT16 -> data.putShort(number.shortValue());
            case INT32 -> data.putInt(number.intValue());
            case INT64 -> data.putLong(number.longValue());
            case FP32 -> data.putFloat(number.floatValue());
            default -> data.putDouble(number.doubleValue());
        }
    }

    /** @param header of the answer */
    static byte[] encode(Map<String, Object> header, Map<String, Tensor> outputs) throws IOException {
        List<Map<String, Object>> described = new ArrayList<>();
        outputs.forEach((name, tensor) -> {
            var map = new LinkedHashMap<String, Object>();
            map.put("name", name);
            map.put("shape", tensor.shape());
            map.put("datatype", tensor.type().name());
            map.put("data", values(tensor));
            described.add(map);
        });
        var document = new LinkedHashMap<>(header);
        document.put("outputs", described);
        return JSON.std.asBytes(document);
    }

    private static List<Object> values(Tensor tensor) {
        ByteBuffer data = tensor.data();
        List<Object> values = new ArrayList<>();
        while (data.hasRemaining()) {
            values.add(
                    switch (tensor.type()) {
                        case BOOL -> data.get() != 0;
                        case UINT8 -> data.get() & 0xff;
                        case INT8 -> data.get();
                        case INT16 -> data.getShort();
                        case INT32 -> data.getInt();
                        case INT64 -> data.getLong();
                        case FP32 -> data.getFloat();
                        case FP64 -> data.getDouble();
                    });
        }
        return values;
    }
}
