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
final class OnnxGraph {
    static final int FLOAT = 1;
    static final int UINT8 = 2;

    private final String name;
    private final List<byte[]> nodes = new ArrayList<>();
    private final List<byte[]> initializers = new ArrayList<>();
    private final List<byte[]> inputs = new ArrayList<>();
    private final List<byte[]> outputs = new ArrayList<>();

    OnnxGraph(String name) {
        this.name = name;
    }

    /** @param dims names of the free extents, slowest first */
    OnnxGraph input(String name, int elementType, String... dims) {
        inputs.add(valueInfo(name, elementType, dims));
        return this;
    }

    OnnxGraph output(String name, int elementType, String... dims) {
        outputs.add(valueInfo(name, elementType, dims));
        return this;
    }

    OnnxGraph scalar(String name, float value) {
        byte[] raw = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array();
        initializers.add(
                new Proto().number(2, FLOAT).text(8, name).bytes(9, raw).toByteArray());
        return this;
    }

    OnnxGraph node(String operator, List<String> from, String to) {
        nodes.add(nodeProto(operator, from, to).toByteArray());
        return this;
    }

    /** The operator Cast. @param elementType {@link #FLOAT} or {@link #UINT8} */
    OnnxGraph cast(String from, String to, int elementType) {
        Proto attribute = new Proto().text(1, "to").number(3, elementType).number(20, 2);
        nodes.add(nodeProto("Cast", List.of(from), to)
                .bytes(5, attribute.toByteArray())
                .toByteArray());
        return this;
    }

    byte[] toByteArray() {
        Proto graph = new Proto();
        nodes.forEach(n -> graph.bytes(1, n));
        graph.text(2, name);
        initializers.forEach(t -> graph.bytes(5, t));
        inputs.forEach(v -> graph.bytes(11, v));
        outputs.forEach(v -> graph.bytes(12, v));
        byte[] operatorSet = new Proto().text(1, "").number(2, 13).toByteArray();
        return new Proto()
                .number(1, 8)
                .text(2, "tomogrid")
                .bytes(7, graph.toByteArray())
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
