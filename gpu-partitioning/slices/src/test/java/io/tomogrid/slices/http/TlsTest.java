package io.tomogrid.slices.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-33 over real sockets, with certificates made by the JDK's keytool. */
class TlsTest {
    @TempDir
    static Path folder;

    private static TestKeys keys;

    @BeforeAll
    static void makeKeys() throws Exception {
        assumeTrue(
                Files.exists(Path.of(System.getProperty("java.home"), "bin", "keytool")),
                "this JDK has no keytool to make certificates with");
        keys = new TestKeys(folder);
        keys.makeSigned("agent", "dns:localhost,ip:127.0.0.1,dns:node1.example");
        keys.makeSigned("manager", "dns:manager.example");
        keys.make("stranger");
    }

    @Test
    void whoever_has_a_certificate_of_the_authority_is_let_in() throws Exception {
        try (TokenServer server = server("127.0.0.1", mutual())) {
            assertThat(get(server, client(Optional.of(keys.key("manager"))))).isEqualTo(200);
            assertThatThrownBy(() -> get(server, client(Optional.empty()))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> get(server, client(Optional.of(keys.key("stranger")))))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void without_mutual_trust_the_token_alone_counts() throws Exception {
        Tls tls = Tls.server(keys.key("agent"), Optional.empty(), false);
        try (TokenServer server = server("127.0.0.1", tls)) {
            assertThat(get(server, client(Optional.empty()))).isEqualTo(200);
        }
    }

    @Test
    void a_server_that_the_authority_does_not_know_is_not_talked_to() throws Exception {
        Tls tls = Tls.server(keys.key("stranger"), Optional.of(keys.authority()), true);
        try (TokenServer server = server("127.0.0.1", tls)) {
            assertThatThrownBy(() -> get(server, client(Optional.of(keys.key("manager")))))
                    .isInstanceOf(SSLHandshakeException.class);
        }
        try (TokenServer server = server("127.0.0.1", Tls.server(keys.key("manager"), Optional.empty(), true))) {
            assertThatThrownBy(() -> get(server, client(Optional.of(keys.key("manager")))))
                    .as("a certificate for another name")
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void older_protocols_are_refused() throws Exception {
        try (TokenServer server = server("127.0.0.1", Tls.server(keys.key("agent"), Optional.empty(), false))) {
            SSLContext context = client(Optional.empty()).context();
            try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
            }
        }
    }

    @Test
    void a_network_is_listened_to_with_tls_only() throws Exception {
        assertThatThrownBy(
                        () -> TokenServer.start(new Door("0.0.0.0", 0, Optional.empty()), "t", r -> Reply.empty(204)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.0.0.0")
                .hasMessageContaining("--tls-keystore");
        try (TokenServer server = server("0.0.0.0", mutual())) {
            assertThat(get(server, client(Optional.of(keys.key("manager"))))).isEqualTo(200);
        }
    }

    @Test
    void what_is_wrong_with_a_file_of_keys_is_said() throws Exception {
        assertThatThrownBy(() -> Tls.server(new Tls.Key(keys.file("agent"), "wrong"), Optional.empty(), true))
                .hasMessageContaining("agent.p12")
                .hasMessageContaining("password");
        assertThatThrownBy(() -> Tls.server(keys.key("absent"), Optional.empty(), true))
                .hasMessageContaining("absent.p12");
        assertThatThrownBy(() -> Tls.server(keys.key("stranger"), Optional.empty(), true))
                .hasMessageContaining("names no authority");
        Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");
        assertThatThrownBy(() -> Tls.client(text, Optional.empty())).hasMessageContaining("text.pem");
        assertThat(mutual().names()).containsExactly("127.0.0.1", "localhost", "node1.example");
        assertThat(mutual().until()).isPresent();
    }

    private static Tls mutual() throws IOException {
        return Tls.server(keys.key("agent"), Optional.empty(), true);
    }

    private static Tls client(Optional<Tls.Key> key) throws IOException {
        return Tls.client(keys.authority(), key);
    }

    private static TokenServer server(String address, Tls tls) throws IOException {
        return TokenServer.start(
                new Door(address, 0, Optional.of(tls)), "t0ken", request -> Reply.of(200, Map.of("status", "UP")));
    }

    private static int get(TokenServer server, Tls tls) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls.context())
                .build();
        String credentials = Base64.getEncoder().encodeToString("tomogrid:t0ken".getBytes(StandardCharsets.UTF_8));
        return http.send(
                        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + "/inventory"))
                                .header("Authorization", "Basic " + credentials)
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }
}
