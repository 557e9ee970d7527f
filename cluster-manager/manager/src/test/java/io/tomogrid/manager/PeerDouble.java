package io.tomogrid.manager;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/** A real HTTP server that stands for a peer; it can go down and come up again at the same address. */
abstract class PeerDouble implements AutoCloseable {
    static final String TOKEN = "test-token";
    private static final JSON JSON_WITH_NULLS = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES);

    /** What a peer was asked against the documents; a scene ends with none. */
    final List<String> violations = new CopyOnWriteArrayList<>();

    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, getClass().getSimpleName());
        thread.setDaemon(true);
        return thread;
    });
    private int port;
    private HttpServer server;

    /** @param path segments without the query @param body empty if there was none */
    record Asked(String method, List<String> path, String query, String body) {
        boolean is(String wanted, String... segments) {
            if (!method.equals(wanted) || path.size() != segments.length) {
                return false;
            }
            for (int i = 0; i < segments.length; i++) {
                if (!segments[i].equals("*") && !segments[i].equals(path.get(i))) {
                    return false;
                }
            }
            return true;
        }

        Map<String, Object> json() throws IOException {
            return JSON.std.mapFrom(body);
        }
    }

    /** What becomes of an answer's bytes on their way. */
    volatile UnaryOperator<byte[]> mangle = UnaryOperator.identity();

    record Answer(int status, Map<String, Object> body) {}

    abstract Answer answer(Asked asked) throws IOException;

    final synchronized void up() throws IOException {
        if (server == null) {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
            port = server.getAddress().getPort();
            server.setExecutor(threads);
            server.createContext("/", this::exchange);
            server.start();
        }
    }

    final synchronized void down() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }

    final URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void close() {
        down();
        threads.shutdownNow();
    }

    private void exchange(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Answer answer;
            if (!path.equals("/health") && !authorized(exchange)) {
                answer = new Answer(401, Map.of("error", "who are you?"));
            } else {
                answer = guarded(new Asked(
                        exchange.getRequestMethod(),
                        Arrays.stream(path.split("/")).filter(s -> !s.isEmpty()).toList(),
                        String.valueOf(exchange.getRequestURI().getQuery()),
                        body));
            }
            byte[] bytes = mangle.apply(JSON_WITH_NULLS.asBytes(answer.body()));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            boolean none = answer.status() == 204;
            exchange.sendResponseHeaders(answer.status(), none ? -1 : bytes.length);
            if (!none) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    private Answer guarded(Asked asked) throws IOException {
        try {
            return answer(asked);
        } catch (IllegalArgumentException e) {
            violations.add(asked.method() + " " + asked.path() + ": " + e.getMessage());
            return new Answer(400, Map.of("error", String.valueOf(e.getMessage())));
        }
    }

    private static boolean authorized(HttpExchange exchange) {
        String expected =
                "Basic " + Base64.getEncoder().encodeToString(("tomogrid:" + TOKEN).getBytes(StandardCharsets.UTF_8));
        return expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }
}
