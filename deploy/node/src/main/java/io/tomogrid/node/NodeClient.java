package io.tomogrid.node;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/** Asks a service of a running node; the documents are those of {@code docs/interfaces.md}. */
public final class NodeClient {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final URI base;
    private final String authorization;

    public NodeClient(URI base, String token) {
        this.base = base;
        this.authorization =
                "Basic " + Base64.getEncoder().encodeToString(("tomogrid:" + token).getBytes(StandardCharsets.UTF_8));
    }

    /** @throws IOException if the service is not there or answers with an error; says which */
    public Map<String, Object> get(String path) throws IOException {
        return JSON.std.mapFrom(send(request(path).GET().build()));
    }

    public void post(String path) throws IOException {
        send(request(path).POST(HttpRequest.BodyPublishers.noBody()).build());
    }

    /** Posts a document and returns the one that is answered. */
    public Map<String, Object> post(String path, String json) throws IOException {
        return JSON.std.mapFrom(send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build()));
    }

    /** A link to the pages that lets a browser in, once. */
    public String loginLink() throws IOException {
        HttpRequest post = request("/api/login-links")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return (String) JSON.std.mapFrom(send(post)).get("url");
    }

    public java.util.List<Object> postForList(String path, String json) throws IOException {
        return JSON.std.listFrom(send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build()));
    }

    /** The port that the gateway's Storage SCP listens on. */
    int dicomPort() throws IOException {
        return ((Number) ((Map<?, ?>) get("/api/status").get("dicom")).get("port")).intValue();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE).header("Authorization", authorization);
    }

    private String send(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new IOException(
                        request.uri().getPath() + " answered " + response.statusCode() + ": " + error(response.body()));
            }
            return response.body();
        } catch (ConnectException e) {
            throw new IOException("nothing listens at " + base + ": is the node still running?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(
                    "interrupted while waiting for " + request.uri().getPath(), e);
        }
    }

    private static String error(String body) {
        try {
            return String.valueOf(JSON.std.mapFrom(body).get("error"));
        } catch (IOException notJson) {
            return "(no reason given)";
        }
    }
}
