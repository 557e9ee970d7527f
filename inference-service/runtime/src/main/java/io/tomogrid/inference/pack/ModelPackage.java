package io.tomogrid.inference.pack;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.oci.Descriptor;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.Manifest;
import io.tomogrid.inference.oci.OciException;
import io.tomogrid.inference.oci.OciLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model package that was opened: a CNCF ModelPack artifact in an OCI image layout, every blob checked against the
 * digest and the length that the manifest states. Whether its maker is trusted, {@code TrustPolicy} says.
 *
 * @param digest of the manifest, {@code sha256:…}: what a study's results name as the model that they came from
 * @param golden the example that it must reproduce @param onnx the ONNX file @param layout where it lies
 */
public record ModelPackage(
        String name, String version, String digest, ModelCard card, Golden golden, Path onnx, OciLayout layout) {
    static final String ARTIFACT_TYPE = "application/vnd.cncf.model.manifest.v1+json";
    static final String CONFIG_TYPE = "application/vnd.cncf.model.config.v1+json";
    static final String WEIGHT_TYPE = "application/vnd.cncf.model.weight.v1.raw";
    static final String CARD_TYPE = "application/vnd.cncf.model.weight.config.v1.raw";
    static final String GOLDEN_TYPE = "application/vnd.cncf.model.dataset.v1.raw";
    static final String DOC_TYPE = "application/vnd.cncf.model.doc.v1.raw";
    static final String FILE_PATH = "org.cncf.model.filepath";
    static final String GOLDEN_INPUTS = "golden/inputs/";
    static final String GOLDEN_OUTPUTS = "golden/outputs/";
    private static final long MAX_GOLDEN = 256L << 20;

    /** What it takes and gives. */
    public ModelContract contract() {
        return card.contract();
    }

    /** Opens the only package of a layout. */
    public static ModelPackage open(Path layout) throws ModelException {
        ModelStore store = ModelStore.open(layout);
        List<ModelStore.Entry> all = store.list();
        if (all.size() != 1) {
            throw new ModelException(layout + " holds " + all.size() + " model packages: name one of "
                    + all.stream().map(ModelStore.Entry::reference).toList());
        }
        return store.find(all.get(0).reference());
    }

    /** @throws ModelException if it is no ModelPack with a card, or a blob is not what its digest says */
    static ModelPackage open(OciLayout layout, Descriptor entry) throws ModelException {
        try {
            Manifest manifest = layout.manifest(entry);
            if (!manifest.artifactType().equals(ARTIFACT_TYPE)) {
                throw new OciException("artifactType: expected " + ARTIFACT_TYPE + ", got "
                        + (manifest.artifactType().isEmpty() ? "none" : Document.shown(manifest.artifactType()))
                        + "; ./tomogrid models inspect says what this is");
            }
            Document config = Document.parse("config", layout.bytes(manifest.config()));
            ModelName name = ModelName.of(config.object("descriptor"));
            ModelCard card = ModelCard.of(
                    Document.parse(ModelCard.FILE, layout.bytes(layer(manifest, CARD_TYPE, ModelCard.FILE))));
            if (!card.name().equals(name.name()) || !card.version().equals(name.version())) {
                throw new OciException(
                        "the card is of " + card.name() + ":" + card.version() + ", the config of " + name);
            }
            for (Descriptor blob : manifest.blobs()) {
                layout.blob(blob);
            }
            Golden golden = golden(layout, manifest, card);
            checkGolden(card, golden);
            Path onnx = layout.blob(layer(manifest, WEIGHT_TYPE, "model.onnx"));
            return new ModelPackage(name.name(), name.version(), entry.digest().toString(), card, golden, onnx, layout);
        } catch (IOException e) {
            throw new ModelException("model package cannot be opened: " + e.getMessage(), e);
        }
    }

    /**
     * The documents that came along by their paths: SBOM, README, licence.
     *
     * @throws ModelException if one is not what its digest says
     */
    public Map<String, byte[]> documents() throws ModelException {
        Map<String, byte[]> documents = new LinkedHashMap<>();
        try {
            Descriptor entry = layout.find(digest).orElseThrow(() -> new OciException(digest + " was removed"));
            for (Descriptor layer : layout.manifest(entry).layers()) {
                if (layer.mediaType().equals(DOC_TYPE)) {
                    String path =
                            layer.annotation(FILE_PATH).orElse(layer.digest().hex());
                    documents.put(path, layout.bytes(layer));
                }
            }
            return documents;
        } catch (IOException e) {
            throw new ModelException(name + ":" + version + ": " + e.getMessage(), e);
        }
    }

    /** @throws OciException if the golden example does not fit the contract */
    static void checkGolden(ModelCard card, Golden golden) throws OciException {
        fits("golden inputs", card.contract().inputs(), golden.inputs());
        fits("golden outputs", card.contract().outputs(), golden.outputs());
    }

    private static void fits(String where, List<ModelContract.Port> ports, Map<String, Tensor> tensors)
            throws OciException {
        for (ModelContract.Port port : ports) {
            Tensor tensor = tensors.get(port.name());
            if (tensor == null) {
                throw new OciException(where + ": " + port.name() + ".npy is missing");
            }
            if (!port.mismatch(tensor).isEmpty()) {
                throw new OciException(where + " " + port.mismatch(tensor));
            }
        }
        if (tensors.size() != ports.size()) {
            throw new OciException(where + ": the contract has " + ports.size() + ", got " + tensors.keySet());
        }
    }

    private static Descriptor layer(Manifest manifest, String mediaType, String what) throws OciException {
        return manifest.layer(mediaType)
                .orElseThrow(() -> new OciException(
                        "the package has no layer of type " + mediaType + ", which holds " + what + ": pack it again"));
    }

    private static Golden golden(OciLayout layout, Manifest manifest, ModelCard card) throws IOException {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        long size = 0;
        for (Descriptor layer : manifest.layers()) {
            String path = layer.annotation(FILE_PATH).orElse("");
            if (!layer.mediaType().equals(GOLDEN_TYPE) || !path.endsWith(".npy")) {
                continue;
            }
            size += layer.size();
            if (size > MAX_GOLDEN) {
                throw new OciException("the golden example has more than " + MAX_GOLDEN + " bytes: take a smaller one");
            }
            Map<String, Tensor> into = path.startsWith(GOLDEN_INPUTS) ? inputs : outputs;
            String name = path.substring(path.lastIndexOf('/') + 1, path.length() - ".npy".length());
            into.put(name, Npy.read(path, Files.readAllBytes(layout.blob(layer))));
        }
        return new Golden(inputs, outputs, card.goldenTolerance());
    }
}
