package io.tomogrid.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLock;
import io.tomogrid.slices.http.Door;
import io.tomogrid.slices.process.ChildSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-02, SLC-05, SEC-01 over real sockets, on the simulated GPU; the Worker is a program that waits for its input's end. */
class AgentTest {
    private static final String TOKEN = "t0ken";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private Agent agent;

    @BeforeEach
    void start() throws Exception {
        SimulatedInventory inventory = new SimulatedInventory("node1", folder.resolve("state"), key -> false);
        agent = Agent.start(
                inventory,
                new AgentSettings(folder.resolve("state"), locks(), locks(), Optional.empty(), Door.loopback(0), TOKEN),
                Optional.of(gpu -> new ChildSpec(
                        "worker",
                        List.of("cat"),
                        Map.of(),
                        folder,
                        folder.resolve("worker.log"),
                        folder.resolve("tmp"))));
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @Test
    void a_slice_is_made_and_listed_and_may_be_asked_for_twice() throws Exception {
        HttpResponse<String> made = make("node1-gpu0-3g-4");
        assertThat(made.statusCode()).isEqualTo(200);
        Map<?, ?> slice = (Map<?, ?>) ((List<?>) JSON.std.mapFrom(made.body()).get("slices")).get(0);
        assertThat(slice.keySet()).extracting(Object::toString).containsOnly("slice", "device-uuid");
        assertThat(make("node1-gpu0-3g-4").body()).isEqualTo(made.body());

        HostInventory inventory = inventory();
        assertThat(inventory.host()).isEqualTo("node1");
        assertThat(inventory.gpus().get(0).simulated()).isTrue();
        assertThat(slices()).containsExactly(new Slice(key("3g", 4), (String) slice.get("device-uuid"), false));
    }

    @Test
    void nothing_is_made_over_a_lock_whose_slice_is_gone() throws Exception {
        try (SliceLock lock =
                SliceLock.acquire(locks(), key("1g", 1), Duration.ZERO).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThat(error(make("node1-gpu0-2g-0"))).contains("overlaps node1-gpu0-1g-1");
            assertThat(make("node1-gpu0-2g-2").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void keys_that_name_no_placement_are_answered_with_what_is_wrong() throws Exception {
        assertThat(error(make("Nonsense"))).contains("not a slice key: Nonsense");
        assertThat(error(make("node1-gpu0-3g-1"))).contains("begins at one of [0, 4]");
        assertThat(error(make("node1-gpu0-9g-0"))).contains("no profile 9g");
        assertThat(error(make("node2-gpu0-3g-0"))).contains("this host is node1");
        assertThat(error(make("node1-gpu3-3g-0"))).contains("has 1 GPUs");
        assertThat(make("node1-gpu0-3g-1").statusCode()).isEqualTo(400);
        assertThat(send("GET", "/slices").statusCode()).isEqualTo(404);
        assertThat(locks().resolve("node1-gpu3-3g-0.lock")).doesNotExist();
    }

    @Test
    void a_killed_worker_is_started_again() throws Exception {
        long first = worker("pid");
        assertThat(first).isPositive();
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        await(() -> worker("restarts") == 1 && worker("pid") > 0 && worker("pid") != first);
        long second = worker("pid");
        agent.close();
        await(() -> ProcessHandle.of(second).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void only_health_is_answered_without_the_token() throws Exception {
        for (String path : List.of("/inventory", "/gpus/0/layout", "/health/x")) {
            assertThat(http.send(request("GET", path).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(401);
        }
        Map<String, Object> health = health();
        assertThat(health).containsEntry("status", "UP");
        assertThat(health.get("workers").toString()).contains("gpu=0").contains("state=RUNNING");
    }

    @Test
    void an_agent_that_starts_again_finds_its_slices() throws Exception {
        make("node1-gpu0-1gx2-6");
        List<Slice> before = slices();
        agent.close();
        start();
        assertThat(slices()).isEqualTo(before).hasSize(1);
    }

    /** SLC-30 */
    @Test
    void a_layout_is_made_whole_after_what_is_idle_in_its_way() throws Exception {
        make("node1-gpu0-7g-0");
        HttpResponse<String> made =
                send("PUT", "/gpus/0/layout", "{\"slices\":[\"node1-gpu0-4g-0\",\"node1-gpu0-3g-4\"]}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        assertThat(slices()).extracting(Slice::key).containsExactly(key("3g", 4), key("4g", 0));
        try (SliceLock lock =
                SliceLock.acquire(locks(), key("4g", 0), Duration.ZERO).orElseThrow()) {
            assertThat(lock).isNotNull();
            HttpResponse<String> refused = send("PUT", "/gpus/0/layout", "{\"slices\":[\"node1-gpu0-2g-2\"]}");
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(error(refused)).contains("a process works on node1-gpu0-4g-0");
        }
        assertThat(error(send("PUT", "/gpus/0/layout", "{\"slice\":[]}"))).contains("members [slice]");
        assertThat(error(send("PUT", "/gpus/x/layout", "{\"slices\":[]}"))).contains("GPU x: expected its index");
        assertThat(error(send("PUT", "/gpus/1/layout", "{\"slices\":[]}"))).contains("has 1 GPUs");
        assertThat(slices()).hasSize(2);
    }

    /** SLC-35 */
    @Test
    void a_drained_host_makes_nothing_new_and_stays_drained() throws Exception {
        make("node1-gpu0-3g-4");
        assertThat(send("POST", "/drain").statusCode()).isEqualTo(204);
        agent.close();
        start();
        assertThat(inventory().draining()).isTrue();
        assertThat(health()).containsEntry("draining", true);
        assertThat(make("node1-gpu0-3g-4").statusCode()).isEqualTo(200);
        assertThat(error(make("node1-gpu0-3g-0"))).contains("the host is drained");
        assertThat(send("DELETE", "/drain").statusCode()).isEqualTo(204);
        assertThat(make("node1-gpu0-3g-0").statusCode()).isEqualTo(200);
    }

    /** SLC-32 */
    @Test
    void a_gpu_that_somebody_else_cuts_is_refused_by_name() throws Exception {
        assertThat(health().get("owners").toString())
                .contains("the Tomogrid agent of host node1")
                .contains("pid=" + ProcessHandle.current().pid());
        SimulatedInventory same = new SimulatedInventory("node1", folder.resolve("other"), key -> false);
        AgentSettings settings =
                new AgentSettings(folder.resolve("other"), locks(), locks(), Optional.empty(), Door.loopback(0), TOKEN);
        assertThatThrownBy(() -> Agent.start(same, settings, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is cut by the Tomogrid agent of host node1");
    }

    /** SLC-31 */
    @Test
    void what_was_interrupted_is_ended_before_the_agent_listens() throws Exception {
        make("node1-gpu0-7g-0");
        String uuid = inventory().gpus().get(0).uuid();
        agent.close();
        Files.writeString(
                folder.resolve("state/change-of-" + uuid + ".json"),
                "{\"format-version\":1,\"gpu\":0,\"gpu-uuid\":\"" + uuid
                        + "\",\"destroy\":[\"node1-gpu0-7g-0\"],\"create\":[\"node1-gpu0-1g-3\"]}");
        start();
        assertThat(slices()).extracting(Slice::key).containsExactly(key("1g", 3));
        assertThat(health()).containsEntry("unfinished", List.of());
    }

    @SuppressWarnings("unchecked")
    private long worker(String key) throws IOException, InterruptedException {
        List<Map<String, Object>> workers = (List<Map<String, Object>>) health().get("workers");
        return ((Number) workers.get(0).get(key)).longValue();
    }

    private Map<String, Object> health() throws IOException, InterruptedException {
        return JSON.std.mapFrom(http.send(request("GET", "/health").build(), BodyHandlers.ofString())
                .body());
    }

    private HostInventory inventory() throws IOException, InterruptedException {
        return HostInventory.fromMap(JSON.std.mapFrom(send("GET", "/inventory").body()));
    }

    private List<Slice> slices() throws IOException, InterruptedException {
        return inventory().gpus().get(0).slices();
    }

    private static String error(HttpResponse<String> response) throws IOException {
        return (String) JSON.std.mapFrom(response.body()).get("error");
    }

    private HttpResponse<String> make(String key) throws IOException, InterruptedException {
        String gpu = key.replaceFirst(".*-gpu(\\d+)-.*|.*", "$1");
        return send("PUT", "/gpus/" + (gpu.isEmpty() ? "0" : gpu) + "/layout", "{\"slices\":[\"" + key + "\"]}");
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        return send(method, path, "");
    }

    private HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        String credentials = Base64.getEncoder().encodeToString(("tomogrid:" + TOKEN).getBytes(StandardCharsets.UTF_8));
        return http.send(
                request(method, path)
                        .header("Authorization", "Basic " + credentials)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String method, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + agent.port() + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, BodyPublishers.noBody());
    }

    private Path locks() {
        return folder.resolve("locks");
    }

    private static SliceKey key(String profile, int start) {
        return new SliceKey("node1", 0, profile, start);
    }

    static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("nothing happened within 20 s");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
