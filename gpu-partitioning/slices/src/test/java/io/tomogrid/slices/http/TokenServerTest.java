package io.tomogrid.slices.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SEC-01, over real sockets, with bytes of our own so that headers can be wrong. */
class TokenServerTest {
    private TokenServer server;

    @BeforeEach
    void start() throws IOException {
        server = TokenServer.start(0, "s3cret", request -> {
            if (request.is("GET", "health", 0)) {
                return Reply.of(200, Map.of("status", "UP"));
            }
            if (request.is("POST", "echo", 1)) {
                return Reply.of(200, Map.of("path", request.path().get(1), "body", request.json()));
            }
            if (request.is("GET", "broken", 0)) {
                throw new IOException("patient DOE^JANE");
            }
            throw new HttpError(404, "no such path");
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void answers_whoever_has_the_token() throws IOException {
        String answer = send("POST /echo/a%2Db HTTP/1.1", "127.0.0.1", basic("s3cret"), "{\"x\":1}");
        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("\"path\":\"a-b\"")
                .contains("\"body\":{\"x\":1}");
    }

    @Test
    void health_needs_no_token() throws IOException {
        assertThat(send("GET /health HTTP/1.1", "localhost:1234", "", "")).contains("\"status\":\"UP\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Authorization: Basic dG9tb2dyaWQ6d3Jvbmc=\r\n", "Authorization: Bearer s3cret\r\n"})
    void others_are_refused(String authorization) throws IOException {
        assertThat(send("POST /echo/a HTTP/1.1", "127.0.0.1", authorization, "{}"))
                .startsWith("HTTP/1.1 401")
                .containsIgnoringCase("www-authenticate: Basic")
                .contains("\"error\":\"credentials");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example:80", "localhost.", ""})
    void a_host_name_that_is_not_loopback_is_refused_even_for_health(String host) throws IOException {
        assertThat(send("GET /health HTTP/1.1", host, basic("s3cret"), "")).startsWith("HTTP/1.1 403");
    }

    @Test
    void a_page_of_another_origin_is_refused() throws IOException {
        assertThat(send(
                        "POST /echo/a HTTP/1.1",
                        "127.0.0.1",
                        basic("s3cret") + "Origin: https://evil.example\r\n",
                        "{}"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void a_body_that_is_no_json_is_refused_without_being_repeated() throws IOException {
        assertThat(send("POST /echo/a HTTP/1.1", "127.0.0.1", basic("s3cret"), "{\"name\": DOE^JANE"))
                .startsWith("HTTP/1.1 400")
                .contains("JSON object (line 1, column")
                .doesNotContain("DOE");
    }

    @Test
    void a_fault_inside_tells_nothing_outside() throws IOException {
        assertThat(send("GET /broken HTTP/1.1", "127.0.0.1", basic("s3cret"), ""))
                .startsWith("HTTP/1.1 500")
                .contains("IOException")
                .doesNotContain("DOE");
    }

    @Test
    void a_body_that_is_too_large_is_refused() throws IOException {
        assertThat(send("POST /echo/a HTTP/1.1", "127.0.0.1", basic("s3cret"), " ".repeat((16 << 20) + 1)))
                .startsWith("HTTP/1.1 413");
    }

    @Test
    void does_not_start_without_a_token() {
        assertThatThrownBy(() -> TokenServer.start(0, " ", request -> Reply.empty(204)))
                .hasMessageContaining("TOMOGRID_TOKEN");
    }

    private static String basic(String token) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString(("tomogrid:" + token).getBytes(StandardCharsets.UTF_8)) + "\r\n";
    }

    private String send(String line, String host, String headers, String body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), server.port())) {
            socket.setSoTimeout(10_000);
            String request = line + "\r\nHost: " + host + "\r\n" + headers + "Connection: close\r\nContent-Length: "
                    + body.length() + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }
}
