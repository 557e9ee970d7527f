package io.tomogrid.inference.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.pack.TestModels;
import io.tomogrid.inference.pack.Transport;
import io.tomogrid.inference.trust.Keys;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MOD-06: a registry as peer, and one that fails half-way. */
class RegistryTest {
    @TempDir
    Path folder;

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private ModelStore from;
    private ModelStore to;
    private ModelPackage model;
    private KeyPair keys;
    private HttpServer server;

    @BeforeEach
    void stores() throws Exception {
        from = ModelStore.at(folder.resolve("from"));
        to = ModelStore.at(folder.resolve("to"));
        model = from.put(TestModels.source(folder, "1.0.0", Map.of()));
        keys = Keys.generate();
        Signatures.sign(from.layout(), Digest.parse(model.digest()), "x", keys.getPrivate());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(pool);
    }

    @AfterEach
    void stop() {
        server.stop(0);
        pool.shutdownNow();
    }

    @Test
    @Tag("peer")
    void the_registry_of_the_distribution_keeps_package_and_signature() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/docker-registry")),
                "docker-registry is not installed: the registry client was not tried against a real registry");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path settings =
                Files.writeString(folder.resolve("registry.yml"), """
                version: 0.1
                log: {level: error}
                storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
                http: {addr: "127.0.0.1:%d"}
                """.formatted(folder.resolve("registry"), port));
        Process registry = new ProcessBuilder("docker-registry", "serve", settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
        try {
            ImageName name = ImageName.parse("127.0.0.1:" + port + "/models/lesion:1.0.0");
            await(port, registry);
            Registry client = new Registry(Optional.empty());
            new Transport(from).push("lesion:1.0.0", client, name);
            new Transport(from).push("lesion:1.0.0", client, name);
            ModelPackage pulled = new Transport(to).pull(client, name);
            assertThat(pulled.digest()).isEqualTo(model.digest());
            assertThat(Signatures.by(to.layout(), Digest.parse(model.digest()), keys.getPublic()))
                    .isTrue();
            ModelStore third = ModelStore.at(folder.resolve("third"));
            ImageName byDigest = ImageName.parse("127.0.0.1:" + port + "/models/lesion@" + model.digest());
            assertThat(new Transport(third).pull(client, byDigest).card()).isEqualTo(model.card());
            assertThatThrownBy(() -> new Transport(third).pull(client, name.with("9.9.9")))
                    .hasMessageContaining("is not in the registry: look at its name and tag");
        } finally {
            registry.destroy();
            registry.waitFor();
        }
    }

    private static void await(int port, Process registry) throws Exception {
        while (registry.isAlive()) {
            try (var socket = new java.net.Socket("127.0.0.1", port)) {
                assertThat(socket.isConnected()).isTrue();
                return;
            } catch (java.net.ConnectException notYet) {
                Thread.sleep(20);
            }
        }
        throw new IllegalStateException("docker-registry ended with " + registry.exitValue());
    }

    /** How a registry of ours answers. */
    private interface Answer {
        void to(HttpExchange exchange, byte[] content) throws IOException;
    }

    /** Serves the store {@code from}; the answer decides what becomes of each manifest and blob. */
    private ImageName serve(Answer answer) {
        server.createContext("/v2/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                String last = path.substring(path.lastIndexOf('/') + 1);
                byte[] content = path.contains("/manifests/")
                        ? from.layout()
                                .bytes(from.layout()
                                        .find(last.equals("1.0.0") ? model.digest() : last)
                                        .orElseThrow())
                        : Files.readAllBytes(folder.resolve("from/blobs/sha256").resolve(last.substring(7)));
                answer.to(exchange, content);
            }
        });
        server.start();
        return name();
    }

    private ImageName name() {
        return new ImageName("127.0.0.1:" + server.getAddress().getPort(), "models/lesion", "1.0.0");
    }

    private static void whole(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
    }

    private static boolean isBlob(HttpExchange exchange, Digest digest) {
        return exchange.getRequestURI().getPath().endsWith(digest.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "halved, broke off",
        "changed, was cut off or changed",
        "longer, was cut off or changed",
        "500, answered 500: try again later",
        "silent, broke off",
        "404, answered 404"
    })
    void a_registry_that_fails_within_a_blob_leaves_nothing(String how, String message) throws Exception {
        Digest onnx = Digest.of(model.onnx());
        ImageName name = serve((exchange, content) -> {
            if (!isBlob(exchange, onnx)) {
                whole(exchange, content);
                return;
            }
            switch (how) {
                case "halved", "silent" -> {
                    exchange.sendResponseHeaders(200, content.length);
                    exchange.getResponseBody().write(content, 0, content.length / 2);
                    exchange.getResponseBody().flush();
                    if (how.equals("silent")) {
                        untilClosed(exchange);
                    }
                }
                case "changed" -> {
                    byte[] other = content.clone();
                    other[0] ^= 1;
                    whole(exchange, other);
                }
                case "longer" -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write(content);
                    exchange.getResponseBody().write(new byte[1 << 20]);
                }
                default -> exchange.sendResponseHeaders(Integer.parseInt(how), -1);
            }
        });
        var before = TestModels.content(folder.resolve("to"));
        Registry impatient = new Registry(Optional.empty(), Duration.ofSeconds(how.equals("silent") ? 1 : 60));
        assertThatThrownBy(() -> new Transport(to).pull(impatient, name))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(message);
        assertThat(TestModels.content(folder.resolve("to"))).isEqualTo(before);
        assertThat(to.list()).isEmpty();
        try (var left = Files.list(folder.resolve("to/incoming"))) {
            assertThat(left).isEmpty();
        }
    }

    /** Sends nothing more and does not close, until the client does. */
    private static void untilClosed(HttpExchange exchange) {
        try {
            while (true) {
                Thread.sleep(20);
                exchange.getResponseBody().flush();
            }
        } catch (IOException | InterruptedException clientGone) {
            assertThat(clientGone).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"halved", "garbage", "endless", "another", "500", "redirect"})
    void a_registry_that_fails_within_the_manifest_leaves_nothing(String how) throws Exception {
        ImageName name = serve((exchange, content) -> {
            switch (how) {
                case "halved" -> {
                    exchange.sendResponseHeaders(200, content.length);
                    exchange.getResponseBody().write(content, 0, content.length / 2);
                }
                case "garbage" ->
                    whole(exchange, "{\"schemaVersion\":2,\"layers\":[{}]}".getBytes(StandardCharsets.UTF_8));
                case "endless" -> {
                    exchange.sendResponseHeaders(200, 0);
                    for (int i = 0; i < 100; i++) {
                        exchange.getResponseBody().write(new byte[1 << 16]);
                    }
                }
                case "another" -> whole(exchange, Arrays.copyOf(content, content.length - 1));
                case "redirect" -> {
                    exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/elsewhere");
                    exchange.sendResponseHeaders(307, -1);
                }
                default -> exchange.sendResponseHeaders(500, -1);
            }
        });
        var before = TestModels.content(folder.resolve("to"));
        ImageName asked = how.equals("another") ? name.with(model.digest()) : name;
        assertThatThrownBy(() -> new Transport(to).pull(new Registry(Optional.empty()), asked))
                .isInstanceOf(ModelException.class);
        assertThat(TestModels.content(folder.resolve("to"))).isEqualTo(before);
    }

    @Test
    void a_registry_that_is_not_there_is_named() throws Exception {
        ImageName name = name();
        server.stop(0);
        assertThatThrownBy(() -> new Transport(to).pull(new Registry(Optional.empty()), name))
                .hasMessageContaining("127.0.0.1:" + server.getAddress().getPort() + " does not answer");
    }

    /** A password goes to the registry that asks and to its token service, and a token serves from then on. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic realm=\"x\"",
                "Bearer realm=\"http://127.0.0.1:%d/token\",service=\"r\",scope=\"repository:models/lesion:pull\""
            })
    void a_registry_may_ask_who_it_is(String challenge) throws Exception {
        String basic = "Basic " + Base64.getEncoder().encodeToString("me:secret".getBytes(StandardCharsets.UTF_8));
        server.createContext("/token", exchange -> {
            try (exchange) {
                boolean known = basic.equals(exchange.getRequestHeaders().getFirst("Authorization"))
                        && exchange.getRequestURI().getQuery().contains("scope=repository:models/lesion:pull");
                byte[] token = "{\"token\":\"abc\"}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(known ? 200 : 401, known ? token.length : -1);
                if (known) {
                    exchange.getResponseBody().write(token);
                }
            }
        });
        String wanted = challenge.startsWith("Basic") ? basic : "Bearer abc";
        ImageName name = serve((exchange, content) -> {
            if (wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                whole(exchange, content);
                return;
            }
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            challenge.formatted(server.getAddress().getPort()));
            exchange.sendResponseHeaders(401, -1);
        });
        assertThatThrownBy(() -> new Transport(to).pull(new Registry(Optional.empty()), name))
                .hasMessageContaining("TOMOGRID_REGISTRY_USER");
        assertThat(new Transport(to)
                        .pull(new Registry(Optional.of("me:secret")), name)
                        .digest())
                .isEqualTo(model.digest());
    }

    /** Blobs elsewhere are fetched there, but no password goes along. */
    @Test
    void a_redirect_gets_no_password() throws Exception {
        List<String> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
        server.createContext("/elsewhere/", exchange -> {
            try (exchange;
                    InputStream in = exchange.getRequestBody()) {
                seen.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")) + in.available());
                String hex = exchange.getRequestURI().getPath().substring("/elsewhere/".length());
                whole(
                        exchange,
                        Files.readAllBytes(folder.resolve("from/blobs/sha256").resolve(hex)));
            }
        });
        ImageName name = serve((exchange, content) -> {
            if (exchange.getRequestHeaders().getFirst("Authorization") == null) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
                exchange.sendResponseHeaders(401, -1);
            } else if (exchange.getRequestURI().getPath().contains("/blobs/")) {
                exchange.getResponseHeaders()
                        .set("Location", "/elsewhere/" + Digest.of(content).hex());
                exchange.sendResponseHeaders(307, -1);
            } else {
                whole(exchange, content);
            }
        });
        new Transport(to).pull(new Registry(Optional.of("me:secret")), name);
        assertThat(seen).isNotEmpty().containsOnly("null0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lesion:1.0.0",
                "host/Lesion:1",
                "host/lesion",
                "host/lesion@sha256:12",
                "http://host/lesion:1",
                "host/../lesion:1",
                "host/a//b:1",
                "user@host/lesion:1"
            })
    void a_name_that_is_none_is_refused(String text) {
        assertThatThrownBy(() -> ImageName.parse(text)).hasMessageContaining("expected HOST[:PORT]/REPOSITORY:TAG");
    }

    @Test
    void only_this_machine_is_spoken_to_without_tls() throws Exception {
        assertThat(ImageName.parse("localhost:5000/a:1").base()).hasToString("http://localhost:5000");
        assertThat(ImageName.parse("[::1]:5000/a:1").base()).hasToString("http://[::1]:5000");
        assertThat(ImageName.parse("registry.example/a:1").base()).hasToString("https://registry.example");
        assertThat(ImageName.parse("localhost.example/a:1").base()).hasToString("https://localhost.example");
    }
}
