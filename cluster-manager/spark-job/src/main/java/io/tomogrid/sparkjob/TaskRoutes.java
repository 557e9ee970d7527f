package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.slices.http.HttpError;
import io.tomogrid.slices.http.Reply;
import io.tomogrid.slices.http.Request;
import io.tomogrid.slices.http.TokenServer;
import java.io.IOException;
import java.util.Map;

/** The driver's requests, see {@code docs/interfaces.md}. */
final class TaskRoutes implements TokenServer.Handler {
    private final TaskBoard board;
    private final String applicationId;

    TaskRoutes(TaskBoard board, String applicationId) {
        this.board = board;
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
        throw new HttpError(404, "no such resource: POST /tasks, GET or DELETE /tasks/{jobId}/{attempt}, GET /health");
    }

    private static HttpError unknown(TaskId id) {
        return new HttpError(
                404, "this driver does not know " + id + ": it may have been restarted, post a new attempt");
    }

    private static TaskId id(Request request) {
        String attempt = request.path().get(2);
        if (!attempt.matches("[1-9]\\d{0,8}")) {
            throw new HttpError(400, "attempt: expected a number from 1 on, got " + attempt);
        }
        return new TaskId(request.path().get(1), Integer.parseInt(attempt));
    }
}
