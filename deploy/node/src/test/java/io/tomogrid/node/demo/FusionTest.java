package io.tomogrid.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.synthetic.Sphere;
import io.tomogrid.dicom.synthetic.SyntheticStudy;
import io.tomogrid.node.demo.PetVoxels.Voxel;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the viewer shows of a processed study beside what the engine found: SUV, lesions, their measures. */
@Tag("peer")
@Tag("cluster")
class FusionTest {
    private static final Path HOUSE = Path.of(System.getProperty("tomogrid.root", "../.."));
    private static final Path VIEWER = HOUSE.resolve(".tomogrid/viewer/index.html");
    private static final Path DRIVER = HOUSE.resolve(".tomogrid/browser").toAbsolutePath();
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path PICTURES = Path.of("target", "pictures").toAbsolutePath();
    /** The viewer rounds twice to single precision: the rescaled value and its SUV. */
    private static final double FLOATS = 2 * Math.ulp(1f);

    private static final double LARGEST_ELLIPSE_MM = 16;
    private static final int MINUTES = 8;

    @RegisterExtension
    static final SharedNode shared = new SharedNode();

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Files.exists(VIEWER), "the viewer is not unpacked: ./tomogrid viewer");
        assumeTrue(
                Files.exists(DRIVER.resolve("node_modules/playwright-core")),
                "playwright-core is missing: ./tomogrid test fetches it");
        assumeTrue(Files.isExecutable(CHROMIUM), "Chromium is not installed");
        Files.createDirectories(PICTURES);
    }

    /** WEB-07, WEB-08, WEB-04. */
    @Test
    void the_synthetic_study_has_the_suv_and_the_lesions_that_were_put_in() throws Exception {
        SyntheticStudy study = SyntheticStudy.of(1);
        DemoRun.Outcome outcome = shared.synthetic();
        PetVoxels pet = new PetVoxels(study.pet()::iterator, mapping(outcome));
        Sphere largest = study.spheres().stream()
                .reduce((a, b) -> a.diameterMm() > b.diameterMm() ? a : b)
                .orElseThrow();
        Map<String, Object> told = look(outcome, pet, "fusion-synthetic", true);
        Map<?, ?> segments = (Map<?, ?>) told.get("segments");
        List<?> counts = (List<?>) segments.get("voxels");
        List<Sphere> spheres = study.spheres().stream()
                .sorted((a, b) -> Double.compare(b.sampledMl(), a.sampledMl()))
                .toList();
        double voxelMl = study.petGrid().columnStep().x()
                * study.petGrid().rowStep().y()
                * study.petGrid().sliceStep().z()
                / 1000;
        for (int n = 0; n < spheres.size(); n++) {
            assertThat(((Number) counts.get(n)).intValue() * voxelMl)
                    .as("ml that lesion %d covers in the viewer", n + 1)
                    .isCloseTo(spheres.get(n).sampledMl(), within(1e-9));
        }
        List<?> ellipse = (List<?>) told.get("ellipse");
        System.out.println("the ellipse says " + ellipse);
        double halfUnit = pet.nearest(
                                largest.centre().x(),
                                largest.centre().y(),
                                largest.centre().z())
                        .unit()
                / 2;
        for (String name : List.of("Mean", "Max", "Min")) {
            String line = ellipse.stream()
                    .map(String::valueOf)
                    .filter(l -> l.startsWith(name + ": "))
                    .findFirst()
                    .orElseThrow();
            assertDrawn(line.substring(name.length() + 2), largest.suv(), halfUnit);
        }
    }

    /** WEB-07, WEB-08. */
    @Test
    void a_real_study_has_the_suv_that_the_engine_found() throws Exception {
        Path data = data();
        assumeTrue(Files.isDirectory(data), "needs the folder of real DICOM files (TOMOGRID_DATA or ../shared/data)");
        DemoRun.Outcome outcome = shared.run(DemoSource.folder(data));
        look(outcome, new PetVoxels(images(data), mapping(outcome)), "fusion-real", false);
    }

    /** Compares what the viewer tells with the engine's findings; the rest is told to the test. */
    private static Map<String, Object> look(DemoRun.Outcome outcome, PetVoxels pet, String picture, boolean withEllipse)
            throws Exception {
        Map<?, ?> findings = (Map<?, ?>) outcome.job().get("findings");
        List<?> lesions = (List<?>) findings.get("lesions");
        Map<?, ?> first = (Map<?, ?>) lesions.get(0);
        double[] centre = ((List<?>) first.get("centre-mm"))
                .stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
        long seed = 7;
        List<Voxel> voxels = new ArrayList<>();
        voxels.add(pet.nearest(centre[0], centre[1], centre[2]));
        voxels.addAll(pet.some(50, seed));

        Map<String, Object> order = new LinkedHashMap<>();
        order.put("study", outcome.source().studyUid());
        order.put("pet", pet.seriesUid());
        order.put("lesions", lesions.size());
        order.put("points", voxels.stream().map(Voxel::point).toList());
        order.put("ellipseMm", withEllipse ? List.of(LARGEST_ELLIPSE_MM, LARGEST_ELLIPSE_MM) : null);
        Map<String, Object> told = browse(order, picture);
        List<?> ms = (List<?>) told.get("firstImageMs");
        System.out.printf(
                "%s: first image %s ms after the navigation, %s ms with the viewer's files kept; both volumes %s ms%n",
                picture, ms.get(0), ms.get(1), told.get("loadedMs"));

        List<?> suv = (List<?>) told.get("points");
        for (int n = 0; n < voxels.size(); n++) {
            double expected = voxels.get(n).suv();
            assertThat(((Number) suv.get(n)).doubleValue())
                    .as("SUV of the viewer at %s (seed %d)", voxels.get(n).point(), seed)
                    .isCloseTo(expected, within(expected * FLOATS));
        }
        Map<?, ?> segments = (Map<?, ?>) told.get("segments");
        assertThat(segments.get("label")).isEqualTo("Lesions on PET");
        assertThat((List<?>) segments.get("labels"))
                .hasSameSizeAs(lesions)
                .allMatch(label -> String.valueOf(label).startsWith("Lesion "));
        assertThat((List<?>) segments.get("voxels")).hasSameSizeAs(lesions).allMatch(n -> ((Number) n).intValue() > 0);
        assertThat(String.valueOf(segments.get("shownIn"))).contains("fusionAXIAL", "ptAXIAL");

        Map<?, ?> card = (Map<?, ?>) told.get("lesion");
        System.out.println("the viewer says of lesion 1: " + card);
        assertDrawn((String) card.get("Max Value"), number(first.get("suv-max")), 0);
        assertDrawn((String) card.get("Mean Value"), number(first.get("suv-mean")), 0);
        // the last digit is rounded
        assertThat(Double.parseDouble(((String) card.get("Volume")).replace(" mm³", "")))
                .isCloseTo(number(first.get("mtv-ml")) * 1000, within(0.5));
        return told;
    }

    /** @param slack beside half a unit of the last digit that is drawn */
    private static void assertDrawn(String text, double expected, double slack) {
        assertThat(text).endsWith(" SUV");
        String number = text.substring(0, text.indexOf(' '));
        int decimals = number.contains(".") ? number.length() - number.indexOf('.') - 1 : 0;
        assertThat(Double.parseDouble(number))
                .as("drawn: %s", text)
                .isCloseTo(expected, within(0.5 * Math.pow(10, -decimals) + slack + expected * FLOATS));
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    private static Dataset mapping(DemoRun.Outcome outcome) throws IOException {
        String uid = outcome.results().stream()
                .filter(r -> r.kind().equals("RWVM"))
                .findFirst()
                .orElseThrow()
                .sopInstanceUid();
        return shared.pacs().read(uid).dataset();
    }

    private static Path data() {
        String configured = System.getenv("TOMOGRID_DATA");
        Path root = configured == null ? HOUSE.resolve("../shared/data") : Path.of(configured);
        return root.resolve("dicom/petct_sts001");
    }

    private static List<Dataset> images(Path data) throws IOException {
        List<Dataset> images = new ArrayList<>();
        try (Stream<Path> files = Files.walk(data.resolve("PT_wholebody_bqml"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                    images.add(Part10.read(in).dataset());
                }
            }
        }
        return images;
    }

    private static Map<String, Object> browse(Map<String, Object> order, String picture) throws Exception {
        order.put("driver", DRIVER.toString());
        order.put("chromium", CHROMIUM.toString());
        order.put("login", shared.gateway().loginLink());
        order.put("png", PICTURES.resolve(picture + ".png").toString());
        order.put("fault", PICTURES.resolve(picture + "-fault.png").toString());
        Path output = PICTURES.resolve(picture + ".json");
        Path script = HOUSE.resolve("deploy/viewer/browser/fusion.mjs");
        Process browser = new ProcessBuilder("node", script.toString(), JSON.std.asString(order))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(browser.waitFor(MINUTES, TimeUnit.MINUTES))
                    .as("the browser ended")
                    .isTrue();
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8).strip();
        assertThat(text).as("what the browser's driver tells").startsWith("{");
        Map<String, Object> told = JSON.std.mapFrom(text);
        assertThat(told.get("errors")).as("errors, see %s", order.get("fault")).isEqualTo(List.of());
        assertThat(told.get("outside")).as("requests to elsewhere").isEqualTo(List.of());
        assertThat(told.get("policy")).as("violations of the policy").isEqualTo(List.of());
        assertThat(told.get("failed")).as("requests that failed").isEqualTo(List.of());
        return told;
    }
}
