package io.tomogrid.inference.pack;

import io.tomogrid.inference.oci.Descriptor;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.ImageName;
import io.tomogrid.inference.oci.Manifest;
import io.tomogrid.inference.oci.OciArchive;
import io.tomogrid.inference.oci.OciLayout;
import io.tomogrid.inference.oci.Registry;
import io.tomogrid.inference.oci.Signatures;
import io.tomogrid.inference.oci.Staging;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says what something is that may hold a model, and how it is run; runs and unpacks nothing. */
public final class Inspection {
    private static final String KITOPS_CONFIG = "application/vnd.kitops.modelkit.config.v1+json";

    private Inspection() {}

    /** @param path a MONAI Bundle, a folder to pack, an OCI image layout or an archive of one @param work an empty folder */
    public static List<Map<String, Object>> of(Path path, Path work) throws ModelException {
        try {
            if (MonaiBundle.isBundle(path)) {
                return List.of(said(
                        "MONAI Bundle",
                        Files.isRegularFile(path.resolve("models/model.onnx"))
                                        || path.getFileName().toString().endsWith(".zip")
                                ? "./tomogrid models pack makes a package of it; ONNX Runtime runs that"
                                : "export its network with python -m monai.bundle onnx_export, then pack it"));
            }
            if (Files.isRegularFile(path.resolve(ModelCard.FILE))) {
                return List.of(said("folder with a model card", "./tomogrid models pack makes a package of it"));
            }
            if (Files.isDirectory(path)) {
                OciLayout layout = OciLayout.open(path);
                return each(layout, layout.index());
            }
            OciLayout layout = OciLayout.at(work);
            try (Staging staging = layout.stage();
                    InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
                List<Descriptor> entries = OciArchive.read(in, staging);
                staging.commit(entries);
                return each(layout, entries);
            }
        } catch (IOException e) {
            throw new ModelException(path + " cannot be inspected: " + e.getMessage(), e);
        }
    }

    /** What a registry has under a name; it is brought into the work folder. */
    public static List<Map<String, Object>> of(ImageName name, Registry registry, Path work) throws ModelException {
        try {
            OciLayout layout = OciLayout.at(work);
            try (Staging staging = layout.stage()) {
                List<Descriptor> entries = registry.pull(name, staging);
                staging.commit(entries);
                return each(layout, entries.subList(0, 1));
            }
        } catch (IOException e) {
            throw new ModelException(e.getMessage(), e);
        }
    }

    /** A package of the store. */
    public static Map<String, Object> of(ModelPackage model) throws ModelException {
        try {
            return of(model.layout(), model.layout().find(model.digest()).orElseThrow());
        } catch (IOException e) {
            throw new ModelException(e.getMessage(), e);
        }
    }

    private static List<Map<String, Object>> each(OciLayout layout, List<Descriptor> entries) throws IOException {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Descriptor entry : entries) {
            if (!entry.annotation(Descriptor.REF).orElse("").endsWith(".sig")) {
                all.add(of(layout, entry));
            }
        }
        return all;
    }

    private static Map<String, Object> of(OciLayout layout, Descriptor entry) throws IOException {
        Manifest manifest = layout.manifest(entry);
        Map<String, Object> found;
        if (manifest.artifactType().equals(ModelPackage.ARTIFACT_TYPE)) {
            found = modelPack(layout, entry, manifest);
        } else if (manifest.config().mediaType().equals(KITOPS_CONFIG)) {
            found = said(
                    "KitOps ModelKit",
                    "kit pack --use-model-pack makes a ModelPack of it; add a card and pack it here");
        } else if (manifest.config().mediaType().endsWith("config.v1+json")
                && manifest.artifactType().isEmpty()) {
            found = ImageInspection.of(layout, manifest);
        } else {
            found = said(
                    "OCI artifact of type " + Document.shown(manifest.artifactType()), "Tomogrid does not run such");
        }
        found.put("digest", entry.digest().toString());
        found.put("bytes", manifest.blobs().stream().mapToLong(Descriptor::size).sum());
        found.put("signatures", Signatures.count(layout, entry.digest()));
        return found;
    }

    private static Map<String, Object> modelPack(OciLayout layout, Descriptor entry, Manifest manifest)
            throws IOException {
        Map<String, Object> found = said("ModelPack", "ONNX Runtime runs it in the model service");
        List<String> files = new ArrayList<>();
        for (Descriptor layer : manifest.layers()) {
            files.add(Document.shown(layer.annotation(ModelPackage.FILE_PATH).orElse(layer.mediaType())));
        }
        found.put("files", files);
        try {
            found.put("card", ModelPackage.open(layout, entry).card().toMap());
        } catch (ModelException e) {
            found.put("run", "not here: " + e.getMessage());
        }
        return found;
    }

    static Map<String, Object> said(String kind, String run) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", kind);
        map.put("run", run);
        return map;
    }
}
