package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The manager's own door, and its peers' documents when they are damaged on their way. */
class ApiTest {
    private static final long SEED = 4711;

    @TempDir
    static Path folder;

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        System.out.println("seed " + SEED);
        scene = new Scene(folder, Map.of());
        scene.start();
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    /** SEC-01 */
    @Test
    void nobody_gets_in_without_the_token_or_under_another_name() throws Exception {
        HttpResponse<String> anonymous = scene.http.send(
                HttpRequest.newBuilder(URI.create(scene.base() + "/api/jobs")).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(anonymous.statusCode()).isEqualTo(401);
        assertThat(JSON.std.mapFrom(anonymous.body())).containsOnlyKeys("error");
        HttpResponse<String> health = scene.http.send(
                HttpRequest.newBuilder(URI.create(scene.base() + "/actuator/health"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(raw("GET /actuator/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .contains(" 400 ");
    }

    @Test
    void what_cannot_be_answered_is_refused_with_a_reason() throws Exception {
        assertThat(error("GET", "/api/jobs/none", 404)).startsWith("no job has this id");
        assertThat(error("POST", "/api/jobs/none/retry", 404)).startsWith("no job has this id");
        assertThat(error("GET", "/api/jobs?limit=0", 400)).isEqualTo("limit: expected 1 to 1000, got 0");
        assertThat(error("GET", "/api/jobs?limit=many", 400)).contains("docs/interfaces.md");
        assertThat(error("GET", "/api/nothing", 404)).contains("docs/interfaces.md");
        assertThat(error("DELETE", "/api/jobs", 405)).contains("docs/interfaces.md");
        String done = (String) scene.await(scene.petCt(), "DONE").get("job-id");
        assertThat(error("POST", "/api/jobs/" + done + "/retry", 409))
                .isEqualTo("job " + done + " is DONE; only a job that is FAILED or CANCELLED can be retried");
        assertThat(scene.get("/api/jobs/" + done)).containsEntry("state", "DONE");
    }

    @Test
    void settings_that_are_missing_are_all_named_at_once() {
        assertThatThrownBy(() -> ManagerApplication.start(Map.of(
                        "spring.datasource.url", scene.properties().get("spring.datasource.url"),
                        "tomogrid.token", "t",
                        "tomogrid.manager.max-attempts", "0")))
                .rootCause()
                .hasMessageContaining("gateway-url is missing")
                .hasMessageContaining("agents is missing: name the URL of at least one agent")
                .hasMessageContaining("max-attempts must be at least 1, got 0");
    }

    @Test
    void no_request_however_odd_breaks_it() throws Exception {
        Random random = new Random(SEED);
        List<String> parts =
                List.of("api", "jobs", "retry", "slices", "status", "unmatched", "..", "%00", "%2e", "a'b", "");
        List<String> methods = List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "TRACE", "OPTIONS");
        for (int i = 0; i < 300; i++) {
            StringBuilder path = new StringBuilder(random.nextBoolean() ? "/api/jobs" : "");
            for (int depth = random.nextInt(4); depth > 0; depth--) {
                path.append('/').append(random.nextBoolean() ? any(parts, random) : bytes(random));
            }
            if (random.nextBoolean()) {
                path.append("?")
                        .append(any(List.of("limit", "study", "x"), random))
                        .append('=')
                        .append(bytes(random));
            }
            String request = any(methods, random) + " " + (path.isEmpty() ? "/" : path)
                    + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: "
                    + "Basic dG9tb2dyaWQ6dGVzdC10b2tlbg==\r\nConnection: close\r\n\r\n";
            String answer = raw(request);
            assertThat(answer).as("request " + i + ": " + request).matches("(?s)HTTP/1.1 [234]\\d\\d.*");
        }
        assertThat(scene.get("/api/status")).containsEntry("driver", "up");
    }

    /** A job ends done or failed with a reason, and the manager does not stumble, whatever its peers' answers look like. */
    @Test
    void damaged_documents_of_the_peers_break_nothing() throws Exception {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("io.tomogrid.manager");
        logged.start();
        logger.addAppender(logged);
        Random random = new Random(SEED);
        List<String> studies = new ArrayList<>();
        try {
            for (PeerDouble peer : List.of(scene.gateway, scene.driver, scene.agent)) {
                peer.mangle = bytes -> mangled(bytes, random);
            }
            for (int i = 0; i < 12; i++) {
                studies.add(scene.petCt());
            }
            Thread.sleep(5000);
        } finally {
            for (PeerDouble peer : List.of(scene.gateway, scene.driver, scene.agent)) {
                peer.mangle = bytes -> bytes;
            }
        }
        scene.driver.restart();
        Scene.until("every job has ended", () -> {
            scene.driver.releaseIdle();
            return scene.get("/api/status")
                    .entrySet()
                    .containsAll(
                            Map.of("queued", 0, "running", 0, "delivering", 0).entrySet());
        });
        for (String study : studies) {
            for (Map<String, Object> job : scene.jobs(study)) {
                assertThat(job.get("state")).isIn("DONE", "FAILED");
                assertThat(job.get("state").equals("FAILED"))
                        .isEqualTo(!job.get("reason").equals(""));
            }
        }
        logger.detachAppender(logged);
        assertThat(logged.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .isEmpty();
        scene.agent.violations.clear();
        scene.driver.violations.clear();
        scene.gateway.violations.clear();
        scene.await(scene.petCt(), "DONE");
        scene.assertAsAgreed();
    }

    /** One answer of four is cut off, or has a value or a key replaced. */
    private static synchronized byte[] mangled(byte[] bytes, Random random) {
        if (random.nextInt(4) != 0 || bytes.length < 3) {
            return bytes;
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        String damaged = switch (random.nextInt(4)) {
            case 0 -> text.substring(0, random.nextInt(text.length()));
            case 1 ->
                replaceOne(
                        text,
                        "(?<=:)(\"[^\"]*\"|\\d+|true|false)",
                        any(List.of("null", "-1", "\"\\u0000\"", "[null]", "{}"), random),
                        random);
            case 2 -> replaceOne(text, "\"[a-z-]+\"(?=:)", "\"other\"", random);
            default -> "[" + text + "]";
        };
        return damaged.getBytes(StandardCharsets.UTF_8);
    }

    private static String replaceOne(String text, String pattern, String by, Random random) {
        var matcher = Pattern.compile(pattern).matcher(text);
        List<int[]> found = new ArrayList<>();
        while (matcher.find()) {
            found.add(new int[] {matcher.start(), matcher.end()});
        }
        if (found.isEmpty()) {
            return text;
        }
        int[] at = found.get(random.nextInt(found.size()));
        return text.substring(0, at[0]) + by + text.substring(at[1]);
    }

    private static <T> T any(List<T> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    private static String bytes(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(6); n >= 0; n--) {
            text.append(String.format("%%%02x", random.nextInt(256)));
        }
        return text.toString();
    }

    private static String error(String method, String path, int status) throws Exception {
        HttpResponse<String> response = scene.ask(method, path);
        assertThat(response.statusCode()).isEqualTo(status);
        Map<String, Object> body = new HashMap<>(JSON.std.mapFrom(response.body()));
        assertThat(body).containsOnlyKeys("error");
        return (String) body.get("error");
    }

    private static String raw(String request) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", scene.base().getPort())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
