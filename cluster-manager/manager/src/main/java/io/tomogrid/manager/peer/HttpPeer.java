package io.tomogrid.manager.peer;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One HTTP peer. A request ends within its time-out, body included. A peer that does not answer is left alone for a multiple
 * of the time that it took, so that one that hangs cannot hold up the only thread that asks; one that answers badly is not,
 * since its next answer may be about something else.
 */
final class HttpPeer {
    private static final long LEAST_LEFT_ALONE_NANOS = Duration.ofMillis(250).toNanos();
    private static final int LEFT_ALONE_TIMES = 3;

    private final String name;
    private final URI base;
    private final String authorization;
    private final HttpClient http;
    private final Duration timeout;
    private long asked;
    private long leftAloneUntil;
    private volatile String trouble = "";

    HttpPeer(String name, URI base, String token, HttpClient http, Duration timeout) {
        this.name = name;
        this.base = base;
        this.authorization =
                "Basic " + Base64.getEncoder().encodeToString(("tomogrid:" + token).getBytes(StandardCharsets.UTF_8));
        this.http = http;
        this.timeout = timeout;
        this.leftAloneUntil = System.nanoTime();
    }

    /**
     * @param status 2xx or 404
     * @param date the peer's clock when it answered; empty if it did not say
     */
    record Answer(int status, String body, Optional<Instant> date) {
        boolean found() {
            return status != 404;
        }

        /** @throws IllegalArgumentException if it is not a JSON object */
        Map<String, Object> json() {
            try {
                return JSON.std.mapFrom(body);
            } catch (IOException e) {
                throw new IllegalArgumentException("the answer is not a JSON object", e);
            }
        }
    }

    URI base() {
        return base;
    }

    /** Why the last request got no answer at all; empty if it got one. */
    String trouble() {
        return trouble;
    }

    /**
     * @throws PeerUnreachable if there was no answer, or one of 5xx, 401 or 403
     * @throws PeerRefused on any other status but 2xx and 404
     */
    Answer send(String method, String path, String body) {
        if (!trouble.isEmpty() && System.nanoTime() - leftAloneUntil < 0) {
            throw new PeerUnreachable(trouble);
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(base.toString().replaceAll("/+$", "") + path))
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .timeout(timeout)
                .build();
        asked = System.nanoTime();
        HttpResponse<String> response = exchange(request);
        int status = response.statusCode();
        String what = method + " " + path.replaceFirst("\\?.*", "");
        if (status >= 500) {
            trouble = "";
            throw new PeerUnreachable(
                    name + " at " + base + " answers " + what + " with " + status + ": " + error(response.body()));
        }
        if (status == 401 || status == 403) {
            throw failed("refuses our token (" + status + "): start both with the same TOMOGRID_TOKEN");
        }
        trouble = "";
        if (status / 100 != 2 && status != 404) {
            throw new PeerRefused(status, name + " refuses " + what + ": " + error(response.body()));
        }
        return new Answer(
                status, response.body(), response.headers().firstValue("Date").flatMap(HttpPeer::date));
    }

    private static Optional<Instant> date(String header) {
        try {
            return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(header)));
        } catch (DateTimeException malformed) {
            return Optional.empty();
        }
    }

    /** The peer answered, but not as agreed. @param e whatever the reading stumbled over */
    PeerUnreachable misunderstood(String path, RuntimeException e) {
        return new PeerUnreachable(
                name + " at " + base + " answers " + path + " with a document that we cannot read: " + e.getMessage());
    }

    private HttpResponse<String> exchange(HttpRequest request) {
        var exchange = http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        try {
            return exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException tooLong) {
            exchange.cancel(true);
            throw failed("did not answer within " + timeout.toMillis() + " ms");
        } catch (InterruptedException stopping) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw new CancellationException("stopping");
        } catch (ExecutionException e) {
            throw failed("does not answer: " + why(e.getCause()));
        }
    }

    private PeerUnreachable failed(String what) {
        trouble = name + " at " + base + " " + what;
        long now = System.nanoTime();
        leftAloneUntil = now + Math.max(LEAST_LEFT_ALONE_NANOS, LEFT_ALONE_TIMES * (now - asked));
        return new PeerUnreachable(trouble);
    }

    private static String why(Throwable cause) {
        if (cause instanceof ConnectException) {
            return "nothing listens there";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private static String error(String body) {
        try {
            Object error = JSON.std.mapFrom(body).get("error");
            return error == null ? "no reason given" : error.toString();
        } catch (IOException notOurJson) {
            // Somebody else's error page; its status has to do.
            return "no reason given";
        }
    }
}
