package io.tomogrid.gateway.web;

import io.tomogrid.gateway.RequestFault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** The pages: status, login, and the viewer's files. */
@RestController
class PageController {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=UTF-8",
            "js", "text/javascript;charset=UTF-8",
            "css", "text/css;charset=UTF-8",
            "wasm", "application/wasm",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "woff2", "font/woff2",
            "json", "application/json");

    /** A folder that has another name when anything in it changes: browsers need not ask again. */
    private static final String NAMED = "[0-9a-f]{16}";

    /** Accept-Encoding that takes gzip, with no weight or any but 0 (RFC 9110 section 12.5.3). */
    private static final Pattern GZIP =
            Pattern.compile("(?:^|[, ])gzip\\s*(?:$|,|;\\s*q=(?!0(?:\\.0*)?\\s*(?:$|,)))", Pattern.CASE_INSENSITIVE);

    private static final CacheControl KEEP =
            CacheControl.maxAge(Duration.ofDays(365)).cachePrivate().immutable();

    private final Path viewer;

    PageController(WebProperties properties) {
        this.viewer = properties.viewer() == null
                ? null
                : properties.viewer().toAbsolutePath().normalize();
    }

    @GetMapping("/")
    ResponseEntity<byte[]> status() throws IOException {
        return own("status.html");
    }

    @GetMapping("/login")
    ResponseEntity<byte[]> login() throws IOException {
        return own("login.html");
    }

    @GetMapping("/web/{name:[a-z]+\\.(?:js|css)}")
    ResponseEntity<byte[]> asset(@PathVariable String name) throws IOException {
        return own(name);
    }

    @GetMapping({"/viewer", "/viewer/{*path}"})
    ResponseEntity<?> viewer(
            @PathVariable(required = false) String path,
            @RequestHeader(value = HttpHeaders.ACCEPT_ENCODING, defaultValue = "") String encodings)
            throws IOException {
        if (viewer == null || !Files.isRegularFile(viewer.resolve("index.html"))) {
            return own("no-viewer.html");
        }
        Path file = viewer.resolve(path == null ? "" : path.substring(1)).normalize();
        if (!file.startsWith(viewer)) {
            throw RequestFault.notFound("no such file");
        }
        // the addresses of a single-page application have no file behind them
        if (!file.getFileName().toString().contains(".")) {
            file = viewer.resolve("index.html");
        }
        if (!Files.isRegularFile(file)) {
            throw RequestFault.notFound("the viewer has no such file");
        }
        String name = file.getFileName().toString();
        Path packed = file.resolveSibling(name + ".gz");
        boolean unpacked = !GZIP.matcher(encodings).find() || !Files.isRegularFile(packed);
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok()
                .contentType(type(name))
                .lastModified(Files.getLastModifiedTime(file).toInstant())
                .varyBy(HttpHeaders.ACCEPT_ENCODING)
                .cacheControl(
                        viewer.relativize(file).getName(0).toString().matches(NAMED) ? KEEP : CacheControl.noCache());
        return unpacked
                ? answer.body(new FileSystemResource(file))
                : answer.header(HttpHeaders.CONTENT_ENCODING, "gzip").body(new FileSystemResource(packed));
    }

    private static ResponseEntity<byte[]> own(String name) throws IOException {
        try (InputStream in = PageController.class.getResourceAsStream(name)) {
            if (in == null) {
                throw RequestFault.notFound("no such file");
            }
            return ResponseEntity.ok()
                    .contentType(type(name))
                    .cacheControl(CacheControl.noCache())
                    .body(in.readAllBytes());
        }
    }

    private static MediaType type(String name) {
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return MediaType.parseMediaType(TYPES.getOrDefault(ending, "application/octet-stream"));
    }
}
