package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.manager.peer.AgentClient;
import io.tomogrid.manager.peer.PeerUnreachable;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.http.Door;
import io.tomogrid.slices.http.Reply;
import io.tomogrid.slices.http.Tls;
import io.tomogrid.slices.http.TokenServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-33, SLC-34: agents on other hosts, of other versions, with other clocks. */
class AgentClientTest {
    private static final String PASSWORD = "pass-word";
    private static final Map<String, Object> INVENTORY = new HostInventory("node1", List.of()).toMap();

    @TempDir
    Path folder;

    @Test
    void an_agent_is_called_by_tls_and_shown_our_key() throws Exception {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        assumeTrue(Files.exists(keytool), "this JDK has no keytool to make certificates with");
        for (String name : List.of("agent", "manager")) {
            keytool("-genkeypair", name, "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "san=ip:127.0.0.1");
            keytool("-exportcert", name, "-rfc", "-file", pem(name).toString());
        }
        Tls tls = Tls.server(new Tls.Key(p12("agent"), PASSWORD), Optional.of(pem("manager")), true);
        try (TokenServer agent = TokenServer.start(
                new Door("127.0.0.1", 0, Optional.of(tls)), "t0ken", request -> Reply.of(200, INVENTORY))) {
            URI url = URI.create("https://127.0.0.1:" + agent.port());
            AgentClient known =
                    client(url, new AgentTls(pem("agent"), p12("manager"), PASSWORD).client(HttpClient.newBuilder()));
            assertThat(known.inventory().host()).isEqualTo("node1");
            assertThat(known.clock()).isEmpty();
            AgentClient keyless = client(url, new AgentTls(pem("agent"), null, null).client(HttpClient.newBuilder()));
            assertThatThrownBy(keyless::inventory).isInstanceOf(PeerUnreachable.class);
            AgentClient trustless = client(url, new AgentTls(null, null, null).client(HttpClient.newBuilder()));
            assertThatThrownBy(trustless::inventory)
                    .isInstanceOf(PeerUnreachable.class)
                    .hasMessageContaining("certification path");
            assertThat(trustless.state()).startsWith("down: ");
        }
        assertThatThrownBy(() -> new AgentTls(null, p12("manager"), PASSWORD)).hasMessageContaining("agent-trust");
    }

    @Test
    void one_of_another_version_is_refused_by_name() throws Exception {
        Map<String, Object> newer = new LinkedHashMap<>(INVENTORY);
        newer.put("format-version", 2);
        try (TokenServer agent = TokenServer.start(0, "t0ken", request -> Reply.of(200, newer))) {
            AgentClient client = client(URI.create("http://127.0.0.1:" + agent.port()), HttpClient.newHttpClient());
            assertThatThrownBy(client::inventory)
                    .hasMessageContaining("format-version: expected 1, got 2")
                    .hasMessageContaining("update the older one");
            assertThat(client.state()).contains("format-version");
        }
    }

    @Test
    void a_clock_apart_is_told_and_disturbs_nothing() throws Exception {
        try (DatedAgent agent = new DatedAgent()) {
            AgentClient client = client(agent.url(), HttpClient.newHttpClient());
            agent.ahead = Duration.ofSeconds(90);
            assertThat(client.inventory().host()).isEqualTo("node1");
            // a Date counts whole seconds, and a busy machine lets some pass before it is read
            assertThat(client.clock()).matches("its clock is (8\\d|90) s ahead of the manager's");
            assertThat(client.state()).isEqualTo("up");
            agent.ahead = Duration.ofSeconds(-20);
            client.inventory();
            assertThat(client.clock()).matches("its clock is [23]\\d s behind the manager's");
            agent.ahead = Duration.ZERO;
            client.inventory();
            assertThat(client.clock()).isEmpty();
        }
    }

    /** The JDK's server writes a Date of its own, so this one speaks HTTP itself. */
    private static final class DatedAgent implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        private volatile Duration ahead = Duration.ZERO;

        DatedAgent() throws IOException {
            Thread thread = new Thread(this::serve, "dated-agent");
            thread.setDaemon(true);
            thread.start();
        }

        URI url() {
            return URI.create("http://127.0.0.1:" + server.getLocalPort());
        }

        private void serve() {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    byte[] head = new byte[4096];
                    int read = socket.getInputStream().read(head);
                    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            Instant.now().plus(ahead).atZone(ZoneOffset.UTC));
                    String body = "{\"format-version\":1,\"host\":\"node1\",\"gpus\":[]}";
                    String answer = read > 0
                            ? "HTTP/1.1 200 OK\r\nConnection: close\r\nDate: " + date + "\r\nContent-Length: "
                                    + body.length() + "\r\n\r\n" + body
                            : "";
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException gone) {
                    // the test has ended, or its client went
                }
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static AgentClient client(URI url, HttpClient http) {
        return new AgentClient(url, "t0ken", http, Duration.ofSeconds(20));
    }

    private Path p12(String name) {
        return folder.resolve(name + ".p12");
    }

    private Path pem(String name) {
        return folder.resolve(name + ".pem");
    }

    private void keytool(String command, String name, String... words) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), command, "-alias", name));
        line.addAll(List.of(words));
        line.addAll(List.of("-keystore", p12(name).toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("keytool.log")))
                .isZero();
    }
}
