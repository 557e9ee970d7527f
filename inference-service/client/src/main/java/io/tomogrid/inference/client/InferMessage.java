package io.tomogrid.inference.client;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.imaging.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The body of an inference request or response: a JSON header, then the tensors' bytes in the header's order (Open
 * Inference Protocol v2 with the extension {@code binary_tensor_data}). The header's length travels in the HTTP header
 * {@value #HEADER_LENGTH}.
 *
 * @param header the JSON object, without {@code inputs}/{@code outputs}
 * @param tensors the tensors by name, in order
 */
public record InferMessage(Map<String, Object> header, Map<String, Tensor> tensors) {
    public static final String HEADER_LENGTH = "Inference-Header-Content-Length";
    static final int MAX_HEADER_BYTES = 1 << 20;

    public InferMessage {
        header = Map.copyOf(header);
        tensors = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /** The message laid out: the JSON bytes and what follows them. */
    public record Encoded(byte[] header, List<ByteBuffer> binaries) {
        public long length() {
            return header.length
                    + binaries.stream().mapToLong(ByteBuffer::remaining).sum();
        }

        public void writeTo(OutputStream out) throws IOException {
            out.write(header);
            WritableByteChannel channel = Channels.newChannel(out);
            for (ByteBuffer binary : binaries) {
                for (ByteBuffer rest = binary.duplicate(); rest.hasRemaining(); ) {
                    channel.write(rest);
                }
            }
        }
    }

    /** @param key {@code inputs} for a request, {@code outputs} for a response */
    public Encoded encode(String key) {
        List<Map<String, Object>> described = new ArrayList<>();
        List<ByteBuffer> binaries = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            var map = new LinkedHashMap<String, Object>();
            map.put("name", name);
            map.put("shape", tensor.shape());
            map.put("datatype", tensor.type().name());
            map.put("parameters", Map.of("binary_data_size", tensor.data().remaining()));
            described.add(map);
            binaries.add(tensor.data());
        });
        var json = new LinkedHashMap<>(header);
        json.put(key, described);
        try {
            return new Encoded(JSON.std.asBytes(json), binaries);
        } catch (IOException e) {
            throw new IllegalArgumentException("header is not representable as JSON", e);
        }
    }

    /**
     * Reads a message; every length is checked before memory is taken for it.
     *
     * @param key {@code inputs} or {@code outputs}
     * @param headerLength value of {@value #HEADER_LENGTH}
     * @param maxBytes limit of all tensors together
     * @throws MalformedMessage if the body is not what its header says
     */
    public static InferMessage decode(InputStream body, String key, int headerLength, long maxBytes)
            throws IOException {
        if (headerLength < 2 || headerLength > MAX_HEADER_BYTES) {
            throw new MalformedMessage(HEADER_LENGTH + ": expected 2 to " + MAX_HEADER_BYTES + ", got " + headerLength);
        }
        Map<String, Object> header = header(body.readNBytes(headerLength));
        var tensors = new LinkedHashMap<String, Tensor>();
        long left = maxBytes;
        for (Object item : list(header.remove(key), key)) {
            if (!(item instanceof Map<?, ?> described)) {
                throw new MalformedMessage(key + ": expected objects");
            }
            Tensor tensor = tensor(described, body, left);
            left -= tensor.data().remaining();
            if (tensors.put(String.valueOf(described.get("name")), tensor) != null) {
                throw new MalformedMessage("tensor named twice: " + described.get("name"));
            }
        }
        header.values().removeIf(java.util.Objects::isNull);
        return new InferMessage(header, tensors);
    }

    private static Map<String, Object> header(byte[] json) throws MalformedMessage {
        try {
            return new LinkedHashMap<>(JSON.std.mapFrom(json));
        } catch (IOException e) {
            throw new MalformedMessage("the first bytes are not a JSON object");
        }
    }

    private static Tensor tensor(Map<?, ?> described, InputStream body, long left) throws IOException {
        Object name = described.get("name");
        try {
            Tensor.Type type = Tensor.Type.valueOf(String.valueOf(described.get("datatype")));
            long[] shape = list(described.get("shape"), "shape").stream()
                    .mapToLong(extent -> ((Number) extent).longValue())
                    .toArray();
            long bytes = Tensor.bytes(type, shape);
            Object stated = described.get("parameters") instanceof Map<?, ?> p ? p.get("binary_data_size") : null;
            if (!(stated instanceof Number size) || size.longValue() != bytes) {
                throw new MalformedMessage(
                        "tensor " + name + ": binary_data_size: expected " + bytes + ", got " + stated);
            }
            if (bytes > left) {
                throw new MalformedMessage("tensor " + name + ": " + bytes + " bytes exceed the limit of this service");
            }
            return new Tensor(type, shape, read(body, (int) bytes, name));
        } catch (IllegalArgumentException | ClassCastException e) {
            throw new MalformedMessage("tensor " + name + ": " + e.getMessage());
        }
    }

    private static ByteBuffer read(InputStream body, int bytes, Object name) throws IOException {
        ByteBuffer data = ByteBuffer.allocateDirect(bytes);
        byte[] chunk = new byte[Math.min(bytes, 1 << 16)];
        while (data.hasRemaining()) {
            int n = body.read(chunk, 0, Math.min(chunk.length, data.remaining()));
            if (n < 0) {
                throw new MalformedMessage("tensor " + name + ": body ends " + data.remaining() + " bytes early");
            }
            data.put(chunk, 0, n);
        }
        return data.flip();
    }

    private static List<?> list(Object value, String key) throws MalformedMessage {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new MalformedMessage(key + ": expected a list");
    }
}
