package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.ConfigurableApplicationContext;

/** A manager with a PostgreSQL of its own and doubles of its peers, at the pace of a test. */
final class Scene implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger STUDIES = new AtomicInteger();

    final EmbeddedPostgres postgres;
    final Path folder;
    final AgentDouble agent;
    final DriverDouble driver;
    final GatewayDouble gateway;
    final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Object> extra;
    private ConfigurableApplicationContext manager;
    private URI elsewhere;

    Scene(Path folder, Map<String, Object> extra) throws IOException {
        this.folder = folder;
        this.extra = extra;
        postgres = EmbeddedPostgres.start();
        agent = new AgentDouble("node1", folder.resolve("agent"));
        driver = new DriverDouble(agent);
        gateway = new GatewayDouble();
    }

    Map<String, Object> properties() {
        var properties = new HashMap<String, Object>();
        properties.put("spring.datasource.url", postgres.getJdbcUrl("postgres", "postgres"));
        properties.put("tomogrid.token", PeerDouble.TOKEN);
        properties.put("tomogrid.manager.gateway-url", gateway.url().toString());
        properties.put("tomogrid.manager.driver-url", driver.url().toString());
        properties.put("tomogrid.manager.agents", agent.url().toString());
        properties.put("tomogrid.manager.inference-url", "http://127.0.0.1:1");
        properties.put(
                "tomogrid.manager.archive-root",
                folder.resolve("archive").toUri().toString());
        properties.put("tomogrid.manager.staging-root", staging().toUri().toString());
        properties.put("tomogrid.manager.lease", "2s");
        properties.put("tomogrid.manager.start-deadline", "1s");
        properties.put("tomogrid.manager.back-off", "20ms");
        properties.put("tomogrid.manager.tick", "30ms");
        properties.put("tomogrid.manager.timeout", "2s");
        properties.putAll(extra);
        return properties;
    }

    Path staging() {
        return folder.resolve("staging");
    }

    void start() {
        manager = ManagerApplication.start(properties());
    }

    void stop() {
        if (manager != null) {
            manager.close();
            manager = null;
        }
    }

    <T> T bean(Class<T> type) {
        return manager.getBean(type);
    }

    /** A manager in a process of its own is asked from now on. */
    void useManagerAt(URI other) {
        elsewhere = other;
    }

    URI base() {
        if (elsewhere != null) {
            return elsewhere;
        }
        return URI.create("http://127.0.0.1:" + manager.getEnvironment().getProperty("local.server.port"));
    }

    /** A study UID that no other scene has. */
    static String studyUid() {
        return "2.25.1000" + STUDIES.incrementAndGet();
    }

    /** A study with a PET and a CT series comes to rest. @return its UID */
    String petCt() {
        String uid = studyUid();
        gateway.complete(uid, 1, "PT", "CT");
        return uid;
    }

    HttpResponse<String> ask(String method, String path) throws IOException, InterruptedException {
        return ask(base(), method, path);
    }

    HttpResponse<String> ask(String method, String path, String json) throws IOException, InterruptedException {
        return ask(base(), method, path, HttpRequest.BodyPublishers.ofString(json));
    }

    HttpResponse<String> ask(URI base, String method, String path) throws IOException, InterruptedException {
        return ask(base, method, path, HttpRequest.BodyPublishers.noBody());
    }

    private HttpResponse<String> ask(URI base, String method, String path, HttpRequest.BodyPublisher body)
            throws IOException, InterruptedException {
        String token =
                Base64.getEncoder().encodeToString(("tomogrid:" + PeerDouble.TOKEN).getBytes(StandardCharsets.UTF_8));
        return http.send(
                HttpRequest.newBuilder(URI.create(base + path))
                        .header("Authorization", "Basic " + token)
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/json")
                        .method(method, body)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    Map<String, Object> get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = ask("GET", path);
        assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(200);
        return JSON.std.mapFrom(response.body());
    }

    List<Map<String, Object>> jobs(String study) throws IOException, InterruptedException {
        return objects(get("/api/jobs?study=" + study), "jobs");
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> objects(Map<String, Object> document, String key) {
        return (List<Map<String, Object>>) document.get(key);
    }

    /** Waits until the study's only job is in the state. */
    Map<String, Object> await(String study, String state) throws Exception {
        return await(
                study + " is " + state,
                () -> {
                    List<Map<String, Object>> jobs = jobs(study);
                    assertThat(jobs).hasSizeLessThan(2);
                    return jobs.stream()
                            .filter(j -> state.equals(j.get("state")))
                            .findFirst()
                            .orElse(null);
                },
                () -> jobs(study));
    }

    /** Waits until the job's reason says so. */
    Map<String, Object> awaitReason(String study, String part) throws Exception {
        return await(
                study + " says " + part,
                () -> jobs(study).stream()
                        .filter(j -> ((String) j.get("reason")).contains(part))
                        .findFirst()
                        .orElse(null),
                () -> jobs(study));
    }

    /** Waits until the study's job runs and does so. */
    Map<String, Object> awaitStage(String study, String stage) throws Exception {
        return await(
                study + " does " + stage,
                () -> jobs(study).stream()
                        .filter(j -> stage.equals(j.get("stage")))
                        .findFirst()
                        .orElse(null),
                () -> jobs(study));
    }

    static void until(String what, Callable<Boolean> holds) throws Exception {
        await(what, () -> holds.call() ? what : null, () -> "it is not");
    }

    private static <T> T await(String what, Callable<T> found, Callable<?> instead) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            T result = found.call();
            if (result != null) {
                return result;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("waited in vain until " + what + ": " + instead.call());
    }

    static List<String> states(Map<String, Object> job) {
        return objects(job, "transitions").stream()
                .map(t -> (String) t.get("state"))
                .toList();
    }

    void sql(String statement) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    long count(String of) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement sql = connection.createStatement();
                ResultSet rows = sql.executeQuery("select count(*) from " + of)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Nothing was asked of a peer that its document does not allow. */
    void assertAsAgreed() {
        assertThat(agent.violations).isEmpty();
        assertThat(driver.violations).isEmpty();
        assertThat(gateway.violations).isEmpty();
    }

    @Override
    public void close() throws IOException {
        stop();
        gateway.close();
        driver.close();
        agent.close();
        postgres.close();
    }
}
