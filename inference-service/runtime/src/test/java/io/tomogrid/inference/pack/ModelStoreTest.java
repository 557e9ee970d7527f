package io.tomogrid.inference.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.imaging.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MOD-01, MOD-04, MOD-05. */
class ModelStoreTest {
    @TempDir
    Path folder;

    private ModelStore store;

    @BeforeEach
    void store() throws Exception {
        store = ModelStore.at(folder.resolve("store"));
    }

    @Test
    void a_package_is_found_by_name_version_and_digest() throws Exception {
        for (String version : List.of("1.9.0", "1.10.0", "1.10.0-rc1")) {
            store.put(TestModels.source(folder, version, Map.of()));
        }
        String digest = store.find("lesion:1.9.0").digest();
        assertThat(store.versions("lesion"))
                .extracting(ModelStore.Entry::version)
                .containsExactly("1.9.0", "1.10.0-rc1", "1.10.0");
        assertThat(store.find("lesion").version()).isEqualTo("1.10.0");
        assertThat(store.find("lesion@" + digest).version()).isEqualTo("1.9.0");
        assertThat(store.find(digest).version()).isEqualTo("1.9.0");
        assertThatThrownBy(() -> store.find("lesion:2"))
                .hasMessageContaining("no model package lesion:2")
                .hasMessageContaining("lesion:1.9.0")
                .hasMessageContaining("pack, pull or import it first");
        assertThatThrownBy(() -> store.find("other@" + digest)).hasMessageContaining("no model package");
    }

    @Test
    void what_was_packed_is_what_is_opened() throws Exception {
        ModelPackage model = store.put(TestModels.source(folder, "1.0.0", Map.of("README.md", new byte[] {'#'})));
        ModelPackage again = ModelStore.open(folder.resolve("store")).find("lesion");
        assertThat(again.card()).isEqualTo(TestModels.card("1.0.0")).isEqualTo(model.card());
        assertThat(again.golden()).isEqualTo(TestModels.golden());
        assertThat(Files.readString(again.onnx())).isEqualTo("weights 1.0.0");
        assertThat(again.documents().get("README.md")).containsExactly('#');
        assertThat(ModelCard.parse(model.card().toBytes())).isEqualTo(model.card());
        ModelContract.Window window = model.contract().inputs().get(0).window().orElseThrow();
        assertThat(window.apply(5)).isEqualTo(0.25f);
        assertThat(window.apply(90)).isEqualTo(1f);
    }

    @Test
    void the_manifest_is_a_model_pack() throws Exception {
        ModelPackage model = store.put(TestModels.source(folder, "1.0.0", Map.of()));
        var manifest = JSON.std.mapFrom(Files.readString(blob(model.digest())));
        assertThat(manifest)
                .containsEntry("mediaType", "application/vnd.oci.image.manifest.v1+json")
                .containsEntry("artifactType", "application/vnd.cncf.model.manifest.v1+json");
        var weight = (Map<?, ?>) ((List<?>) manifest.get("layers")).get(0);
        assertThat(weight.get("mediaType")).isEqualTo("application/vnd.cncf.model.weight.v1.raw");
        assertThat(weight.get("annotations")).isEqualTo(Map.of("org.cncf.model.filepath", "model.onnx"));
        var config =
                JSON.std.mapFrom(Files.readString(blob((String) ((Map<?, ?>) manifest.get("config")).get("digest"))));
        var files = (Map<?, ?>) config.get("modelfs");
        assertThat(files.get("type")).isEqualTo("layers");
        assertThat((List<?>) files.get("diffIds")).hasSize(4);
        assertThat(files.get("diffIds").toString()).contains((String) weight.get("digest"));
    }

    @Test
    void a_version_never_changes() throws Exception {
        ModelPackage model = store.put(TestModels.source(folder, "1.0.0", Map.of()));
        store.put(TestModels.source(folder, "1.0.0", Map.of()));
        var before = TestModels.content(folder.resolve("store"));
        ModelSource other = TestModels.source(folder, "1.0.0", Map.of("README.md", new byte[] {'x'}));
        assertThatThrownBy(() -> store.put(other))
                .hasMessageContaining("lesion:1.0.0 is there with other content")
                .hasMessageContaining("give it a new one");
        assertThat(TestModels.content(folder.resolve("store"))).isEqualTo(before);
        assertThat(store.find("lesion").digest()).isEqualTo(model.digest());
    }

    @Test
    void a_golden_example_that_does_not_fit_is_not_packed() throws Exception {
        ModelSource good = TestModels.source(folder, "1.0.0", Map.of());
        Golden wrong = new Golden(
                Map.of("suv", Tensor.of(new float[2], 1, 2)), good.golden().outputs(), 0);
        assertThatThrownBy(() -> store.put(new ModelSource(good.card(), good.onnx(), wrong, Map.of())))
                .hasMessageContaining("golden inputs suv: expected FP32[-1, -1, -1], got Tensor[FP32[1, 2]]");
        Golden missing = new Golden(good.golden().inputs(), Map.of(), 0);
        assertThatThrownBy(() -> store.put(new ModelSource(good.card(), good.onnx(), missing, Map.of())))
                .hasMessageContaining("mask.npy is missing");
        assertThat(store.list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"truncated", "changed", "missing", "link"})
    void a_blob_that_is_not_what_its_digest_says_is_refused(String damage) throws Exception {
        Path onnx = store.put(TestModels.source(folder, "1.0.0", Map.of())).onnx();
        switch (damage) {
            case "truncated" -> Files.writeString(onnx, "weigh");
            case "changed" -> Files.writeString(onnx, "Weights 1.0.0");
            case "missing" -> Files.delete(onnx);
            default -> {
                Path elsewhere = Files.move(onnx, folder.resolve("elsewhere"));
                Files.createSymbolicLink(onnx, elsewhere);
            }
        }
        assertThatThrownBy(() -> store.find("lesion"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("pull or import the package again");
    }

    @Test
    void a_killed_change_leaves_the_store_as_it_was_and_is_swept_later() throws Exception {
        store.put(TestModels.source(folder, "1.0.0", Map.of()));
        Path left = Files.createDirectories(folder.resolve("store/incoming/left"));
        Files.writeString(left.resolve("0".repeat(64)), "half a blob");
        store.put(TestModels.source(folder, "1.1.0", Map.of()));
        assertThat(left).exists();
        Files.setLastModifiedTime(left, java.nio.file.attribute.FileTime.fromMillis(0));
        store.put(TestModels.source(folder, "1.2.0", Map.of()));
        assertThat(left).doesNotExist();
        assertThat(store.list()).hasSize(3);
    }

    @Test
    void two_that_pack_at_once_lose_nothing() throws Exception {
        List<Thread> packers = java.util.stream.IntStream.range(0, 8)
                .mapToObj(i -> new Thread(() -> pack(i)))
                .toList();
        packers.forEach(Thread::start);
        for (Thread packer : packers) {
            packer.join();
        }
        assertThat(ModelStore.open(folder.resolve("store")).list()).hasSize(8);
    }

    private void pack(int version) {
        try {
            ModelStore.at(folder.resolve("store")).put(TestModels.source(folder, "1." + version, Map.of()));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every key that a card must have, taken away in turn. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "format-version",
                "name",
                "version",
                "created",
                "title",
                "task",
                "vendor",
                "licence",
                "intended-use",
                "not-for",
                "training-data",
                "memory-mib",
                "golden-tolerance",
                "sampling",
                "inputs",
                "outputs",
                "datatype",
                "shape",
                "unit",
                "orientation",
                "code",
                "meaning",
                "metric"
            })
    void a_card_without_a_key_is_refused_by_its_name(String key) {
        String card = TestModels.CARD.replaceFirst("\"" + key + "\":", "\"x\":");
        assertThatThrownBy(() -> ModelCard.parse(card.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(" " + key + ": expected");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "lesion"      | "Lesion/../x"  | name: expected lower-case
            "1.0.0"       | "1 0"          | version: expected
            "LPS"         | "LRP"          | orientation: expected three letters
            "52988006"    | "lesion"       | code: expected a SNOMED CT concept
            [4, 4, 4]     | [4, 0, 4]      | spacing-mm: expected three numbers above 0
            [1, 2, 3]     | [1, 2]         | patch: expected three extents
            "FP32"        | "FP17"         | datatype: expected one of
            [0, 20]       | [20, 0]        | window: expected two numbers, the lower first
            0.001         | -1             | golden-tolerance: expected at least 0
            64            | 64.5           | memory-mib: expected a whole number
            "value": 0.8  | "value": 0.95  | value: expected a value between low and high
            2026-11-01T   | yesterday      | created: expected a time
            """)
    void a_card_that_makes_no_sense_is_refused_by_its_key(String good, String bad, String message) {
        String card = TestModels.CARD.replace(good, bad);
        assertThat(card).isNotEqualTo(TestModels.CARD);
        assertThatThrownBy(() -> ModelCard.parse(card.getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining(message);
    }

    /** Seeded damage to every document of a store: it opens, or a ModelException says why not. */
    @Test
    void damaged_documents_end_in_a_reason() throws Exception {
        ModelPackage model = store.put(TestModels.source(folder, "1.0.0", Map.of()));
        byte[] index = Files.readAllBytes(folder.resolve("store/index.json"));
        byte[] card = model.card().toBytes();
        byte[] npy = Npy.write(model.golden().inputs().get("suv"));
        byte[] manifest = Files.readAllBytes(blob(model.digest()));
        Random random = new Random(20261125);
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            if (i % 10 == 0) {
                Files.write(folder.resolve("store/index.json"), damaged(index, random));
                refused += reason(() -> store.find("lesion"));
            }
            refused += reason(() -> ModelCard.parse(damaged(card, random)));
            refused += reason(() -> wrapped(() -> Npy.read("x.npy", damaged(npy, random))));
            refused += reason(() -> wrapped(() -> io.tomogrid.inference.oci.Manifest.parse(damaged(manifest, random))));
        }
        assertThat(refused).isGreaterThan(500);
    }

    private interface Reading {
        void run() throws Exception;
    }

    private static void wrapped(Reading reading) throws Exception {
        try {
            reading.run();
        } catch (io.tomogrid.inference.oci.OciException e) {
            throw new ModelException(e.getMessage(), e);
        }
    }

    private static int reason(Reading reading) throws Exception {
        try {
            reading.run();
            return 0;
        } catch (ModelException e) {
            assertThat(e.getMessage()).isNotBlank();
            return 1;
        }
    }

    private static byte[] damaged(byte[] good, Random random) {
        byte[] bad = good.clone();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            bad[random.nextInt(bad.length)] =
                    (byte) (random.nextBoolean() ? random.nextInt(256) : "{}[]\",:019-e".charAt(random.nextInt(12)));
        }
        return random.nextInt(4) == 0 ? java.util.Arrays.copyOf(bad, random.nextInt(bad.length)) : bad;
    }

    /** What Python writes is read, and what we write Python reads. */
    @Test
    void numpy_reads_and_writes_the_same_tensors() throws Exception {
        Path ours = Files.write(
                folder.resolve("ours.npy"),
                Npy.write(TestModels.golden().inputs().get("suv")));
        Process python = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import numpy,sys; a=numpy.load(sys.argv[1]); assert a.shape==(1,2,3) and a.dtype=='float32';"
                                + "numpy.save(sys.argv[2],(a>=4).astype('u1'))",
                        ours.toString(),
                        folder.resolve("theirs.npy").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(python.waitFor() == 0 || !said.contains("No module"), "python3 has no NumPy here");
        assertThat(python.exitValue()).as(said).isZero();
        assertThat(Npy.read("theirs.npy", Files.readAllBytes(folder.resolve("theirs.npy"))))
                .isEqualTo(TestModels.golden().outputs().get("mask"));
    }

    private Path blob(String digest) {
        return folder.resolve("store/blobs/sha256").resolve(digest.substring("sha256:".length()));
    }
}
