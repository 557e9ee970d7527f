package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Part10File;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compressed images in a real browser, whose decoders the content security policy must let work. */
@org.junit.jupiter.api.Tag("peer")
class CompressedViewerTest {
    private static final String UNCOMPRESSED = "LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1";
    private static final List<String> LOSSLESS = List.of(
            "JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90",
            "JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80",
            "RLELosslessTransferSyntax_1.2.840.10008.1.2.5");
    /** One is lossy; of the other the viewer's own decoder makes a sum that is 2000 off what DCMTK's makes. */
    private static final List<String> ONLY_SHOWN = List.of(
            "JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50",
            "JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70");

    /** Rows, columns, the sum of the values and a few of them. */
    private static final String VALUES = """
            (() => {
              const image = window.cornerstone.getRenderingEngines()[0].getViewports()[0].getCornerstoneImage();
              const values = image.voxelManager.getScalarData();
              return [image.rows, image.columns, values.reduce((sum, value) => sum + value, 0), values[131328], values[100000]];
            })()""";

    @TempDir
    Path folder;

    /** WEB-04: the same values as of the uncompressed image, without evaluating source text. */
    @Test
    void compressed_images_are_decoded_under_the_policy() throws Exception {
        Path data = data();
        assumeTrue(Files.isDirectory(data), "needs the folder of real DICOM files (TOMOGRID_DATA or ../shared/data)");
        Chromium.assume();
        List<Path> files = new ArrayList<>();
        files.add(data.resolve("ct/CTImage.dcm_" + UNCOMPRESSED + ".dcm"));
        LOSSLESS.forEach(name -> files.add(data.resolve("ct/CTImage.dcm_" + name + ".dcm")));
        ONLY_SHOWN.forEach(name -> files.add(data.resolve("ct/CTImage.dcm_" + name + ".dcm")));
        files.add(data.resolve("htj2k/HTJ2KLossless_08_RGB.dcm"));
        try (TestingDatabase database = TestingDatabase.start();
                TestingGateway gateway = TestingGateway.start(folder, database.fresh(), Chromium.settings())) {
            List<Map<String, Object>> pages = new ArrayList<>();
            for (int n = 0; n < files.size(); n++) {
                store(gateway, files.get(n), "1.8." + n);
                pages.add(Chromium.page(
                        "/viewer/viewer?StudyInstanceUIDs=1.8." + n,
                        "window.firstImage > 0",
                        "compressed-" + n + ".png",
                        500,
                        VALUES));
            }
            List<?> told = Chromium.look(gateway, pages);
            List<?> uncompressed = values(told, 0);
            assertThat(uncompressed.subList(0, 2)).isEqualTo(List.of(512, 512));
            for (int n = 1; n <= LOSSLESS.size(); n++) {
                assertThat(values(told, n)).as("%s", files.get(n).getFileName()).isEqualTo(uncompressed);
            }
            for (int n = LOSSLESS.size() + 1; n < files.size(); n++) {
                assertThat(((Number) values(told, n).get(2)).doubleValue())
                        .as("%s", files.get(n).getFileName())
                        .isNotZero();
            }
        }
    }

    private static List<?> values(List<?> pages, int n) {
        return (List<?>) ((Map<?, ?>) pages.get(n)).get("value");
    }

    /** In a study of its own, some of the files have one UID; with what the viewer needs, one of them is bare. */
    private static void store(TestingGateway gateway, Path path, String study) throws IOException {
        Part10File file;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            file = Part10.read(in);
        }
        Dataset image = file.dataset()
                .put(Tag.PatientID, "P1")
                .put(Tag.Modality, "CT")
                .put(Tag.StudyInstanceUID, study)
                .put(Tag.SeriesInstanceUID, study + ".1")
                .put(Tag.SOPInstanceUID, study + ".1.1");
        DimseStatus status = gateway.store(image, file.transferSyntax());
        assertThat(status.isSuccess()).as("%s: %s", path.getFileName(), status).isTrue();
    }

    private static Path data() {
        String configured = System.getenv("TOMOGRID_DATA");
        Path root = configured == null
                ? Path.of(System.getProperty("tomogrid.root", "../.."), "..", "shared", "data")
                : Path.of(configured);
        return root.resolve("dicom/transfer_syntax");
    }
}
