package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Speaks to a driver as the manager does. */
final class DriverClient {
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;
    private final String token;

    DriverClient(int port, String token) {
        this.base = URI.create("http://127.0.0.1:" + port);
        this.token = token;
    }

    HttpResponse<String> post(ReconstructionTask task) throws IOException, InterruptedException {
        return send("POST", "/tasks", Documents.json(Documents.toMap(task)));
    }

    HttpResponse<String> get(TaskId id) throws IOException, InterruptedException {
        return send("GET", path(id), "");
    }

    HttpResponse<String> delete(TaskId id) throws IOException, InterruptedException {
        return send("DELETE", path(id), "");
    }

    HttpResponse<String> vacate(String slice) throws IOException, InterruptedException {
        return send("DELETE", "/executors/" + slice, "");
    }

    TaskOutcome outcome(TaskId id) throws IOException, InterruptedException {
        return Documents.taskOutcome(Documents.parse(get(id).body()));
    }

    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString(("tomogrid:" + token).getBytes(StandardCharsets.UTF_8)))
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static String path(TaskId id) {
        return "/tasks/" + id.jobId() + "/" + id.attempt();
    }
}
