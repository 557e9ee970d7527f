package io.tomogrid.inference.runtime;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a model as a CNCF ModelPack (model-spec 2026-06) into an OCI image layout. The same input gives the same bytes. */
public final class ModelPackWriter {
    private ModelPackWriter() {}

    /**
     * @param layout folder to write; made when missing
     * @param created creation time, RFC 3339, part of the digest
     */
    public static void write(
            Path layout, String name, String version, String created, byte[] onnx, ModelContract contract)
            throws IOException {
        Files.createDirectories(layout.resolve("blobs/sha256"));
        var weight = blob(layout, ModelPack.WEIGHT_TYPE, onnx, "model.onnx");
        var promise = blob(layout, ModelPack.CONTRACT_TYPE, JSON.std.asBytes(contract.toMap()), "contract.json");
        var config = blob(
                layout, ModelPack.CONFIG_TYPE, JSON.std.asBytes(config(name, version, created, weight, promise)), null);
        var manifest = new LinkedHashMap<String, Object>();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", ModelPack.MANIFEST_TYPE);
        manifest.put("artifactType", ModelPack.ARTIFACT_TYPE);
        manifest.put("config", config);
        manifest.put("layers", List.of(weight, promise));
        var entry = blob(layout, ModelPack.MANIFEST_TYPE, JSON.std.asBytes(manifest), null);
        var index = new LinkedHashMap<String, Object>();
        index.put("schemaVersion", 2);
        index.put("mediaType", "application/vnd.oci.image.index.v1+json");
        index.put("manifests", List.of(entry));
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        Files.write(layout.resolve("index.json"), JSON.std.asBytes(index));
    }

    private static Map<String, Object> config(
            String name, String version, String created, Map<String, Object> weight, Map<String, Object> contract) {
        var descriptor = new LinkedHashMap<String, Object>();
        descriptor.put("createdAt", created);
        descriptor.put("vendor", "Tomogrid");
        descriptor.put("name", name);
        descriptor.put("version", version);
        var model = new LinkedHashMap<String, Object>();
        model.put("format", "onnx");
        model.put("precision", "float32");
        var files = new LinkedHashMap<String, Object>();
        files.put("type", "layers");
        files.put("diffIds", List.of(weight.get("digest"), contract.get("digest")));
        var config = new LinkedHashMap<String, Object>();
        config.put("descriptor", descriptor);
        config.put("config", model);
        config.put("modelfs", files);
        return config;
    }

    private static Map<String, Object> blob(Path layout, String mediaType, byte[] bytes, String path)
            throws IOException {
        String hex = sha256(bytes);
        Files.write(layout.resolve("blobs/sha256").resolve(hex), bytes);
        var descriptor = new LinkedHashMap<String, Object>();
        descriptor.put("mediaType", mediaType);
        descriptor.put("digest", "sha256:" + hex);
        descriptor.put("size", bytes.length);
        if (path != null) {
            descriptor.put("annotations", Map.of("org.cncf.model.filepath", path));
        }
        return descriptor;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
