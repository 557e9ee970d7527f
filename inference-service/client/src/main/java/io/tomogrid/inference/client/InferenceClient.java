package io.tomogrid.inference.client;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.imaging.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Talks to a model service. Thread-safe; keeps its connections.
 *
 * <p>Every method throws {@link InferenceException} when the service refuses, {@link MalformedMessage} when its answer is
 * not of the protocol, and another {@link IOException} when it cannot be reached.
 */
public final class InferenceClient implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofMinutes(5);
    /** As a status of HTTP: the same request may succeed when the work begins anew. */
    private static final int VERSION_CHANGED = 503;

    private static final long MAX_ANSWER_BYTES = Integer.MAX_VALUE;

    private final URI base;
    private final String authorization;
    private final Caller caller;
    private final HttpClient http;
    /** Which package answered first, by model: with a pin no other may. */
    private final Map<String, String> answered = new ConcurrentHashMap<>();

    /** @param base e.g. {@code http://127.0.0.1:8123} @param token the node's token */
    public InferenceClient(URI base, String token) {
        this(
                base,
                "Basic " + Base64.getEncoder().encodeToString(("tomogrid:" + token).getBytes(StandardCharsets.UTF_8)),
                Caller.NOBODY,
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT)
                        .build());
    }

    private InferenceClient(URI base, String authorization, Caller caller, HttpClient http) {
        this.base = base;
        this.authorization = authorization;
        this.caller = caller;
        this.http = http;
    }

    /**
     * The same connections, asking for somebody. With a pin every answer comes from the same version of a model, or there
     * is an exception; closing it lets the pin go.
     */
    public InferenceClient asking(Caller caller) {
        return new InferenceClient(base, authorization, caller, http);
    }

    /**
     * What one inference gave. Name, version and digest are to be recorded with the result.
     *
     * @param modelVersion the version that served it
     * @param digest the package that served it, {@code sha256:…}; empty if the service does not say
     */
    public record Answer(String modelName, String modelVersion, String digest, Map<String, Tensor> outputs) {}

    public Answer infer(String model, Map<String, Tensor> inputs) throws IOException, InterruptedException {
        var message = new InferMessage(Map.of("parameters", Map.of("binary_data_output", true)), inputs);
        InferMessage.Encoded body = message.encode("inputs");
        HttpRequest request = request("/v2/models/" + model + "/infer")
                .header(InferMessage.HEADER_LENGTH, Integer.toString(body.header().length))
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArrays(() -> chunks(body)))
                .build();
        HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            check(response.statusCode(), in);
            int headerLength = response.headers()
                    .firstValue(InferMessage.HEADER_LENGTH)
                    .map(Integer::parseInt)
                    .orElseThrow(() -> new MalformedMessage("the answer carries no " + InferMessage.HEADER_LENGTH));
            InferMessage answer = InferMessage.decode(in, "outputs", headerLength, MAX_ANSWER_BYTES);
            String digest = digest(answer.header());
            checkSame(model, digest);
            return new Answer(
                    String.valueOf(answer.header().get("model_name")),
                    String.valueOf(answer.header().get("model_version")),
                    digest,
                    answer.tensors());
        } catch (NumberFormatException e) {
            throw new MalformedMessage(InferMessage.HEADER_LENGTH + ": not a number");
        }
    }

    /** The service keeps its pins in memory: one that began anew has lost them. */
    private void checkSame(String model, String digest) throws InferenceException {
        if (caller.pin().isEmpty()) {
            return;
        }
        String first = answered.putIfAbsent(model, digest);
        if (first != null && !first.equals(digest)) {
            throw new InferenceException(
                    VERSION_CHANGED,
                    "model " + model + " answered as " + first + " before and as " + digest
                            + " now: its service began anew in between; begin this work anew");
        }
    }

    /** Lets the pin go, if there is one; that it is not heard does no harm, since pins end by themselves. */
    @Override
    public void close() {
        if (caller.pin().isEmpty() || answered.isEmpty()) {
            return;
        }
        http.sendAsync(
                request("/api/pins/release")
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    private static String digest(Map<String, Object> header) {
        return header.get("parameters") instanceof Map<?, ?> parameters && parameters.get("digest") != null
                ? parameters.get("digest").toString()
                : "";
    }

    /** Model metadata as the protocol defines it: name, versions, platform, inputs, outputs. */
    public Map<String, Object> metadata(String model) throws IOException, InterruptedException {
        return get("/v2/models/" + model).orElseThrow(() -> new InferenceException(404, "no model named " + model));
    }

    public boolean ready(String model) throws IOException, InterruptedException {
        HttpResponse<Void> response = http.send(
                request("/v2/models/" + model + "/ready").timeout(CONNECT).build(),
                HttpResponse.BodyHandlers.discarding());
        return response.statusCode() == 200;
    }

    /** The models of the repository with their state, {@code POST /v2/repository/index}. */
    public List<Object> index() throws IOException, InterruptedException {
        return JSON.std.listFrom(post("/v2/repository/index", "{}"));
    }

    /** Loads or reloads a model; the old version serves until the new one has proved itself. */
    public void load(String model) throws IOException, InterruptedException {
        post("/v2/repository/models/" + model + "/load", "{}");
    }

    /** Brings this version to serve; the old one serves until it has proved itself. */
    public void load(String model, String version) throws IOException, InterruptedException {
        post(
                "/v2/repository/models/" + model + "/load",
                JSON.std.asString(Map.of("parameters", Map.of("version", version))));
    }

    public void unload(String model) throws IOException, InterruptedException {
        post("/v2/repository/models/" + model + "/unload", "{}");
    }

    private String post(String path, String json) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = http.send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            check(response.statusCode(), in);
            return new String(in.readNBytes(InferMessage.MAX_HEADER_BYTES), StandardCharsets.UTF_8);
        }
    }

    private Optional<Map<String, Object>> get(String path) throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                http.send(request(path).build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            if (response.statusCode() == 404) {
                return Optional.empty();
            }
            check(response.statusCode(), in);
            return Optional.of(JSON.std.mapFrom(in.readNBytes(InferMessage.MAX_HEADER_BYTES)));
        }
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve(path)).timeout(ANSWER).header("Authorization", authorization);
        caller.headers().forEach(request::header);
        return request;
    }

    private static void check(int status, InputStream in) throws IOException {
        if (status / 100 != 2) {
            String body = new String(in.readNBytes(4096), StandardCharsets.UTF_8);
            throw new InferenceException(status, "model service answered " + status + ": " + error(body));
        }
    }

    private static String error(String body) {
        try {
            return String.valueOf(JSON.std.mapFrom(body).get("error"));
        } catch (IOException notJson) {
            return "(no reason given)";
        }
    }

    /** The body in pieces that can be handed out again, should the connection have to be opened anew. */
    private static Iterator<byte[]> chunks(InferMessage.Encoded body) {
        List<java.nio.ByteBuffer> parts = new java.util.ArrayList<>();
        parts.add(java.nio.ByteBuffer.wrap(body.header()));
        body.binaries().forEach(b -> parts.add(b.duplicate()));
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                while (!parts.isEmpty() && !parts.get(0).hasRemaining()) {
                    parts.remove(0);
                }
                return !parts.isEmpty();
            }

            @Override
            public byte[] next() {
                if (!hasNext()) {
                    throw new java.util.NoSuchElementException();
                }
                byte[] chunk = new byte[Math.min(parts.get(0).remaining(), 1 << 18)];
                parts.get(0).get(chunk);
                return chunk;
            }
        };
    }
}
