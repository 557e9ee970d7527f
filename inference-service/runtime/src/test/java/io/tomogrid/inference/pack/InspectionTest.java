package io.tomogrid.inference.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.inference.oci.Descriptor;
import io.tomogrid.inference.oci.Manifest;
import io.tomogrid.inference.oci.OciLayout;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PKG-07. */
class InspectionTest {
    private static final String IMAGE = "application/vnd.oci.image.config.v1+json";

    @TempDir
    Path folder;

    @Test
    void a_package_says_its_card_and_files() throws Exception {
        ModelStore store = ModelStore.at(folder.resolve("store"));
        ModelPackage model = store.put(TestModels.source(folder, "1.0.0", Map.of("sbom.cdx.json", new byte[2])));
        Map<String, Object> found = Inspection.of(model);
        assertThat(found)
                .containsEntry("kind", "ModelPack")
                .containsEntry("signatures", 0)
                .containsEntry("digest", model.digest());
        assertThat((List<?>) found.get("files"))
                .asString()
                .contains("model.onnx", "sbom.cdx.json", "golden/inputs/suv.npy");
        assertThat((Map<?, ?>) found.get("card")).asString().contains("Lesions");
        Path tar = folder.resolve("models.tar");
        new Transport(store).exportTo(tar, List.of("lesion"));
        assertThat(Inspection.of(tar, Files.createDirectory(folder.resolve("work"))))
                .containsExactly(found);
    }

    @Test
    void a_monai_application_package_says_how_it_is_run() throws Exception {
        var layer = new ByteArrayOutputStream();
        try (var zipped = new GZIPOutputStream(layer)) {
            zipped.write(entry("etc/holoscan/app.json", """
                    {"apiVersion": "1.0.0", "command": "[\\"python3\\", \\"-u\\", \\"/opt/holoscan/app\\"]", "version": "1.0.0",
                     "input": {"formats": ["DICOM"], "path": "input"}, "output": {"format": "DICOM", "path": "output"}, "timeout": 600}"""));
            zipped.write(entry(
                    "etc/holoscan/pkg.json",
                    "{\"applicationRoot\": \"/opt/holoscan/app\", \"resources\": {\"gpu\": 1, \"memory\": \"4Gi\"}}"));
            zipped.write(new byte[1024]);
        }
        Map<String, Object> found = inspected(
                "{\"config\": {\"Env\": [\"PATH=/bin\", \"HOLOSCAN_APP_MANIFEST_PATH=/etc/holoscan/app.json\"]}}",
                layer.toByteArray());
        assertThat(found).containsEntry("kind", "MONAI Application Package");
        assertThat(found.get("command")).asString().contains("/opt/holoscan/app");
        assertThat(found.get("input")).asString().contains("DICOM");
        assertThat(found.get("resources")).asString().contains("4Gi");
        assertThat(found.get("run")).asString().contains("a container that ends by itself");
        assertThat(inspected("{\"config\": {\"Env\": [\"HOLOSCAN_APP_MANIFEST_PATH=/x\"]}}", new byte[0])
                        .get("run"))
                .asString()
                .contains("no layer holds its app.json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"Labels": {"io.tomogrid.open-inference.port": "8080"}}     | OCI image that speaks Open Inference Protocol v2
            {"Entrypoint": ["/opt/tritonserver/nvidia_entrypoint.sh"]}  | OCI image of a model server that speaks Open Inference Protocol v2
            {"Cmd": ["mlserver", "start", "."]}                         | OCI image of a model server that speaks Open Inference Protocol v2
            {"Cmd": ["/bin/sh"]}                                        | OCI image
            """)
    void an_image_is_told_by_its_config(String config, String kind) throws Exception {
        assertThat(inspected("{\"config\": " + config + "}", new byte[0])).containsEntry("kind", kind);
    }

    @Test
    void other_artifacts_are_named() throws Exception {
        OciLayout layout = OciLayout.at(folder.resolve("other"));
        try (var staging = layout.stage()) {
            Descriptor kit = staging.add(
                    "application/vnd.kitops.modelkit.config.v1+json", "{}".getBytes(StandardCharsets.UTF_8), Map.of());
            Descriptor none =
                    staging.add("application/vnd.oci.empty.v1+json", "{}".getBytes(StandardCharsets.UTF_8), Map.of());
            staging.commit(List.of(
                    staging.add(Manifest.MEDIA_TYPE, new Manifest("", kit, List.of(), Map.of()).toBytes(), Map.of()),
                    staging.add(
                            Manifest.MEDIA_TYPE,
                            new Manifest("application/x", none, List.of(), Map.of()).toBytes(),
                            Map.of())));
        }
        assertThat(Inspection.of(folder.resolve("other"), folder.resolve("work")))
                .extracting(f -> f.get("kind"))
                .containsExactly("KitOps ModelKit", "OCI artifact of type application/x");
    }

    private Map<String, Object> inspected(String config, byte[] layer) throws Exception {
        Path place = Files.createTempDirectory(folder, "image");
        OciLayout layout = OciLayout.at(place);
        try (var staging = layout.stage()) {
            Descriptor image = staging.add(IMAGE, config.getBytes(StandardCharsets.UTF_8), Map.of());
            List<Descriptor> layers = layer.length == 0
                    ? List.of()
                    : List.of(staging.add("application/vnd.oci.image.layer.v1.tar+gzip", layer, Map.of()));
            staging.commit(List.of(
                    staging.add(Manifest.MEDIA_TYPE, new Manifest("", image, layers, Map.of()).toBytes(), Map.of())));
        }
        return Inspection.of(place, folder).get(0);
    }

    private static byte[] entry(String name, String content) {
        return TransportTest.tar(name, '0', content);
    }
}
