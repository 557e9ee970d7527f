package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest.Syntax;
import io.tomogrid.dicom.synthetic.SyntheticStudy;
import io.tomogrid.gateway.contract.Documents;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The viewer and the status page in a real browser. */
@org.junit.jupiter.api.Tag("peer")
class ViewerTest {
    private static final Path HOUSE = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Path VIEWER = HOUSE.resolve(".tomogrid/viewer");
    private static final Path DRIVER = HOUSE.resolve(".tomogrid/browser");
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path PICTURES = Path.of("target", "pictures").toAbsolutePath();

    @TempDir
    Path folder;

    /** WEB-04, WEB-06, SEC-03. */
    @Test
    void a_study_is_seen_without_asking_anybody_else_or_breaking_the_policy() throws Exception {
        assumeTrue(Files.exists(VIEWER.resolve("index.html")), "the viewer is not unpacked: ./tomogrid viewer");
        assumeTrue(
                Files.exists(DRIVER.resolve("node_modules/playwright-core")),
                "playwright-core is missing: ./tomogrid test fetches it");
        assumeTrue(Files.isExecutable(CHROMIUM), "Chromium is not installed");
        Files.createDirectories(PICTURES);
        SyntheticStudy study = SyntheticStudy.of(1);
        try (TestingDatabase database = TestingDatabase.start();
                TestingGateway gateway = TestingGateway.start(
                        folder, database.fresh(), Map.of("tomogrid.gateway.web.viewer", VIEWER.toString()))) {
            send(gateway, study);
            String query = "?StudyInstanceUIDs=" + study.studyInstanceUid();
            Map<String, Object> told = look(
                    gateway,
                    page("/", "document.querySelectorAll('#studies tr').length > 0", "status.png", 500),
                    page("/viewer/", "document.body.innerText.includes('SYNTHETIC-1')", "list.png", 1000),
                    page("/viewer/viewer" + query, "window.firstImage > 0", "viewer.png", 2000),
                    page("/viewer/tmtv" + query, "window.firstImage > 0", "fusion.png", 20_000));
            assertThat(told.get("errors")).as("errors").isEqualTo(List.of());
            assertThat(told.get("outside")).as("requests to elsewhere").isEqualTo(List.of());
            assertThat(told.get("policy")).as("violations of the policy").isEqualTo(List.of());
            assertThat(told.get("failed")).as("requests that failed").isEqualTo(List.of());
            List<?> pages = (List<?>) told.get("pages");
            assertThat(String.valueOf(((Map<?, ?>) pages.get(0)).get("text"))).contains(study.studyInstanceUid());
            assertThat(String.valueOf(((Map<?, ?>) pages.get(3)).get("text")))
                    .as("PET is shown in SUV, window 0.5 to 5.5")
                    .containsPattern("W:\\s+5\\s+L:\\s+3");
            System.out.println("first image after " + ((Map<?, ?>) pages.get(2)).get("seenMs") + " ms");
            assertThat(colours(PICTURES.resolve("fusion.png")))
                    .as("colours in the middle")
                    .isGreaterThan(200);
        }
    }

    private static void send(TestingGateway gateway, SyntheticStudy study) throws IOException {
        try (Association association = gateway.open(
                new Syntax(Uid.CTImageStorage, TestingGateway.EXPLICIT),
                new Syntax(Uid.PositronEmissionTomographyImageStorage, TestingGateway.EXPLICIT))) {
            for (Dataset image : study) {
                association.store(
                        image.string(Tag.SOPClassUID).orElseThrow(),
                        image.string(Tag.SOPInstanceUID).orElseThrow(),
                        TestingGateway.EXPLICIT,
                        new ByteArrayInputStream(TestingGateway.encode(image, TestingGateway.EXPLICIT)));
            }
        }
    }

    private static Map<String, Object> page(String path, String waitFor, String picture, int settleMs) {
        return Map.of(
                "path",
                path,
                "waitFor",
                waitFor,
                "png",
                PICTURES.resolve(picture).toString(),
                "settleMs",
                settleMs);
    }

    private static Map<String, Object> look(TestingGateway gateway, Map<?, ?>... pages) throws Exception {
        Map<String, Object> order = Map.of(
                "driver", DRIVER.toString(),
                "chromium", CHROMIUM.toString(),
                "login", gateway.post("/api/login-links").body().get("url"),
                "fault", PICTURES.resolve("fault.png").toString(),
                "pages", List.of(pages));
        File output = PICTURES.resolve("told.json").toFile();
        Process node = new ProcessBuilder(
                        "node", HOUSE.resolve("deploy/viewer/browser/look.mjs").toString(), Documents.json(order))
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            assertThat(node.waitFor(4, TimeUnit.MINUTES))
                    .as("the browser ended")
                    .isTrue();
        } finally {
            node.descendants().forEach(ProcessHandle::destroyForcibly);
            node.destroyForcibly();
        }
        String text = Files.readString(output.toPath(), StandardCharsets.UTF_8).strip();
        assertThat(text).as("what the browser's driver tells").startsWith("{");
        return Documents.parse(text);
    }

    /** Distinct colours in the middle of a picture: images have many of them, empty viewports a few. */
    private static int colours(Path png) throws IOException {
        BufferedImage image = ImageIO.read(png.toFile());
        Set<Integer> values = new HashSet<>();
        for (int y = image.getHeight() / 4; y < image.getHeight() * 3 / 4; y++) {
            for (int x = image.getWidth() / 4; x < image.getWidth() * 3 / 4; x++) {
                values.add(image.getRGB(x, y));
            }
        }
        return values.size();
    }
}
