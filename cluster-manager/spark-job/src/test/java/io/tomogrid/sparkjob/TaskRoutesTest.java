package io.tomogrid.sparkjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.http.TokenServer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The requests of {@code docs/interfaces.md}, over a real socket. */
class TaskRoutesTest {
    private static final TaskId ID = new TaskId("7", 2);

    private final ScriptedJobs jobs = new ScriptedJobs();
    private final TaskBoard board = new TaskBoard(jobs, Clock.systemUTC());
    private final List<SliceKey> vacated = new CopyOnWriteArrayList<>();
    private TokenServer server;
    private DriverClient client;

    @BeforeEach
    void start() throws Exception {
        server = TokenServer.start(0, "secret", new TaskRoutes(board, vacated::add, "app-1"));
        client = new DriverClient(server.port(), "secret");
    }

    @AfterEach
    void stop() {
        server.close();
        board.close();
    }

    @Test
    void a_task_is_taken_told_of_and_cancelled() throws Exception {
        var task = TestTasks.task(ID, "node1-gpu0-3g-4", "", Path.of("/staging"));
        assertThat(client.get(ID).statusCode()).isEqualTo(404);
        assertThat(client.delete(ID).statusCode()).isEqualTo(404);
        assertThat(client.post(task).statusCode()).isEqualTo(202);
        assertThat(client.post(task).statusCode()).isEqualTo(202);
        assertThat(client.outcome(ID)).isEqualTo(new TaskOutcome.Running("waiting for the slice"));
        assertThat(client.delete(ID).statusCode()).isEqualTo(202);
        assertThat(client.outcome(ID)).isInstanceOf(TaskOutcome.Failed.class);
        assertThat(client.get(new TaskId("7", 1)).body()).contains("does not know job 7 attempt 1");
    }

    @Test
    void an_executor_is_sent_away_by_the_name_of_its_slice() throws Exception {
        assertThat(client.vacate("node1-gpu0-3g-4").statusCode()).isEqualTo(202);
        assertThat(vacated).containsExactly(SliceKey.parse("node1-gpu0-3g-4"));
        assertThat(client.vacate("3g").statusCode()).isEqualTo(400);
        assertThat(client.vacate("3g").body()).contains("not a slice key: 3g");
    }

    @Test
    void bad_requests_are_named() throws Exception {
        var map = new HashMap<>(Documents.toMap(TestTasks.task(ID, "node1-gpu0-3g-4", "", Path.of("/staging"))));
        map.remove("lease");
        var noLease = client.send("POST", "/tasks", Documents.json(map));
        assertThat(noLease.statusCode()).isEqualTo(400);
        assertThat(noLease.body()).contains("lease is missing");
        assertThat(client.send("POST", "/tasks", "[").statusCode()).isEqualTo(400);
        assertThat(client.send("GET", "/tasks/7/two", "").statusCode()).isEqualTo(400);
        assertThat(client.send("GET", "/tasks/7", "").statusCode()).isEqualTo(404);
    }

    /** SEC-01 */
    @Test
    void health_needs_no_token_and_all_else_does() throws Exception {
        DriverClient stranger = new DriverClient(server.port(), "guess");
        var health = stranger.send("GET", "/health", "");
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(Documents.parse(health.body()))
                .containsEntry("status", "UP")
                .containsEntry("application-id", "app-1");
        assertThat(stranger.get(ID).statusCode()).isEqualTo(401);
        assertThat(stranger.delete(ID).statusCode()).isEqualTo(401);
    }
}
