package io.tomogrid.inference.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.client.InferMessage;
import io.tomogrid.inference.client.InferenceClient;
import io.tomogrid.inference.client.InferenceException;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.runtime.SuvThreshold;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

class InferenceServiceTest {
    private static final String TOKEN = "test-token";

    @TempDir
    static Path repository;

    private static ConfigurableApplicationContext service;
    private static URI base;
    private static InferenceClient client;

    @BeforeAll
    static void start() {
        service = InferenceApplication.start(Map.of(
                "tomogrid.inference.repository",
                repository.toString(),
                "tomogrid.inference.state",
                repository.resolve("its-state").toString(),
                "tomogrid.inference.trust",
                repository.resolve("trust.json").toString(),
                "tomogrid.inference.max-request",
                "1MB",
                "tomogrid.token",
                TOKEN));
        base = URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port"));
        client = new InferenceClient(base, TOKEN);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void the_shipped_model_serves_its_mask_with_its_version() throws Exception {
        float[] suv = {0, 3.9f, 4, 12};
        InferenceClient.Answer answer = client.infer(SuvThreshold.NAME, Map.of("suv", Tensor.of(suv, 1, 2, 2)));
        assertThat(answer.outputs().get("mask").byteValues()).containsExactly(0, 0, 1, 1);
        assertThat(answer.modelVersion()).isEqualTo(SuvThreshold.VERSION);
        assertThat(answer.digest()).matches("sha256:[0-9a-f]{64}");
        assertThat(client.ready(SuvThreshold.NAME)).isTrue();
        assertThat(client.metadata(SuvThreshold.NAME)).containsEntry("platform", "onnxruntime_onnx");
        assertThat(client.index().toString()).contains("READY");
    }

    @Test
    void a_model_is_reloaded_under_load_without_a_failed_request() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Future<Integer>> users = new ArrayList<>();
            for (int user = 0; user < 2; user++) {
                Callable<Integer> work = () -> {
                    int served = 0;
                    while (!stop.get()) {
                        client.infer(SuvThreshold.NAME, Map.of("suv", Tensor.of(new float[1000], 10, 10, 10)));
                        served++;
                    }
                    return served;
                };
                users.add(pool.submit(work));
            }
            for (int swap = 0; swap < 20; swap++) {
                client.load(SuvThreshold.NAME);
            }
            stop.set(true);
            for (Future<Integer> user : users) {
                assertThat(user.get()).isPositive();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void a_broken_package_leaves_the_old_version_serving() throws Exception {
        Path onnx = ModelStore.open(repository).find(SuvThreshold.NAME).onnx();
        byte[] good = Files.readAllBytes(onnx);
        Files.write(onnx, new byte[] {1});
        try {
            assertThatThrownBy(() -> client.load(SuvThreshold.NAME)).isInstanceOf(InferenceException.class);
            assertThat(client.infer(SuvThreshold.NAME, Map.of("suv", Tensor.of(new float[] {5}, 1, 1, 1)))
                            .outputs()
                            .get("mask")
                            .byteValues())
                    .containsExactly(1);
        } finally {
            Files.write(onnx, good);
        }
    }

    @Test
    void a_model_is_unloaded_and_loaded_and_asked_by_version() throws Exception {
        client.unload(SuvThreshold.NAME);
        assertThat(client.ready(SuvThreshold.NAME)).isFalse();
        client.load(SuvThreshold.NAME);
        assertThat(client.ready(SuvThreshold.NAME)).isTrue();
        assertThat(status("GET", "/v2/models/" + SuvThreshold.NAME + "/versions/1.0.0/ready"))
                .isEqualTo(200);
        assertThat(status("GET", "/v2/models/" + SuvThreshold.NAME + "/versions/7/ready"))
                .isEqualTo(404);
        assertThat(status("GET", "/api/models/" + SuvThreshold.NAME + "/versions"))
                .isEqualTo(200);
        assertThat(status("GET", "/api/models")).isEqualTo(200);
        assertThat(status("GET", "/api/models-audit?after=1")).isEqualTo(200);
        assertThat(status("POST", "/api/models/none/rollback")).isEqualTo(409);
    }

    /** As curl would ask, without the binary extension. */
    @Test
    void tensors_as_lists_of_numbers_are_taken_and_answered() throws Exception {
        String body = """
                {"id":"7","inputs":[{"name":"suv","shape":[1,2,2],"datatype":"FP32","data":[[[0,3.9],[4,12]]]}]}""";
        HttpResponse<String> answer = post("/v2/models/suv-threshold/infer", body);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"id\":\"7\"", "\"data\":[0,0,1,1]", "\"model_version\":\"1.0.0\"");
        HttpResponse<String> wrong = post("/v2/models/suv-threshold/infer", body.replace("[1,2,2]", "[1,2,3]"));
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).contains("its shape has 6 values, its data 4");
        assertThat(post("/v2/models/suv-threshold/versions/1.0.0/infer", "{").statusCode())
                .isEqualTo(400);
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(base.resolve(path))
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString(
                                                                ("tomogrid:" + TOKEN).getBytes(StandardCharsets.UTF_8)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static int status(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(("tomogrid:" + TOKEN).getBytes(StandardCharsets.UTF_8)))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void bad_input_is_named() {
        assertThatThrownBy(() -> client.infer("none", Map.of("suv", Tensor.of(new float[1], 1, 1, 1))))
                .hasMessageContaining("no model named none");
        assertThatThrownBy(() -> client.infer(SuvThreshold.NAME, Map.of("suv", Tensor.of(new float[1], 1, 1))))
                .hasMessageContaining("expected FP32[-1, -1, -1]");
        assertThatThrownBy(() ->
                        client.infer(SuvThreshold.NAME, Map.of("suv", Tensor.of(new float[1 << 19], 1 << 19, 1, 1))))
                .hasMessageContaining("exceed the limit");
        assertThatThrownBy(() -> client.load("../../etc")).isInstanceOf(Exception.class);
    }

    @Test
    void nobody_gets_in_without_the_token_or_under_another_name() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest anonymous = HttpRequest.newBuilder(base.resolve("/v2/models/" + SuvThreshold.NAME))
                .build();
        assertThat(http.send(anonymous, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
        HttpRequest health =
                HttpRequest.newBuilder(base.resolve("/v2/health/ready")).build();
        assertThat(http.send(health, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
        assertThat(statusLine("GET /v2/health/ready HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .contains(" 400 ");
    }

    /** Seeded mutations of a good body: every one is answered, none hangs or ends the service. */
    @Test
    void a_damaged_body_is_answered_and_others_go_on() throws Exception {
        Random random = new Random(7);
        var encoded = new InferMessage(Map.of(), Map.of("suv", Tensor.of(new float[8], 2, 2, 2))).encode("inputs");
        HttpClient http = HttpClient.newHttpClient();
        for (int i = 0; i < 200; i++) {
            byte[] header = encoded.header().clone();
            header[random.nextInt(header.length)] = (byte) random.nextInt(128);
            HttpRequest request = HttpRequest.newBuilder(base.resolve("/v2/models/" + SuvThreshold.NAME + "/infer"))
                    .header(
                            "Authorization",
                            "Basic "
                                    + Base64.getEncoder()
                                            .encodeToString(("tomogrid:" + TOKEN).getBytes(StandardCharsets.UTF_8)))
                    .header(InferMessage.HEADER_LENGTH, Integer.toString(header.length))
                    .POST(HttpRequest.BodyPublishers.concat(
                            HttpRequest.BodyPublishers.ofByteArray(header),
                            HttpRequest.BodyPublishers.ofByteArray(new byte[32])))
                    .build();
            assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .as("mutation %d", i)
                    .isIn(200, 400);
        }
        assertThat(client.ready(SuvThreshold.NAME)).isTrue();
    }

    private static String statusLine(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", base.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }
}
