package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.gateway.contract.Documents;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real browser that looks at a gateway's pages, driven by {@code deploy/viewer/browser/look.mjs}. */
final class Chromium {
    static final Path PICTURES = Path.of("target", "pictures").toAbsolutePath();

    private static final Path HOUSE = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Path VIEWER = HOUSE.resolve(".tomogrid/viewer");
    private static final Path DRIVER = HOUSE.resolve(".tomogrid/browser");
    private static final Path PROGRAM = Path.of("/usr/bin/chromium");

    private Chromium() {}

    /** Skips the test where a part is missing. */
    static void assume() throws IOException {
        assumeTrue(Files.exists(VIEWER.resolve("index.html")), "the viewer is not unpacked: ./tomogrid viewer");
        assumeTrue(
                Files.exists(DRIVER.resolve("node_modules/playwright-core")),
                "playwright-core is missing: ./tomogrid test fetches it");
        assumeTrue(Files.isExecutable(PROGRAM), "Chromium is not installed");
        Files.createDirectories(PICTURES);
    }

    /** Of a gateway that serves the viewer. */
    static Map<String, Object> settings() {
        return Map.of("tomogrid.gateway.web.viewer", VIEWER.toString());
    }

    /** @param waitFor an expression that becomes true @param ask an expression whose value is told, or empty */
    static Map<String, Object> page(String path, String waitFor, String picture, int settleMs, String ask) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("path", path);
        page.put("waitFor", waitFor);
        page.put("png", PICTURES.resolve(picture).toString());
        page.put("settleMs", settleMs);
        page.put("ask", ask);
        return page;
    }

    /** What it tells of the pages; nothing went wrong, nobody else was asked and no policy violated. */
    static List<?> look(TestingGateway gateway, List<?> pages) throws Exception {
        Map<String, Object> order = Map.of(
                "driver", DRIVER.toString(),
                "chromium", PROGRAM.toString(),
                "login", gateway.post("/api/login-links").body().get("url"),
                "fault", PICTURES.resolve("fault.png").toString(),
                "pages", pages);
        File output = PICTURES.resolve("told.json").toFile();
        Process node = new ProcessBuilder(
                        "node", HOUSE.resolve("deploy/viewer/browser/look.mjs").toString(), Documents.json(order))
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            assertThat(node.waitFor(6, TimeUnit.MINUTES))
                    .as("the browser ended")
                    .isTrue();
        } finally {
            node.descendants().forEach(ProcessHandle::destroyForcibly);
            node.destroyForcibly();
        }
        String text = Files.readString(output.toPath(), StandardCharsets.UTF_8).strip();
        assertThat(text).as("what the browser's driver tells").startsWith("{");
        Map<String, Object> told = Documents.parse(text);
        assertThat(told.get("errors")).as("errors").isEqualTo(List.of());
        assertThat(told.get("outside")).as("requests to elsewhere").isEqualTo(List.of());
        assertThat(told.get("policy")).as("violations of the policy").isEqualTo(List.of());
        assertThat(told.get("failed")).as("requests that failed").isEqualTo(List.of());
        assertThat(told.get("afterwards"))
                .as("the status page after logging out")
                .isEqualTo("/login");
        return (List<?>) told.get("pages");
    }
}
