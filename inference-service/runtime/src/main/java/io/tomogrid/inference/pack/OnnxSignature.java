package io.tomogrid.inference.pack;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The inputs and outputs of an ONNX file, read without running anything: those fields of onnx.proto, by number.
 *
 * @param inputs what must be fed, initializers left out
 */
record OnnxSignature(List<Value> inputs, List<Value> outputs) {
    private static final Map<Long, Tensor.Type> TYPES = Map.of(
            1L, Tensor.Type.FP32,
            2L, Tensor.Type.UINT8,
            3L, Tensor.Type.INT8,
            5L, Tensor.Type.INT16,
            6L, Tensor.Type.INT32,
            7L, Tensor.Type.INT64,
            9L, Tensor.Type.BOOL,
            11L, Tensor.Type.FP64);

    /** @param type empty if a tensor of another element type, or no tensor @param shape −1 where free; empty if unknown */
    record Value(String name, Optional<Tensor.Type> type, Optional<List<Integer>> shape) {}

    /** @throws OciException if it is no ONNX model, or keeps weights in other files */
    static OnnxSignature read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new OciException(file.getFileName() + " is longer than 2 GiB, which no ONNX file is");
            }
            return model(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new OciException(file.getFileName() + " is no ONNX model, or cut off", e);
        }
    }

    /** @throws OciException naming the first port that the model has not as the contract states it */
    void check(ModelContract contract) throws OciException {
        check("input", inputs, contract.inputs());
        check("output", outputs, contract.outputs());
        for (Value input : inputs) {
            if (contract.inputs().stream().noneMatch(p -> p.name().equals(input.name()))) {
                throw new OciException(
                        "the model needs an input " + Document.shown(input.name()) + " that the card does not state");
            }
        }
    }

    private static void check(String what, List<Value> values, List<ModelContract.Port> ports) throws OciException {
        for (ModelContract.Port port : ports) {
            Value value = values.stream()
                    .filter(v -> v.name().equals(port.name()))
                    .findFirst()
                    .orElseThrow(() -> new OciException("the model has no " + what + " " + port.name() + " but "
                            + values.stream().map(v -> Document.shown(v.name())).toList()));
            List<Integer> shape = value.shape().orElse(port.shape());
            boolean fits = value.type().filter(port.type()::equals).isPresent()
                    && shape.size() == port.shape().size();
            for (int i = 0; fits && i < shape.size(); i++) {
                fits = shape.get(i) == -1 || shape.get(i).equals(port.shape().get(i));
            }
            if (!fits) {
                throw new OciException(what + " " + port.name() + ": the card says " + port.type() + port.shape()
                        + ", the model " + value.type().map(Tensor.Type::name).orElse("another type") + shape);
            }
        }
    }

    private static OnnxSignature model(ByteBuffer model) throws OciException {
        Optional<ByteBuffer> graph = Optional.empty();
        for (Proto field = new Proto(model); field.next(); ) {
            if (field.number() == 7) {
                graph = Optional.of(field.bytes());
            }
        }
        if (graph.isEmpty()) {
            throw new OciException("the file is no ONNX model: it has no graph");
        }
        List<Value> inputs = new ArrayList<>();
        List<Value> outputs = new ArrayList<>();
        Set<String> initializers = new HashSet<>();
        for (Proto field = new Proto(graph.get()); field.next(); ) {
            switch (field.number()) {
                case 5 -> initializers.add(initializer(field.bytes()));
                case 11 -> inputs.add(value(field.bytes()));
                case 12 -> outputs.add(value(field.bytes()));
                default -> field.skip();
            }
        }
        inputs.removeIf(v -> initializers.contains(v.name()));
        return new OnnxSignature(inputs, outputs);
    }

    private static String initializer(ByteBuffer tensor) throws OciException {
        String name = "";
        for (Proto field = new Proto(tensor); field.next(); ) {
            if (field.number() == 8) {
                name = field.text();
            } else if (field.number() == 14 && field.varint() == 1) {
                throw new OciException("the model keeps weights in other files: save it as one"
                        + " (onnx.save_model with save_as_external_data=False)");
            }
        }
        return name;
    }

    private static Value value(ByteBuffer info) {
        String name = "";
        Optional<Tensor.Type> type = Optional.empty();
        Optional<List<Integer>> shape = Optional.empty();
        for (Proto field = new Proto(info); field.next(); ) {
            if (field.number() == 1) {
                name = field.text();
            } else if (field.number() == 2) {
                for (Proto kind = new Proto(field.bytes()); kind.next(); ) {
                    if (kind.number() == 1) {
                        for (Proto tensor = new Proto(kind.bytes()); tensor.next(); ) {
                            if (tensor.number() == 1) {
                                type = Optional.ofNullable(TYPES.get(tensor.varint()));
                            } else if (tensor.number() == 2) {
                                shape = Optional.of(shape(tensor.bytes()));
                            }
                        }
                    }
                }
            }
        }
        return new Value(name, type, shape);
    }

    private static List<Integer> shape(ByteBuffer shape) {
        List<Integer> extents = new ArrayList<>();
        for (Proto field = new Proto(shape); field.next(); ) {
            int extent = -1;
            if (field.number() == 1) {
                for (Proto dimension = new Proto(field.bytes()); dimension.next(); ) {
                    extent = dimension.number() == 1 ? Math.toIntExact(positive(dimension.varint())) : extent;
                }
            }
            extents.add(extent);
        }
        return extents;
    }

    private static long positive(long extent) {
        return extent >= 1 && extent <= Integer.MAX_VALUE ? extent : -1;
    }

    /** Walks the fields of a message; a value that is not asked for is skipped. */
    private static final class Proto {
        private final ByteBuffer in;
        private int tag;
        private boolean taken = true;

        Proto(ByteBuffer in) {
            this.in = in;
        }

        boolean next() {
            if (!taken) {
                skip();
            }
            if (!in.hasRemaining()) {
                return false;
            }
            tag = (int) raw();
            taken = false;
            return true;
        }

        int number() {
            return tag >>> 3;
        }

        long varint() {
            if ((tag & 7) != 0) {
                throw new IllegalArgumentException("field " + number() + " is no number");
            }
            taken = true;
            return raw();
        }

        String text() {
            return StandardCharsets.UTF_8.decode(bytes()).toString();
        }

        ByteBuffer bytes() {
            if ((tag & 7) != 2) {
                throw new IllegalArgumentException("field " + number() + " is no message");
            }
            taken = true;
            long length = raw();
            if (length < 0 || length > in.remaining()) {
                throw new BufferUnderflowException();
            }
            ByteBuffer value = in.slice(in.position(), (int) length);
            in.position(in.position() + (int) length);
            return value;
        }

        void skip() {
            switch (tag & 7) {
                case 0 -> varint();
                case 1 -> in.position(in.position() + Long.BYTES);
                case 2 -> bytes();
                case 5 -> in.position(in.position() + Integer.BYTES);
                default -> throw new IllegalArgumentException("unknown wire type");
            }
            taken = true;
        }

        private long raw() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                byte b = in.get();
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("a number of more than 64 bits");
        }
    }
}
