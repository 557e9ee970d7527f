package io.tomogrid.slices.http;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens at a {@link Door}, by default on 127.0.0.1, and answers JSON. Every request but {@code GET /health} carries
 * {@code Authorization: Basic base64("tomogrid:" + token)}; a Host or Origin that is neither loopback nor a name of our
 * certificate is refused, so that no page in a browser reaches it under a name of its own (SEC-01).
 */
public final class TokenServer implements AutoCloseable {
    /** Answers a request. An {@link HttpError} says its status, an IllegalArgumentException is answered 400. */
    public interface Handler {
        Reply handle(Request request) throws Exception;
    }

    private static final Logger log = LoggerFactory.getLogger(TokenServer.class);
    private static final JSON JSON_WITH_NULLS = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES);
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final int THREADS = 8;
    private static final int LARGEST_BODY = 16 << 20;
    private static final String REQUEST_TIME = "sun.net.httpserver.maxReqTime";

    static {
        if (System.getProperty(REQUEST_TIME) == null) {
            System.setProperty(REQUEST_TIME, "30");
        }
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final byte[] authorization;
    private final Handler handler;
    private final Set<String> names;

    private TokenServer(HttpServer server, Set<String> names, String token, Handler handler) {
        this.server = server;
        this.names = names;
        this.authorization = ("Basic "
                        + Base64.getEncoder().encodeToString(("tomogrid:" + token).getBytes(StandardCharsets.UTF_8)))
                .getBytes(StandardCharsets.US_ASCII);
        this.handler = handler;
        AtomicInteger count = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "http-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** On loopback, see {@link #start(Door, String, Handler)}. */
    public static TokenServer start(int port, String token, Handler handler) throws IOException {
        return start(Door.loopback(port), token, handler);
    }

    /**
     * @throws IllegalArgumentException if the token is missing, since then everybody would be let in, or the door is open to a
     *     network without TLS
     */
    public static TokenServer start(Door door, String token, Handler handler) throws IOException {
        if (token == null || token.isBlank()) {
            throw new IllegalArgumentException("no token: set the environment variable TOMOGRID_TOKEN");
        }
        InetSocketAddress address = new InetSocketAddress(door.checked(), door.port());
        HttpServer server = door.tls().isPresent() ? secure(address, door.tls().get()) : HttpServer.create(address, 0);
        Set<String> names = new TreeSet<>(LOOPBACK);
        door.tls().ifPresent(tls -> names.addAll(tls.names()));
        TokenServer result = new TokenServer(server, names, token, handler);
        server.setExecutor(result.threads);
        server.createContext("/", result::answer);
        server.start();
        return result;
    }

    private static HttpServer secure(InetSocketAddress address, Tls tls) throws IOException {
        HttpsServer server = HttpsServer.create(address, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls.context()) {
            @Override
            public void configure(HttpsParameters parameters) {
                parameters.setSSLParameters(tls.parameters());
            }
        });
        return server;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply;
            try {
                reply = reply(exchange);
            } catch (HttpError e) {
                reply = error(e.status(), e.getMessage());
            } catch (IllegalArgumentException e) {
                reply = error(400, e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                reply = error(503, "the service is ending; try again");
            } catch (Exception e) {
                log.error(
                        "{} {} failed",
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().getPath(),
                        e);
                reply = error(
                        500, "internal error (" + e.getClass().getSimpleName() + "); the service's log says more");
            }
            send(exchange, reply);
        }
    }

    private Reply reply(HttpExchange exchange) throws Exception {
        refuseForeignName("Host", exchange.getRequestHeaders().getFirst("Host"));
        String origin = exchange.getRequestHeaders().getFirst("Origin");
        if (origin != null) {
            refuseForeignName("Origin", origin.replaceFirst("^https?://", ""));
        }
        List<String> path = segments(exchange.getRequestURI());
        boolean open = exchange.getRequestMethod().equals("GET") && path.equals(List.of("health"));
        if (!open && !authorized(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"tomogrid\"");
            throw new HttpError(401, "credentials are missing or wrong; send user tomogrid with the token");
        }
        return handler.handle(new Request(exchange.getRequestMethod(), path, body(exchange.getRequestBody())));
    }

    /** Compares in constant time. */
    private boolean authorized(String header) {
        return header != null && MessageDigest.isEqual(authorization, header.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void refuseForeignName(String header, String value) {
        String name = value == null ? "" : value.replaceFirst(":\\d+$", "");
        if (!names.contains(name)) {
            throw new HttpError(403, header + " must be a name of this server: one of " + names);
        }
    }

    private static List<String> segments(URI uri) {
        return Arrays.stream(uri.getPath().split("/"))
                .filter(segment -> !segment.isEmpty())
                .toList();
    }

    private static byte[] body(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(LARGEST_BODY + 1);
        if (bytes.length > LARGEST_BODY) {
            throw new HttpError(413, "the body is larger than " + LARGEST_BODY + " bytes");
        }
        return bytes;
    }

    private static Reply error(int status, String message) {
        return Reply.of(status, Map.of("error", String.valueOf(message)));
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        if (reply.body().isEmpty()) {
            exchange.sendResponseHeaders(reply.status(), -1);
            return;
        }
        byte[] bytes = JSON_WITH_NULLS.asBytes(reply.body().get());
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.sendResponseHeaders(reply.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
