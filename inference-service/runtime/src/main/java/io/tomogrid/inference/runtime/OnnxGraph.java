package io.tomogrid.inference.runtime;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes an ONNX model (IR version 8, operator set 13) without any library: the few protobuf fields of onnx.proto that a
 * graph of standard operators needs. Field numbers are those of onnx.proto.
 */
public final class OnnxGraph {
    public static final int FLOAT = 1;
    public static final int UINT8 = 2;
    public static final int INT64 = 7;
    public static final int BOOL = 9;

    private final String name;
    private final List<byte[]> nodes = new ArrayList<>();
    private final List<byte[]> initializers = new ArrayList<>();
    private final List<byte[]> inputs = new ArrayList<>();
    private final List<byte[]> outputs = new ArrayList<>();

    public OnnxGraph(String name) {
        this.name = name;
    }

    /** @param dims names of the free extents, slowest first */
    public OnnxGraph input(String name, int elementType, String... dims) {
        inputs.add(valueInfo(name, elementType, dims));
        return this;
    }

    /** @param dims names of the free extents, slowest first; none for a scalar */
    public OnnxGraph output(String name, int elementType, String... dims) {
        outputs.add(valueInfo(name, elementType, dims));
        return this;
    }

    /** A number that is part of the model. */
    public OnnxGraph scalar(String name, float value) {
        byte[] raw = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array();
        initializers.add(
                new Proto().number(2, FLOAT).text(8, name).bytes(9, raw).toByteArray());
        return this;
    }

    /** Whole numbers, e.g. a shape. */
    public OnnxGraph integers(String name, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        initializers.add(new Proto()
                .number(1, values.length)
                .number(2, INT64)
                .text(8, name)
                .bytes(9, raw.array())
                .toByteArray());
        return this;
    }

    /** Weights that are part of the model. @param values row major @param dims their extents, slowest first */
    public OnnxGraph weights(String name, float[] values, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        Proto tensor = new Proto();
        for (long dim : dims) {
            tensor.number(1, dim);
        }
        initializers.add(
                tensor.number(2, FLOAT).text(8, name).bytes(9, raw.array()).toByteArray());
        return this;
    }

    /** @param from names of the operator's inputs, in order @param to its only output */
    public OnnxGraph node(String operator, List<String> from, String to) {
        nodes.add(nodeProto(operator, from, to).toByteArray());
        return this;
    }

    /** The operator Cast. @param elementType {@link #FLOAT} or {@link #UINT8} */
    public OnnxGraph cast(String from, String to, int elementType) {
        Proto attribute = new Proto().text(1, "to").number(3, elementType).number(20, 2);
        nodes.add(nodeProto("Cast", List.of(from), to)
                .bytes(5, attribute.toByteArray())
                .toByteArray());
        return this;
    }

    /** The operator Loop, which runs the body so many times. @param from trips, condition and what goes round, in order */
    public OnnxGraph loop(List<String> from, OnnxGraph body, String to) {
        Proto attribute =
                new Proto().text(1, "body").bytes(6, body.graph().toByteArray()).number(20, 5);
        nodes.add(nodeProto("Loop", from, to).bytes(5, attribute.toByteArray()).toByteArray());
        return this;
    }

    private Proto graph() {
        Proto graph = new Proto();
        nodes.forEach(n -> graph.bytes(1, n));
        graph.text(2, name);
        initializers.forEach(t -> graph.bytes(5, t));
        inputs.forEach(v -> graph.bytes(11, v));
        outputs.forEach(v -> graph.bytes(12, v));
        return graph;
    }

    /** The model as an ONNX file. */
    public byte[] toByteArray() {
        byte[] operatorSet = new Proto().text(1, "").number(2, 13).toByteArray();
        return new Proto()
                .number(1, 8)
                .text(2, "tomogrid")
                .bytes(7, graph().toByteArray())
                .bytes(8, operatorSet)
                .toByteArray();
    }

    private static Proto nodeProto(String operator, List<String> from, String to) {
        Proto node = new Proto();
        from.forEach(f -> node.text(1, f));
        return node.text(2, to).text(3, operator + "_" + to).text(4, operator);
    }

    private static byte[] valueInfo(String name, int elementType, String... dims) {
        Proto shape = new Proto();
        for (String dim : dims) {
            shape.bytes(1, new Proto().text(2, dim).toByteArray());
        }
        Proto tensor = new Proto().number(1, elementType).bytes(2, shape.toByteArray());
        Proto type = new Proto().bytes(1, tensor.toByteArray());
        return new Proto().text(1, name).bytes(2, type.toByteArray()).toByteArray();
    }

    /** Protobuf wire format: varints and length-delimited fields. */
    private static final class Proto {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Proto number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Proto text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Proto bytes(int field, byte[] value) {
            varint(((long) field << 3) | 2);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                out.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}
