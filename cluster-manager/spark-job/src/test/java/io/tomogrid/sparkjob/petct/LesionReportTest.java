package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.object.Algorithm;
import io.tomogrid.dicom.object.LesionMeasurements;
import io.tomogrid.dicom.object.Segment;
import io.tomogrid.engine.mip.ColourRotation;
import io.tomogrid.engine.mip.GreyRotation;
import io.tomogrid.engine.mip.RotationGeometry;
import io.tomogrid.engine.mip.Window;
import io.tomogrid.imaging.Vec3;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FND-04: the page for people. */
class LesionReportTest {
    private static final Algorithm ALGORITHM = Algorithm.model("suv (41)", "1.0.0", "sha256:0123");

    private static byte[] pdf(String name, int lesions) {
        RotationGeometry geometry = new RotationGeometry(4, 10, 30, 4, new Vec3(0, 0, 0), "2.25.1");
        short[] pixels = new short[geometry.pixels()];
        for (int n = 0; n < pixels.length; n++) {
            pixels[n] = (short) (n * 7);
        }
        var grey = new GreyRotation(geometry, pixels, "g/ml{SUVbw}", 1e-3, 0, new Window(0, 10));
        var fused = new ColourRotation(geometry, new byte[3 * geometry.pixels()]);
        Dataset header = new Dataset()
                .put(Tag.SpecificCharacterSet, "ISO_IR 192")
                .put(Tag.PatientName, name)
                .put(Tag.PatientID, "4711");
        List<LesionMeasurements> measured = new ArrayList<>();
        for (int n = 1; n <= lesions; n++) {
            measured.add(new LesionMeasurements(
                    new Segment(n, "Lesion " + n, "Lesion " + n, "2.25." + n),
                    8.126 + n,
                    5,
                    n == 1 ? OptionalDouble.empty() : OptionalDouble.of(7),
                    2.5,
                    12.5));
        }
        return LesionReport.pdf(header, grey, fused, measured, ALGORITHM);
    }

    /** ISO 32000-1, 7.5.4: the table says at which byte each object begins. */
    @Test
    void every_object_begins_where_the_table_says() {
        String file = new String(pdf("Doe^Jane", 3), StandardCharsets.ISO_8859_1);
        Matcher start = Pattern.compile("startxref\n(\\d+)\n%%EOF\n$").matcher(file);
        assertThat(start.find()).isTrue();
        String[] table = file.substring(Integer.parseInt(start.group(1))).split("\n");
        int objects = Integer.parseInt(table[1].split(" ")[1]);
        assertThat(objects).isEqualTo(1 + 6 + 4);
        for (int n = 1; n < objects; n++) {
            assertThat(file.substring(Integer.parseInt(table[2 + n].substring(0, 10))))
                    .startsWith(n + " 0 obj\n");
        }
    }

    @Test
    void the_same_findings_give_the_same_bytes() {
        assertThat(pdf("Doe^Jane", 3)).isEqualTo(pdf("Doe^Jane", 3)).isNotEqualTo(pdf("Doe^Jane", 4));
    }

    @Test
    void a_page_refuses_characters_that_it_would_show_wrong() {
        assertThatThrownBy(() -> new PdfPage().text(0, 0, 10, false, "山田"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot show");
    }

    @Test
    @org.junit.jupiter.api.Tag("peer")
    void another_reader_finds_the_text(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/pdftotext")), "needs pdftotext (Debian package poppler-utils)");
        String latin = text(folder, pdf("Müller^Zoë", 25));
        assertThat(latin)
                .contains("AI result, not reviewed")
                .contains("Müller Zoë")
                .contains("4711")
                .contains("9.13")
                .contains("7 more")
                .contains("All 25")
                .contains("62.50")
                .contains("suv (41), version 1.0.0")
                .contains("sha256:0123");
        assertThat(text(folder, pdf("Yamada^Tarou=山田^太郎", 0)))
                .contains("Yamada Tarou")
                .contains("No region was found");
        assertThat(text(folder, pdf("山田^太郎", 0))).contains("see the image's header");
    }

    private static String text(Path folder, byte[] pdf) throws Exception {
        Path file = Files.write(folder.resolve("report.pdf"), pdf);
        Process process = new ProcessBuilder("pdftotext", "-layout", file.toString(), "-").start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String complaints = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(complaints).isEmpty();
        return text;
    }
}
