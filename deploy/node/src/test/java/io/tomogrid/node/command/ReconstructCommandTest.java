package io.tomogrid.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.node.demo.ReceivingPacs;
import io.tomogrid.node.reconstruct.ProjectionFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** CTR-07 */
class ReconstructCommandTest {
    private static final int SLICES = 5;

    @TempDir
    Path folder;

    @Test
    void a_generated_scan_becomes_a_series_in_a_pacs_and_pictures() throws Exception {
        Path scan = folder.resolve("scan");
        Path pictures = folder.resolve("pictures");
        StringWriter text = new StringWriter();
        try (ReceivingPacs pacs = ReceivingPacs.start(folder.resolve("pacs"), "TOMOGRID_SCU", 0)) {
            int exit = new CommandLine(new ReconstructCommand())
                    .setOut(new PrintWriter(text, true))
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .execute(
                            scan.toString(),
                            "--generate",
                            "--json",
                            "--kernel=hann",
                            "--across=96",
                            "--slice=6",
                            "--pictures=" + pictures,
                            "--to=DEMOPACS@127.0.0.1:" + pacs.port());
            assertThat(exit).isZero();
            Map<String, Object> report = JSON.std.mapFrom(text.toString());
            assertThat(report).containsEntry("views", 1080);
            List<?> voxels = (List<?>) report.get("voxels");
            int slices = (Integer) voxels.get(2);
            assertThat(slices).isGreaterThanOrEqualTo(SLICES);
            assertThat(report).containsEntry("sent", slices);
            Map<?, ?> hu = (Map<?, ?>) report.get("hu-and-truth");
            assertThat(measured(hu, "water, middle")).isCloseTo(0, within(4.0));
            assertThat(measured(hu, "water, edge")).isCloseTo(0, within(5.0));
            assertThat(measured(hu, "acrylic")).isCloseTo(120, within(12.0));
            assertThat(measured(hu, "bone")).isCloseTo(955, within(40.0));
            assertThat(measured(hu, "air")).isCloseTo(-1000, within(40.0));
            String uid = Part10.read(scan.resolve("ct/ct-0001.dcm"))
                    .dataset()
                    .string(Tag.SOPInstanceUID)
                    .orElseThrow();
            assertThat(pacs.holds(uid)).isTrue();
        }
        for (String name : List.of("phantom.png", "reconstruction.png", "difference.png")) {
            assertThat(pictures.resolve(name)).isNotEmptyFile();
        }
        assertThatThrownBy(() -> ProjectionFolder.generate(scan, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not empty");
    }

    @Test
    void a_folder_without_projections_is_named() throws Exception {
        Files.writeString(folder.resolve("readme.txt"), "no DICOM here, but long enough to be looked at");
        assertThatThrownBy(() -> ProjectionFolder.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("(7031,1001)");
        assertThatThrownBy(() -> ProjectionFolder.read(folder.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--generate");
    }

    private static double measured(Map<?, ?> hu, String place) {
        return ((Number) ((List<?>) hu.get(place)).get(0)).doubleValue();
    }
}
