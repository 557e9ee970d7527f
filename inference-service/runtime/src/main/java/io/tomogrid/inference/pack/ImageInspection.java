package io.tomogrid.inference.pack;

import io.tomogrid.inference.oci.Descriptor;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.Manifest;
import io.tomogrid.inference.oci.OciLayout;
import io.tomogrid.inference.oci.TarInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * What a container image is, by its config and, for a MONAI Application Package, the two manifests that it holds in
 * {@code /etc/holoscan} (version 1.0; {@code /etc/monai} before that).
 */
final class ImageInspection {
    /** Label of an image that speaks the Open Inference Protocol; its value is the port. */
    static final String OIP_LABEL = "io.tomogrid.open-inference.port";

    private static final Pattern SERVERS =
            Pattern.compile(".*(tritonserver|mlserver|ovms|openvino_model_server|kserve|nvidia_entrypoint).*");
    private static final Pattern MANIFESTS = Pattern.compile("(?:\\./)?etc/(?:holoscan|monai)/(app|pkg)\\.json");
    /** A layer is searched no further, bytes unpacked. */
    private static final long MAX_SEARCH = 8L << 30;

    private ImageInspection() {}

    static Map<String, Object> of(OciLayout layout, Manifest manifest) throws IOException {
        Document image = Document.parse("image config", layout.bytes(manifest.config()));
        Optional<Document> config = image.optional("config");
        List<String> environment = config.isPresent() ? config.get().texts("Env") : List.of();
        Map<String, String> labels = config.isPresent() ? config.get().textMap("Labels") : Map.of();
        String command = config.isPresent()
                ? config.get().texts("Entrypoint") + " " + config.get().texts("Cmd")
                : "";
        if (environment.stream()
                .anyMatch(e -> e.startsWith("HOLOSCAN_APP_MANIFEST_PATH=") || e.startsWith("MONAI_APP"))) {
            return applicationPackage(layout, manifest);
        }
        Map<String, Object> found;
        if (labels.containsKey(OIP_LABEL)) {
            found = Inspection.said(
                    "OCI image that speaks Open Inference Protocol v2",
                    "as a container; requests go to its port " + Document.shown(labels.get(OIP_LABEL)));
        } else if (SERVERS.matcher(command).matches()) {
            found = Inspection.said(
                    "OCI image of a model server that speaks Open Inference Protocol v2",
                    "as a container; its label " + OIP_LABEL + " would name the port");
        } else {
            found = Inspection.said(
                    "OCI image",
                    "not as a model: it states neither " + OIP_LABEL + " nor a MONAI Application Package's manifests");
        }
        found.put("command", Document.shown(command));
        return found;
    }

    private static Map<String, Object> applicationPackage(OciLayout layout, Manifest manifest) throws IOException {
        Map<String, Object> found = Inspection.said(
                "MONAI Application Package",
                "as a container that ends by itself: the study is mounted as its input, what it leaves in its output comes back");
        Map<String, Document> manifests = manifests(layout, manifest);
        Optional<Document> app = Optional.ofNullable(manifests.get("app"));
        Optional<Document> pkg = Optional.ofNullable(manifests.get("pkg"));
        if (app.isEmpty()) {
            found.put("run", "not at all: no layer holds its app.json");
            return found;
        }
        Object command = app.get().fields().get("command");
        found.put(
                "command",
                command instanceof List<?> words ? words.toString() : app.get().text("command"));
        for (String key : List.of("input", "output")) {
            if (app.get().has(key)) {
                found.put(key, app.get().object(key).fields());
            }
        }
        if (app.get().has("timeout")) {
            found.put("timeout", app.get().fields().get("timeout"));
        }
        if (pkg.isPresent() && pkg.get().has("resources")) {
            found.put("resources", pkg.get().object("resources").fields());
        }
        return found;
    }

    /** By {@code app} and {@code pkg}; a later layer's file hides an earlier one's. */
    private static Map<String, Document> manifests(OciLayout layout, Manifest manifest) throws IOException {
        Map<String, Document> found = new LinkedHashMap<>();
        for (Descriptor layer : manifest.layers()) {
            boolean zipped = layer.mediaType().endsWith("gzip");
            if (!zipped && !layer.mediaType().endsWith("tar")) {
                continue;
            }
            try (InputStream file = new BufferedInputStream(Files.newInputStream(layout.blob(layer)));
                    InputStream in = zipped ? new GZIPInputStream(file) : file) {
                search(in, found);
            }
        }
        return found;
    }

    private static void search(InputStream layer, Map<String, Document> found) throws IOException {
        TarInput tar = new TarInput(layer);
        long searched = 0;
        for (var entry = tar.next(); entry.isPresent() && searched < MAX_SEARCH; entry = tar.next()) {
            searched += entry.get().size();
            var name = MANIFESTS.matcher(entry.get().name());
            if (name.matches()
                    && entry.get().kind() == TarInput.Kind.FILE
                    && entry.get().size() <= Document.MAX_BYTES) {
                found.put(
                        name.group(1),
                        Document.parse(name.group(1) + ".json", tar.content().readAllBytes()));
            }
        }
    }
}
