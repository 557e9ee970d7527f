package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.gateway.WebClient.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The way in for a browser, and what keeps other pages out. */
class BrowserTest {
    private static final String FORM = "application/x-www-form-urlencoded";

    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;
    private static WebClient web;
    private static String origin;

    @BeforeAll
    static void start() throws Exception {
        Path viewer = Files.createDirectories(folder.resolve("viewer"));
        Files.writeString(viewer.resolve("index.html"), "<title>viewer</title>");
        Files.writeString(viewer.resolve("a.0123456789abcdef.js"), "1");
        Files.write(viewer.resolve("d.wasm"), new byte[] {0});
        Path named = Files.createDirectory(viewer.resolve("0123456789abcdef"));
        Files.write(named.resolve("e.wasm"), new byte[] {0});
        Files.writeString(named.resolve("f.js"), "plain");
        Files.writeString(named.resolve("f.js.gz"), "packed");
        Files.writeString(folder.resolve("secret.txt"), "secret");
        database = TestingDatabase.start();
        gateway = TestingGateway.start(
                folder, database.fresh(), Map.of("tomogrid.gateway.web.viewer", viewer.toString()));
        web = new WebClient(gateway);
        origin = gateway.base().toString();
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        database.close();
    }

    private static String token() throws Exception {
        String url = (String) gateway.post("/api/login-links").body().get("url");
        assertThat(url).startsWith(origin + "/login#");
        return url.substring(url.indexOf('#') + 1);
    }

    private static Reply enter(String token) throws Exception {
        return web.postAnonymously(
                "/login",
                ("token=" + token).getBytes(StandardCharsets.US_ASCII),
                "Content-Type",
                FORM,
                "Origin",
                origin);
    }

    private static String session() throws Exception {
        String cookie = enter(token()).header("Set-Cookie");
        return cookie.substring(0, cookie.indexOf(';'));
    }

    /** WEB-05. */
    @Test
    void a_login_link_lets_in_once() throws Exception {
        String token = token();
        Reply first = enter(token);
        assertThat(first.status()).isEqualTo(204);
        assertThat(first.header("Set-Cookie"))
                .contains("HttpOnly")
                .contains("SameSite=Strict")
                .contains("Path=/");
        Reply second = enter(token);
        assertThat(second.status()).isEqualTo(403);
        assertThat(second.error()).contains("./tomogrid login");
        assertThat(enter("0".repeat(64)).status()).isEqualTo(403);
        String cookie = first.header("Set-Cookie").split(";", 2)[0];
        for (String path : List.of("/", "/viewer/", "/dicom-web/studies", "/api/studies")) {
            assertThat(web.getAnonymously(path, "Cookie", cookie).status())
                    .as(path)
                    .isEqualTo(200);
            assertThat(web.getAnonymously(path, "Cookie", cookie + "0").status())
                    .as(path)
                    .isEqualTo(401);
        }
    }

    /** WEB-05. */
    @Test
    void who_logs_out_is_out() throws Exception {
        String cookie = session();
        String other = session();
        Reply foreign = web.postAnonymously("/logout", new byte[0], "Cookie", cookie, "Origin", "http://127.0.0.1:1");
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(web.getAnonymously("/logout", "Cookie", cookie).status()).isEqualTo(405);
        assertThat(web.getAnonymously("/", "Cookie", cookie).status()).isEqualTo(200);
        Reply out = web.postAnonymously("/logout", new byte[0], "Cookie", cookie, "Origin", origin);
        assertThat(out.status()).isEqualTo(303);
        assertThat(out.header("Location")).endsWith("/login");
        assertThat(out.header("Set-Cookie"))
                .startsWith(cookie.substring(0, cookie.indexOf('=')) + "=;")
                .contains("Max-Age=0");
        assertThat(web.getAnonymously("/", "Cookie", cookie).status()).isEqualTo(401);
        assertThat(web.getAnonymously("/", "Cookie", other).status())
                .as("another browser")
                .isEqualTo(200);
        assertThat(web.postAnonymously("/logout", new byte[0], "Cookie", cookie, "Origin", origin)
                        .status())
                .as("once more")
                .isEqualTo(303);
    }

    /** WEB-05, SEC-01. */
    @Test
    void nobody_gets_anything_but_the_login_page_without_credentials() throws Exception {
        for (String path : List.of("/", "/viewer/", "/dicom-web/studies", "/api/studies", "/web/status.js")) {
            Reply reply = web.getAnonymously(path);
            assertThat(reply.status()).as(path).isEqualTo(401);
            assertThat(reply.header("WWW-Authenticate")).contains("Basic");
        }
        Reply person = web.getAnonymously("/viewer/viewer", "Accept", "text/html");
        assertThat(person.status()).isEqualTo(302);
        assertThat(person.header("Location")).endsWith("/login");
        Reply page = web.getAnonymously("/dicom-web/studies", "Sec-Fetch-Site", "same-origin");
        assertThat(page.status()).isEqualTo(401);
        assertThat(page.header("WWW-Authenticate")).isEmpty();
        assertThat(web.getAnonymously("/login").status()).isEqualTo(200);
        assertThat(web.postAnonymously("/api/login-links", new byte[0]).status())
                .isEqualTo(401);
    }

    /** WEB-05: neither a session nor a remembered password serves another page. */
    @Test
    void requests_of_other_pages_are_refused() throws Exception {
        String cookie = session();
        String elsewhere = "http://127.0.0.1:1";
        String path = "/api/studies/1.2/complete";
        assertThat(web.postAnonymously(path, new byte[0], "Cookie", cookie, "Origin", elsewhere)
                        .status())
                .isEqualTo(403);
        assertThat(web.postAnonymously(path, new byte[0], "Cookie", cookie).status())
                .isEqualTo(403);
        assertThat(web.post(path, new byte[0], "Origin", elsewhere).status()).isEqualTo(403);
        assertThat(web.post(path, new byte[0], "Origin", "null").status()).isEqualTo(403);
        assertThat(web.postAnonymously(path, new byte[0], "Cookie", cookie, "Origin", origin)
                        .status())
                .isEqualTo(404);
        assertThat(web.post(path, new byte[0]).status()).isEqualTo(404);
        assertThat(web.getAnonymously("/api/studies", "Cookie", cookie, "Sec-Fetch-Site", "same-site")
                        .status())
                .isEqualTo(403);
        assertThat(web.getAnonymously(
                                "/", "Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate")
                        .status())
                .isEqualTo(200);
    }

    /** WEB-05: a browser may look and operate, but makes no links and hands in no results. */
    @Test
    void a_session_is_no_service() throws Exception {
        String cookie = session();
        assertThat(web.postAnonymously("/api/login-links", new byte[0], "Cookie", cookie, "Origin", origin)
                        .status())
                .isEqualTo(403);
    }

    /** SEC-01: a name that another site's owner lets lead to this machine is refused. */
    @Test
    void other_host_names_are_refused() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", gateway.base().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("GET /login HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 400");
        }
    }

    /** WEB-04. */
    @Test
    void the_viewer_has_its_files_types_and_policy() throws Exception {
        String cookie = session();
        Reply index = web.getAnonymously("/viewer/", "Cookie", cookie);
        assertThat(index.text()).contains("<title>viewer");
        assertThat(index.header("Content-Security-Policy"))
                .contains("default-src 'self'")
                .contains("script-src 'self' 'wasm-unsafe-eval';")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe-eval' ");
        assertThat(index.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
        assertThat(index.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(index.header("Cache-Control")).contains("no-cache");
        Reply inner = web.getAnonymously("/viewer/tmtv?StudyInstanceUIDs=1.2", "Cookie", cookie);
        assertThat(inner.text()).isEqualTo(index.text());
        assertThat(inner.header("Content-Type")).startsWith("text/html");
        Reply script = web.getAnonymously("/viewer/a.0123456789abcdef.js", "Cookie", cookie);
        assertThat(script.header("Content-Type")).startsWith("text/javascript");
        assertThat(script.header("Cache-Control")).contains("no-cache");
        Reply kept = web.getAnonymously(
                "/viewer/a.0123456789abcdef.js", "Cookie", cookie, "If-Modified-Since", script.header("Last-Modified"));
        assertThat(kept.status()).isEqualTo(304);
        assertThat(kept.bytes()).isEmpty();
        assertThat(web.getAnonymously("/viewer/0123456789abcdef/e.wasm", "Cookie", cookie)
                        .header("Cache-Control"))
                .contains("max-age=31536000", "private", "immutable");
        assertThat(web.getAnonymously("/viewer/d.wasm", "Cookie", cookie).header("Content-Type"))
                .isEqualTo("application/wasm");
        assertThat(web.getAnonymously("/viewer/none.js", "Cookie", cookie).status())
                .isEqualTo(404);
        for (String path : List.of("/viewer/../secret.txt", "/viewer/%2e%2e/secret.txt", "/viewer/..%2fsecret.txt")) {
            Reply outside = web.getAnonymously(path, "Cookie", cookie);
            assertThat(outside.status()).as(path).isGreaterThanOrEqualTo(400);
        }
    }

    /** WEB-04. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip, deflate, br | packed",
                "br, GZIP;q=0.5    | packed",
                "gzip ; q=0.001    | packed",
                "gzip;q=0, br      | plain",
                "br;q=1, gzip;q=0.0| plain",
                "x-gzip2           | plain",
                "identity          | plain"
            })
    void what_the_viewer_has_packed_goes_so_to_whom_takes_that(String accepted, String content) throws Exception {
        Reply reply =
                web.getAnonymously("/viewer/0123456789abcdef/f.js", "Cookie", session(), "Accept-Encoding", accepted);
        assertThat(reply.text()).isEqualTo(content);
        assertThat(reply.header("Content-Encoding")).isEqualTo(content.equals("packed") ? "gzip" : "");
        assertThat(reply.header("Content-Type")).startsWith("text/javascript");
        assertThat(reply.header("Vary")).contains("Accept-Encoding");
        assertThat(reply.header("Cache-Control")).contains("immutable");
    }

    /** WEB-06. */
    @Test
    void the_status_page_has_no_markup_from_elsewhere() throws Exception {
        String cookie = session();
        assertThat(web.getAnonymously("/", "Cookie", cookie).text())
                .contains("/web/status.js")
                .doesNotContain("http");
        assertThat(web.getAnonymously("/web/status.js", "Cookie", cookie).text())
                .doesNotContain("innerHTML");
        assertThat(web.getAnonymously("/manager/api/jobs", "Cookie", cookie).status())
                .isEqualTo(404);
        assertThat(web.getAnonymously("/web/nothing.js", "Cookie", cookie).status())
                .isEqualTo(404);
    }
}
