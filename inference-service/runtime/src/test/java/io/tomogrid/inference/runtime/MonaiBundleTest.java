package io.tomogrid.inference.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.inference.pack.Golden;
import io.tomogrid.inference.pack.Inspection;
import io.tomogrid.inference.pack.ModelContract;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelFolder;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelSource;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.pack.MonaiBundle;
import io.tomogrid.inference.pack.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PKG-06: bundles as MONAI's model zoo has them, with a small network. */
class MonaiBundleTest {
    private static final String METADATA = """
            {"version": "0.5.3", "monai_version": "1.3.0", "pytorch_version": "2.4.0", "numpy_version": "1.24.4",
             "optional_packages_version": {"nibabel": "5.2.1"}, "name": "Spleen CT segmentation",
             "task": "Decathlon spleen segmentation", "description": "A network for volumes of the spleen.",
             "authors": "MONAI team", "copyright": "MONAI Consortium", "data_source": "Task09_Spleen.tar",
             "intended_use": "This is an example, not to be used for diagnostic purposes",
             "network_data_format": {
               "inputs": {"image": {"type": "image", "format": "hounsfield", "modality": "CT", "num_channels": 1,
                 "spatial_shape": [96, 96, 96], "dtype": "float32", "value_range": [0, 1], "is_patch_data": true,
                 "channel_def": {"0": "image"}}},
               "outputs": {"pred": {"type": "image", "format": "segmentation", "num_channels": 1,
                 "spatial_shape": [96, 96, 96], "dtype": "uint8", "value_range": [0, 1], "is_patch_data": true,
                 "channel_def": {"0": "background", "1": "spleen"}}}}}""";
    private static final String INFERENCE = """
            {"preprocessing": {"_target_": "Compose", "transforms": [
               {"_target_": "LoadImaged", "keys": "image"},
               {"_target_": "Orientationd", "keys": "image", "axcodes": "RAS"},
               {"_target_": "Spacingd", "keys": "image", "pixdim": [1.5, 1.5, 2.0], "mode": "bilinear"},
               {"_target_": "ScaleIntensityRanged", "keys": "image", "a_min": -57, "a_max": 164, "b_min": 0, "b_max": 1}]},
             "inferer": {"_target_": "SlidingWindowInferer", "roi_size": [16, 12, 8], "overlap": 0.5}}""";
    private static final String MORE =
            "{\"licence\": \"Apache-2.0\", \"memory-mib\": 512, \"created\": \"2026-11-01T00:00:00Z\"}";

    @TempDir
    Path folder;

    private Path bundle;

    @BeforeEach
    void bundle() throws IOException {
        bundle = Files.createDirectories(folder.resolve("spleen_ct_segmentation"));
        Files.createDirectories(bundle.resolve("configs"));
        Files.createDirectories(bundle.resolve("models"));
        Files.writeString(bundle.resolve("configs/metadata.json"), METADATA);
        Files.writeString(bundle.resolve("configs/inference.json"), INFERENCE);
        Files.writeString(bundle.resolve("model-card.json"), MORE);
        Files.write(bundle.resolve("models/model.onnx"), graph("image"));
    }

    private static byte[] graph(String input) {
        return new OnnxGraph("network")
                .input(input, OnnxGraph.FLOAT, "b", "c", "i", "j", "k")
                .scalar("half", 0.5f)
                .node("GreaterOrEqual", List.of(input, "half"), "above")
                .cast("above", "pred", OnnxGraph.UINT8)
                .output("pred", OnnxGraph.UINT8, "b", "c", "i", "j", "k")
                .toByteArray();
    }

    @Test
    void a_bundle_becomes_a_package_that_runs() throws Exception {
        assertThat(MonaiBundle.isBundle(bundle)).isTrue();
        ModelStore store = ModelStore.at(folder.resolve("store"));
        ModelSource source = MonaiBundle.read(bundle, Optional.empty(), folder);
        assertThat(source.golden().inputs()).isEmpty();
        Golden golden = GoldenRecorder.record(source.card(), source.onnx(), store.layout());
        ModelPackage model = store.put(new ModelSource(source.card(), source.onnx(), golden, source.documents()));
        ModelSession.open(model, 1).close();

        assertThat(model.name()).isEqualTo("spleen-ct-segmentation");
        assertThat(model.version()).isEqualTo("0.5.3");
        assertThat(model.card().trainingData()).isEqualTo("Task09_Spleen.tar");
        assertThat(model.documents()).containsKeys("configs/metadata.json", "configs/inference.json");
        ModelContract contract = model.contract();
        ModelContract.Port image = contract.inputs().get(0);
        assertThat(image.shape()).containsExactly(1, 1, -1, -1, -1);
        assertThat(image.unit()).isEqualTo("[hnsf'U]");
        assertThat(image.modality()).isEqualTo("CT");
        assertThat(image.window()).contains(new ModelContract.Window(-57, 164, 0, 1));
        assertThat(contract.outputs().get(0).labels())
                .containsExactly(new ModelContract.Label(1, "SCT", "78961009", "spleen"));
        assertThat(contract.sampling().orientation()).as("last axis first").isEqualTo("SAR");
        assertThat(contract.sampling().spacingMm()).containsExactly(2.0, 1.5, 1.5);
        assertThat(contract.sampling().patch()).containsExactly(16, 12, 8);
        assertThat(model.golden().inputs().get("image").shape()).containsExactly(1, 1, 16, 12, 8);
    }

    @Test
    void a_zipped_bundle_is_the_same() throws Exception {
        Path zip = zipped("");
        Path work = Files.createDirectories(folder.resolve("a/b"));
        assertThat(MonaiBundle.isBundle(zip)).isTrue();
        assertThat(MonaiBundle.read(zip, Optional.empty(), work).card())
                .isEqualTo(MonaiBundle.read(bundle, Optional.empty(), work).card());
        assertThat(Inspection.of(zip, work).get(0)).containsEntry("kind", "MONAI Bundle");
    }

    @Test
    void a_zip_that_slips_is_refused() throws Exception {
        Path zip = zipped("../../evil");
        assertThatThrownBy(() -> MonaiBundle.isBundle(zip)).hasMessageContaining("is no zip file that is taken");
        assertThatThrownBy(() -> MonaiBundle.read(zip, Optional.empty(), folder))
                .isInstanceOf(ModelException.class);
        assertThat(folder.resolveSibling("evil")).doesNotExist();
    }

    private Path zipped(String another) throws IOException {
        Path zip = folder.resolve("spleen_ct_segmentation.zip");
        try (var out = new ZipOutputStream(Files.newOutputStream(zip));
                var files = Files.walk(bundle)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
                out.write(Files.readAllBytes(file));
            }
            if (!another.isEmpty()) {
                out.putNextEntry(new ZipEntry(another));
            }
        }
        return zip;
    }

    @Test
    void what_the_bundle_does_not_state_is_asked_for() throws Exception {
        Files.delete(bundle.resolve("model-card.json"));
        assertThatThrownBy(() -> MonaiBundle.read(bundle, Optional.empty(), folder))
                .hasMessageContaining("licence: expected a text")
                .hasMessageContaining("put it into model-card.json");
        Path more = Files.writeString(folder.resolve("more.json"), MORE);
        assertThat(MonaiBundle.read(bundle, Optional.of(more), folder).card().licence())
                .isEqualTo("Apache-2.0");
        Files.writeString(
                bundle.resolve("configs/metadata.json"), METADATA.replace("\"1\": \"spleen\"", "\"1\": \"widget\""));
        assertThatThrownBy(() -> MonaiBundle.read(bundle, Optional.of(more), folder))
                .hasMessageContaining("no code is known for widget");
        Files.writeString(
                more,
                MORE.replace(
                        "{",
                        "{\"outputs\": [{\"name\": \"pred\", \"labels\":"
                                + " [{\"value\": 1, \"scheme\": \"SCT\", \"code\": \"78961009\", \"meaning\": \"Widget\"}]}], "));
        assertThatThrownBy(() -> MonaiBundle.read(bundle, Optional.of(folder.resolve("none")), folder))
                .hasMessageContaining("there is no none");
    }

    @Test
    void a_network_that_is_not_what_the_metadata_say_is_refused() throws Exception {
        Path onnx = bundle.resolve("models/model.onnx");
        Files.write(onnx, graph("x"));
        assertThat(MonaiBundle.read(bundle, Optional.empty(), folder)
                        .card()
                        .contract()
                        .inputs()
                        .get(0)
                        .name())
                .as("the only input, whatever it is called")
                .isEqualTo("x");
        Files.writeString(bundle.resolve("configs/metadata.json"), METADATA.replace("\"uint8\"", "\"float32\""));
        assertThatThrownBy(() -> MonaiBundle.read(bundle, Optional.empty(), folder))
                .hasMessageContaining("output pred: the card says FP32")
                .hasMessageContaining("the model UINT8");
        Files.delete(onnx);
        assertThatThrownBy(() -> MonaiBundle.read(bundle, Optional.empty(), folder))
                .hasMessageContaining("onnx_export");
    }

    /** Seeded damage to the ONNX file: its ports are read, or a reason is given; no memory is taken for what it claims. */
    @Test
    void a_damaged_onnx_file_ends_in_a_reason() throws Exception {
        Path folderToPack = Files.createDirectories(folder.resolve("pack"));
        Files.writeString(folderToPack.resolve("model-card.json"), TestModels.CARD);
        byte[] good = new OnnxGraph("g")
                .input("suv", OnnxGraph.FLOAT, "z", "y", "x")
                .scalar("t", 4)
                .node("GreaterOrEqual", List.of("suv", "t"), "a")
                .cast("a", "mask", OnnxGraph.UINT8)
                .output("mask", OnnxGraph.UINT8, "z", "y", "x")
                .toByteArray();
        Path onnx = folderToPack.resolve("model.onnx");
        Files.write(onnx, good);
        assertThat(ModelFolder.read(folderToPack).card().name()).isEqualTo("lesion");
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            Files.write(onnx, i % 4 == 0 ? java.util.Arrays.copyOf(bad, random.nextInt(bad.length)) : bad);
            try {
                ModelFolder.read(folderToPack);
            } catch (ModelException e) {
                assertThat(e.getMessage()).isNotBlank();
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 299);
    }

    @Test
    void a_folder_whose_files_are_links_or_whose_card_is_of_another_model_is_not_packed() throws Exception {
        Path folderToPack = Files.createDirectories(folder.resolve("pack"));
        Files.writeString(folderToPack.resolve("model-card.json"), TestModels.CARD);
        assertThatThrownBy(() -> ModelFolder.read(folderToPack)).hasMessageContaining("there is no model.onnx");
        Files.write(folderToPack.resolve("model.onnx"), graph("image"));
        assertThatThrownBy(() -> ModelFolder.read(folderToPack))
                .hasMessageContaining("the model has no input suv but [image]");
        Path secret = Files.writeString(folder.resolve("secret"), "secret");
        Files.createSymbolicLink(folderToPack.resolve("README.md"), secret);
        Files.write(
                folderToPack.resolve("model.onnx"),
                new OnnxGraph("g")
                        .input("suv", OnnxGraph.FLOAT, "z", "y", "x")
                        .cast("suv", "mask", OnnxGraph.UINT8)
                        .output("mask", OnnxGraph.UINT8, "z", "y", "x")
                        .toByteArray());
        assertThatThrownBy(() -> ModelFolder.read(folderToPack)).hasMessageContaining("README.md is no regular file");
    }
}
