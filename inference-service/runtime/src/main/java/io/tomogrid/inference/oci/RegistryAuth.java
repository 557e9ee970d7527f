package io.tomogrid.inference.oci;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers a registry's challenge: Basic with a user's password, or a token from the service that the registry names. */
final class RegistryAuth {
    private static final Pattern PARAMETER = Pattern.compile("([a-z]+)=\"([^\"]*)\"");

    private final Optional<String> basic;
    private final HttpClient http;
    private final Duration limit;

    /** @param credentials user and password, colon between */
    RegistryAuth(Optional<String> credentials, HttpClient http, Duration limit) {
        this.basic =
                credentials.map(c -> "Basic " + Base64.getEncoder().encodeToString(c.getBytes(StandardCharsets.UTF_8)));
        this.http = http;
        this.limit = limit;
    }

    /** @return the header Authorization for the next try, empty if there is none to give */
    Optional<String> answer(String challenge) throws IOException, InterruptedException {
        if (challenge.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.of("Bearer " + token(challenge));
        }
        return basic;
    }

    private String token(String challenge) throws IOException, InterruptedException {
        Map<String, String> parameters = new HashMap<>();
        Matcher matcher = PARAMETER.matcher(challenge);
        while (matcher.find()) {
            parameters.put(matcher.group(1), matcher.group(2));
        }
        URI realm = realm(parameters.getOrDefault("realm", ""));
        StringBuilder query = new StringBuilder();
        for (String name : new String[] {"service", "scope"}) {
            if (parameters.containsKey(name)) {
                query.append(query.isEmpty() ? "?" : "&")
                        .append(name)
                        .append('=')
                        .append(URLEncoder.encode(parameters.get(name), StandardCharsets.UTF_8));
            }
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(realm.toString() + query)).timeout(limit);
        basic.ifPresent(b -> request.header("Authorization", b));
        HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new OciException("the registry's token service answered " + answer.statusCode()
                    + ": set TOMOGRID_REGISTRY_USER and TOMOGRID_REGISTRY_PASSWORD");
        }
        Document document = Document.parse("token", answer.body());
        return document.has("token") ? document.text("token") : document.text("access_token");
    }

    /** A password goes to a token service only over TLS, or on this machine. */
    private static URI realm(String text) throws OciException {
        try {
            URI realm = URI.create(text);
            String host = String.valueOf(realm.getHost());
            if ("https".equals(realm.getScheme()) || host.equals("127.0.0.1") || host.equals("localhost")) {
                return realm;
            }
        } catch (IllegalArgumentException e) {
            throw new OciException("the registry names a token service that is no address", e);
        }
        throw new OciException("the registry's token service is not on https: it gets no password");
    }
}
