package io.tomogrid.sparkjob.petct;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.client.InferMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A model service with one model: every voxel of SUV 4 and more. It speaks the real protocol on loopback. */
final class TestModelService implements AutoCloseable {
    static final String TOKEN = "test-token";
    static final String MODEL = "suv-threshold";
    static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    private final HttpServer server;
    /** Changes the mask before it is answered. */
    private UnaryOperator<Tensor> spoil = UnaryOperator.identity();

    private int status = 200;
    /** What it says of the liver; null for a model that does not. */
    private byte[] liver;

    TestModelService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v2/models/" + MODEL + "/infer", this::infer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    TestModelService spoiling(UnaryOperator<Tensor> change) {
        spoil = change;
        return this;
    }

    /** @param mask one byte a voxel */
    TestModelService withLiver(byte[] mask) {
        liver = mask;
        return this;
    }

    TestModelService answering(int httpStatus) {
        status = httpStatus;
        return this;
    }

    private void infer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String expected = "Basic "
                    + Base64.getEncoder().encodeToString(("tomogrid:" + TOKEN).getBytes(StandardCharsets.UTF_8));
            if (!expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                refuse(exchange, 401, "who are you?");
            } else if (status != 200) {
                refuse(exchange, status, "no");
            } else {
                answer(exchange);
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        int header = Integer.parseInt(exchange.getRequestHeaders().getFirst(InferMessage.HEADER_LENGTH));
        Tensor suv = InferMessage.decode(exchange.getRequestBody(), "inputs", header, Integer.MAX_VALUE)
                .tensors()
                .get("suv");
        float[] values = suv.floats();
        byte[] mask = new byte[values.length];
        for (int n = 0; n < mask.length; n++) {
            mask[n] = (byte) (values[n] >= 4 ? 1 : 0);
        }
        Tensor answer = spoil.apply(new Tensor(Tensor.Type.UINT8, suv.shape(), ByteBuffer.wrap(mask)));
        InferMessage.Encoded encoded = new InferMessage(
                        Map.of("model_name", MODEL, "model_version", "1.0.0", "parameters", Map.of("digest", DIGEST)),
                        liver == null
                                ? Map.of("mask", answer)
                                : Map.of(
                                        "mask",
                                        answer,
                                        "liver",
                                        new Tensor(Tensor.Type.UINT8, suv.shape(), ByteBuffer.wrap(liver))))
                .encode("outputs");
        exchange.getResponseHeaders().add(InferMessage.HEADER_LENGTH, Integer.toString(encoded.header().length));
        exchange.sendResponseHeaders(200, encoded.length());
        encoded.writeTo(exchange.getResponseBody());
    }

    /** Reads the request first: a server that closes on unread bytes resets the connection, and the answer is lost. */
    private static void refuse(HttpExchange exchange, int status, String error) throws IOException {
        exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
        byte[] body = ("{\"error\":\"" + error + "\"}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
