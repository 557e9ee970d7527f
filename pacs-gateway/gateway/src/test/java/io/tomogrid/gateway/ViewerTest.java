package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest.Syntax;
import io.tomogrid.dicom.synthetic.SyntheticStudy;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The viewer and the status page in a real browser. */
@org.junit.jupiter.api.Tag("peer")
class ViewerTest {
    private static final String FIRST_IMAGE = "window.firstImage > 0";
    private static final String BOTH_VOLUMES = """
            (() => {
              const volumes = [...(window.cornerstone?.cache.getVolumes() ?? [])];
              return volumes.length >= 2 && volumes.every(volume => volume.loadStatus?.loaded);
            })()""";

    @TempDir
    Path folder;

    /** WEB-04, WEB-05, WEB-06, SEC-03. */
    @Test
    void a_study_is_seen_without_asking_anybody_else_or_breaking_the_policy() throws Exception {
        Chromium.assume();
        SyntheticStudy study = SyntheticStudy.of(1);
        try (TestingDatabase database = TestingDatabase.start();
                TestingGateway gateway = TestingGateway.start(folder, database.fresh(), Chromium.settings())) {
            send(gateway, study);
            String query = "?StudyInstanceUIDs=" + study.studyInstanceUid();
            List<?> pages = Chromium.look(
                    gateway,
                    List.of(
                            page("/", "document.querySelectorAll('#studies tr').length > 0", "status.png", 500),
                            page("/viewer/", "document.body.innerText.includes('SYNTHETIC-1')", "list.png", 1000),
                            page("/viewer/viewer" + query, FIRST_IMAGE, "viewer.png", 2000),
                            page("/viewer/tmtv" + query, BOTH_VOLUMES, "fusion.png", 3000)));
            assertThat(String.valueOf(((Map<?, ?>) pages.get(0)).get("text"))).contains(study.studyInstanceUid());
            assertThat(String.valueOf(((Map<?, ?>) pages.get(3)).get("text")))
                    .as("PET is shown in SUV, window 0.5 to 5.5")
                    .containsPattern("W:\\s+5\\s+L:\\s+3");
            System.out.println("first image after " + ((Map<?, ?>) pages.get(2)).get("seenMs") + " ms");
            assertThat(colours(Chromium.PICTURES.resolve("fusion.png")))
                    .as("colours in the middle")
                    .isGreaterThan(200);
        }
    }

    private static Map<String, Object> page(String path, String waitFor, String picture, int settleMs) {
        return Chromium.page(path, waitFor, picture, settleMs, "");
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
