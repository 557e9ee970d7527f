package io.tomogrid.inference.pack;

import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A MONAI Bundle, a folder or a zip file, whose network was exported as {@code models/model.onnx}. Its metadata and the
 * literal numbers of its pre-processing become a card; what MONAI does not state (codes of labels, memory, licence
 * expression), a file {@code model-card.json} in the bundle or beside it adds, key by key.
 */
public final class MonaiBundle {
    static final String METADATA = "configs/metadata.json";
    private static final String INFERENCE = "configs/inference.json";
    private static final String ONNX = "models/model.onnx";
    private static final long MAX_ONNX = 2L << 30;

    private MonaiBundle() {}

    /** Whether a folder or zip file looks like one. */
    public static boolean isBundle(Path path) throws IOException {
        if (!path.getFileName().toString().endsWith(".zip")) {
            return Files.isRegularFile(path.resolve(METADATA));
        }
        try (FileSystem zip = FileSystems.newFileSystem(path)) {
            return root(zip).isPresent();
        }
    }

    /**
     * @param bundle folder or zip file @param card more of the card, put over what the bundle states
     * @param work folder that takes the ONNX file of a zip; it must stay until the package is made
     * @return without a golden example unless the bundle has a folder {@code golden}
     * @throws ModelException naming what is missing or wrong
     */
    public static ModelSource read(Path bundle, Optional<Path> card, Path work) throws ModelException {
        try {
            if (!bundle.getFileName().toString().endsWith(".zip")) {
                return source(bundle, bundle.toRealPath().getFileName().toString(), card, bundle.resolve(ONNX));
            }
            try (FileSystem zip = FileSystems.newFileSystem(bundle)) {
                Path root = root(zip).orElseThrow(() -> new OciException("it has no " + METADATA));
                Path onnx = work.resolve("model.onnx");
                copy(root.resolve(ONNX), onnx);
                String name = bundle.getFileName().toString();
                return source(root, name.substring(0, name.length() - ".zip".length()), card, onnx);
            }
        } catch (IOException e) {
            throw new ModelException(bundle + " cannot be packed: " + e.getMessage(), e);
        }
    }

    private static Optional<Path> root(FileSystem zip) throws IOException {
        Path top = zip.getPath("/");
        if (Files.isRegularFile(top.resolve(METADATA))) {
            return Optional.of(top);
        }
        try (Stream<Path> folders = Files.list(top)) {
            return folders.filter(f -> Files.isRegularFile(f.resolve(METADATA))).findFirst();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!Files.isRegularFile(from)) {
            throw new OciException(
                    "it has no " + ONNX + ": export the network with python -m monai.bundle onnx_export");
        }
        try (var in = Files.newInputStream(from);
                var out = Files.newOutputStream(to)) {
            byte[] buffer = new byte[1 << 16];
            long size = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                size += n;
                if (size > MAX_ONNX) {
                    throw new OciException(ONNX + " is longer than 2 GiB");
                }
                out.write(buffer, 0, n);
            }
        }
    }

    private static ModelSource source(Path root, String folder, Optional<Path> more, Path onnx) throws IOException {
        if (!Files.isRegularFile(onnx)) {
            throw new OciException(
                    "it has no " + ONNX + ": export the network with python -m monai.bundle onnx_export");
        }
        Document metadata = Document.read(root.resolve(METADATA));
        OnnxSignature signature = OnnxSignature.read(onnx);
        Map<String, Object> card = new LinkedHashMap<>();
        card.put("format-version", 1);
        card.put(
                "name",
                folder.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", ""));
        card.put("version", metadata.text("version"));
        card.put("created", Files.getLastModifiedTime(onnx).toInstant().toString());
        card.put("title", metadata.text("name", metadata.text("task")));
        card.put("description", metadata.text("description", ""));
        card.put("vendor", "MONAI");
        card.put("authors", List.of(metadata.text("authors", "not stated")));
        put(card, "intended-use", metadata, "intended_use");
        put(card, "training-data", metadata, "data_source");
        card.put("not-for", "Diagnosis: its maker states no clearance.");
        card.put("golden-tolerance", 0.001);
        MonaiPorts.put(card, metadata, inference(root), signature);
        for (Path file : more.map(List::of).orElse(List.of(root.resolve(ModelCard.FILE)))) {
            if (more.isPresent() || Files.exists(file)) {
                merge(card, Document.read(file).fields());
            }
        }
        ModelCard whole = card(card);
        signature.check(whole.contract());
        Golden golden = new Golden(
                ModelFolder.tensors(root.resolve(ModelPackage.GOLDEN_INPUTS)),
                ModelFolder.tensors(root.resolve(ModelPackage.GOLDEN_OUTPUTS)),
                whole.goldenTolerance());
        Map<String, byte[]> documents = new LinkedHashMap<>(ModelFolder.documents(root));
        for (String name : List.of(METADATA, INFERENCE, "docs/README.md", "docs/license.txt")) {
            if (Files.isRegularFile(root.resolve(name)) && Files.size(root.resolve(name)) <= Document.MAX_BYTES) {
                documents.put(name, Files.readAllBytes(root.resolve(name)));
            }
        }
        return new ModelSource(whole, onnx, golden, documents);
    }

    private static ModelCard card(Map<String, Object> card) throws OciException {
        try {
            return ModelCard.of(new Document("card of the bundle", card));
        } catch (OciException e) {
            throw new OciException(
                    e.getMessage() + "; the bundle does not state it: put it into " + ModelCard.FILE
                            + " in the bundle, or into the file of --card",
                    e);
        }
    }

    private static void put(Map<String, Object> card, String key, Document metadata, String theirs)
            throws OciException {
        if (metadata.has(theirs)) {
            card.put(key, metadata.text(theirs));
        }
    }

    private static Optional<Document> inference(Path root) throws IOException {
        Path file = root.resolve(INFERENCE);
        return Files.isRegularFile(file) ? Optional.of(Document.read(file)) : Optional.empty();
    }

    /** Puts one over the other: objects key by key, inputs and outputs by name, everything else as a whole. */
    private static void merge(Map<String, Object> under, Map<?, ?> over) {
        over.forEach((key, value) -> {
            Object there = under.get(key);
            if (there instanceof Map<?, ?> map && value instanceof Map<?, ?> more) {
                Map<String, Object> merged = copy(map);
                merge(merged, more);
                under.put((String) key, merged);
            } else if (there instanceof List<?> list && value instanceof List<?> more && named(list) && named(more)) {
                under.put((String) key, byName(list, more));
            } else {
                under.put((String) key, value);
            }
        });
    }

    private static boolean named(List<?> list) {
        return !list.isEmpty()
                && list.stream().allMatch(i -> i instanceof Map<?, ?> m && m.get("name") instanceof String);
    }

    private static List<Object> byName(List<?> under, List<?> over) {
        Map<Object, Map<String, Object>> all = new LinkedHashMap<>();
        under.forEach(i -> all.put(((Map<?, ?>) i).get("name"), copy((Map<?, ?>) i)));
        over.forEach(i ->
                merge(all.computeIfAbsent(((Map<?, ?>) i).get("name"), k -> new LinkedHashMap<>()), (Map<?, ?>) i));
        return Collections.unmodifiableList(new ArrayList<>(all.values()));
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put((String) key, value));
        return copy;
    }
}
