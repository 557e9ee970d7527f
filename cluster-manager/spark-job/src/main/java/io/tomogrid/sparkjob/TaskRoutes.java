package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.http.HttpError;
import io.tomogrid.slices.http.Reply;
import io.tomogrid.slices.http.Request;
import io.tomogrid.slices.http.TokenServer;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;

/** The driver's requests, see {@code docs/interfaces.md}. */
final class TaskRoutes implements TokenServer.Handler {
    private final TaskBoard board;
    private final Consumer<SliceKey> vacate;
    private final String applicationId;

    /** @param vacate ends the executor that is idle on a slice */
    TaskRoutes(TaskBoard board, Consumer<SliceKey> vacate, String applicationId) {
        this.board = board;
        this.vacate = vacate;
        this.applicationId = applicationId;
    }

    @Override
    public Reply handle(Request request) throws IOException {
        if (request.is("GET", "health", 0)) {
            return Reply.of(200, Map.of("status", "UP", "application-id", applicationId));
        }
        if (request.is("POST", "tasks", 0)) {
            board.submit(Documents.reconstructionTask(request.json()));
            return Reply.empty(202);
        }
        if (request.is("GET", "tasks", 2)) {
            TaskId id = id(request);
            return board.outcome(id)
                    .map(outcome -> Reply.of(200, Documents.toMap(outcome)))
                    .orElseThrow(() -> unknown(id));
        }
        if (request.is("DELETE", "tasks", 2)) {
            TaskId id = id(request);
            if (!board.cancel(id)) {
                throw unknown(id);
            }
            return Reply.empty(202);
        }
        if (request.is("DELETE", "executors", 1)) {
            vacate.accept(slice(request.path().get(1)));
            return Reply.empty(202);
        }
        throw new HttpError(
                404,
                "no such resource: POST /tasks, GET or DELETE /tasks/{jobId}/{attempt}, DELETE /executors/{slice},"
                        + " GET /health");
    }

    private static HttpError unknown(TaskId id) {
        return new HttpError(
                404, "this driver does not know " + id + ": it may have been restarted, post a new attempt");
    }

    private static SliceKey slice(String text) {
        try {
            return SliceKey.parse(text);
        } catch (IllegalArgumentException e) {
            throw new HttpError(400, e.getMessage() + "; expected host-gpuN-profile-start");
        }
    }

    private static TaskId id(Request request) {
        String attempt = request.path().get(2);
        if (!attempt.matches("[1-9]\\d{0,8}")) {
            throw new HttpError(400, "attempt: expected a number from 1 on, got " + attempt);
        }
        return new TaskId(request.path().get(1), Integer.parseInt(attempt));
    }
}
