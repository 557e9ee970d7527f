package io.tomogrid.inference.pack;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.oci.Descriptor;
import io.tomogrid.inference.oci.Digest;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.Manifest;
import io.tomogrid.inference.oci.OciException;
import io.tomogrid.inference.oci.OciLayout;
import io.tomogrid.inference.oci.Staging;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The model packages of this machine: an OCI image layout folder that holds each under {@code name:version}. A version
 * never changes once it is there. Thread-safe, also between processes.
 */
public final class ModelStore {
    private final OciLayout layout;

    private ModelStore(OciLayout layout) {
        this.layout = layout;
    }

    /** The store in a folder, made when missing. */
    public static ModelStore at(Path folder) throws ModelException {
        try {
            return new ModelStore(OciLayout.at(folder));
        } catch (IOException e) {
            throw new ModelException("the model store cannot be opened: " + e.getMessage(), e);
        }
    }

    /** @throws ModelException if there is none */
    public static ModelStore open(Path folder) throws ModelException {
        try {
            return new ModelStore(OciLayout.open(folder));
        } catch (IOException e) {
            throw new ModelException("the model store cannot be opened: " + e.getMessage(), e);
        }
    }

    public OciLayout layout() {
        return layout;
    }

    /** A package that is in the store. @param digest of its manifest, {@code sha256:…} */
    public record Entry(String name, String version, String digest) {
        /** {@code name:version}. */
        public String reference() {
            return name + ":" + version;
        }
    }

    /** Every package by name, each name's versions in order; what they hold is not looked at. */
    public List<Entry> list() throws ModelException {
        List<Entry> entries = new ArrayList<>();
        try {
            for (Descriptor entry : layout.index()) {
                String reference = entry.annotation(Descriptor.REF).orElse("");
                int colon = reference.indexOf(':');
                if (colon > 0) {
                    entries.add(new Entry(
                            reference.substring(0, colon),
                            reference.substring(colon + 1),
                            entry.digest().toString()));
                }
            }
        } catch (IOException e) {
            throw new ModelException("the model store cannot be read: " + e.getMessage(), e);
        }
        entries.sort(Comparator.comparing(Entry::name).thenComparing(Entry::version, Versions.ORDER));
        return entries;
    }

    /** The versions of one model, oldest first; empty if there is none. */
    public List<Entry> versions(String name) throws ModelException {
        return list().stream().filter(e -> e.name().equals(name)).toList();
    }

    /**
     * Opens a package, every digest checked.
     *
     * @param reference {@code name} (its highest version), {@code name:version}, {@code name@sha256:…} or
     *     {@code sha256:…}
     * @throws ModelException if it is not there, is no model package or was damaged
     */
    public ModelPackage find(String reference) throws ModelException {
        Entry entry = entry(reference);
        try {
            Descriptor descriptor = layout.find(entry.digest())
                    .orElseThrow(() -> new OciException(entry.reference() + " has just been removed"));
            ModelPackage found = ModelPackage.open(layout, descriptor);
            if (!found.name().equals(entry.name()) || !found.version().equals(entry.version())) {
                throw new OciException("index.json calls " + found.name() + ":" + found.version() + " "
                        + entry.reference() + ": pull or import it again");
            }
            return found;
        } catch (IOException e) {
            throw new ModelException(e.getMessage(), e);
        }
    }

    /** @throws ModelException if the reference names no package of this store */
    public Entry entry(String reference) throws ModelException {
        List<Entry> all = list();
        int at = reference.indexOf('@');
        String digest = at >= 0 ? reference.substring(at + 1) : Digest.isDigest(reference) ? reference : "";
        String name = at >= 0 ? reference.substring(0, at) : reference;
        return all.stream()
                .filter(e -> digest.isEmpty()
                        ? e.reference().equals(name) || e.name().equals(name)
                        : e.digest().equals(digest)
                                && (at < 0
                                        || e.name().equals(name)
                                        || e.reference().equals(name)))
                .reduce((first, later) -> later)
                .orElseThrow(() -> new ModelException("no model package " + Document.shown(reference) + " in "
                        + layout.folder() + ", which holds "
                        + (all.isEmpty()
                                ? "none"
                                : all.stream().map(Entry::reference).toList())
                        + ": pack, pull or import it first"));
    }

    /**
     * Makes a package and puts it in. The same source gives the same digest.
     *
     * @throws ModelException if the golden example does not fit the card, or the version is there with other content
     */
    public ModelPackage put(ModelSource source) throws ModelException {
        ModelCard card = source.card();
        String reference = card.name() + ":" + card.version();
        Descriptor entry;
        try (Staging staging = layout.stage()) {
            ModelPackage.checkGolden(card, source.golden());
            List<Descriptor> layers = new ArrayList<>();
            layers.add(staging.add(ModelPackage.WEIGHT_TYPE, source.onnx(), path("model.onnx")));
            layers.add(staging.add(ModelPackage.CARD_TYPE, card.toBytes(), path(ModelCard.FILE)));
            addGolden(
                    staging, layers, ModelPackage.GOLDEN_INPUTS, source.golden().inputs());
            addGolden(
                    staging,
                    layers,
                    ModelPackage.GOLDEN_OUTPUTS,
                    source.golden().outputs());
            for (Map.Entry<String, byte[]> document : source.documents().entrySet()) {
                layers.add(staging.add(ModelPackage.DOC_TYPE, document.getValue(), path(document.getKey())));
            }
            Descriptor config = staging.add(ModelPackage.CONFIG_TYPE, JSON.std.asBytes(config(card, layers)), Map.of());
            Manifest manifest = new Manifest(
                    ModelPackage.ARTIFACT_TYPE,
                    config,
                    layers,
                    Map.of("org.opencontainers.image.created", card.created()));
            entry = staging.add(Manifest.MEDIA_TYPE, manifest.toBytes(), Map.of(Descriptor.REF, reference));
            staging.commit(List.of(entry));
        } catch (IOException e) {
            throw new ModelException(reference + " cannot be packed: " + e.getMessage(), e);
        }
        return ModelPackage.open(layout, entry);
    }

    private static void addGolden(Staging staging, List<Descriptor> layers, String folder, Map<String, Tensor> tensors)
            throws IOException {
        for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
            layers.add(staging.add(
                    ModelPackage.GOLDEN_TYPE, Npy.write(tensor.getValue()), path(folder + tensor.getKey() + ".npy")));
        }
    }

    private static Map<String, String> path(String path) {
        return Map.of(ModelPackage.FILE_PATH, path);
    }

    private static Map<String, Object> config(ModelCard card, List<Descriptor> layers) {
        var descriptor = new LinkedHashMap<String, Object>();
        descriptor.put("createdAt", card.created());
        descriptor.put("authors", card.authors());
        descriptor.put("vendor", card.vendor());
        descriptor.put("name", card.name());
        descriptor.put("version", card.version());
        descriptor.put("title", card.title());
        descriptor.put("licenses", List.of(card.licence()));
        var model = new LinkedHashMap<String, Object>();
        model.put("format", "onnx");
        var files = new LinkedHashMap<String, Object>();
        files.put("type", "layers");
        files.put("diffIds", layers.stream().map(l -> l.digest().toString()).toList());
        var config = new LinkedHashMap<String, Object>();
        config.put("descriptor", descriptor);
        config.put("config", model);
        config.put("modelfs", files);
        return config;
    }
}
