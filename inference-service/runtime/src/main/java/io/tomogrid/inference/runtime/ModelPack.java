package io.tomogrid.inference.runtime;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A model package that was read and verified: a CNCF ModelPack artifact in an OCI image layout
 * ({@code oci-layout}, {@code index.json}, {@code blobs/sha256/…}). Opening it checks every blob against the digest and
 * the length that the manifest states, and the manifest against {@code index.json}.
 *
 * @param name model name @param version its version
 * @param digest digest of the manifest, {@code sha256:…}: what a study's results name as the model they came from
 * @param onnx the ONNX file @param contract what the model promises
 */
public record ModelPack(String name, String version, String digest, Path onnx, ModelContract contract) {
    static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
    static final String ARTIFACT_TYPE = "application/vnd.cncf.model.manifest.v1+json";
    static final String CONFIG_TYPE = "application/vnd.cncf.model.config.v1+json";
    static final String WEIGHT_TYPE = "application/vnd.cncf.model.weight.v1.raw";
    static final String CONTRACT_TYPE = "application/vnd.cncf.model.weight.config.v1.raw";
    private static final long MAX_JSON = 4 << 20;

    /**
     * @param layout folder with the OCI image layout
     * @throws ModelException if it is not one, holds no ModelPack, or a blob is not what its digest says
     */
    public static ModelPack open(Path layout) throws ModelException {
        try {
            Map<String, Object> index = json(layout.resolve("index.json"));
            Map<?, ?> entry = (Map<?, ?>) ((List<?>) index.get("manifests")).get(0);
            Map<String, Object> manifest = json(blob(layout, entry));
            if (!ARTIFACT_TYPE.equals(manifest.get("artifactType"))) {
                throw new ModelException(
                        "artifactType: expected " + ARTIFACT_TYPE + ", got " + manifest.get("artifactType"));
            }
            Map<?, ?> configEntry = (Map<?, ?>) manifest.get("config");
            Map<?, ?> descriptor = (Map<?, ?>) json(blob(layout, configEntry)).get("descriptor");
            Path onnx = blob(layout, layer(manifest, WEIGHT_TYPE));
            ModelContract contract = ModelContract.fromMap(json(blob(layout, layer(manifest, CONTRACT_TYPE))));
            return new ModelPack(
                    (String) descriptor.get("name"),
                    (String) descriptor.get("version"),
                    (String) entry.get("digest"),
                    onnx,
                    contract);
        } catch (IOException e) {
            throw new ModelException("model package cannot be read: " + e.getMessage(), e);
        } catch (ClassCastException | NullPointerException | IndexOutOfBoundsException e) {
            throw new ModelException("not a ModelPack in an OCI image layout", e);
        }
    }

    private static Map<?, ?> layer(Map<String, Object> manifest, String mediaType) throws ModelException {
        for (Object layer : (List<?>) manifest.get("layers")) {
            if (mediaType.equals(((Map<?, ?>) layer).get("mediaType"))) {
                return (Map<?, ?>) layer;
            }
        }
        throw new ModelException("the package has no layer of type " + mediaType);
    }

    private static Path blob(Path layout, Map<?, ?> descriptor) throws IOException, ModelException {
        String digest = (String) descriptor.get("digest");
        if (!digest.matches("sha256:[0-9a-f]{64}")) {
            throw new ModelException("digest: expected sha256:<64 hex digits>, got " + digest);
        }
        Path file = layout.resolve("blobs/sha256").resolve(digest.substring("sha256:".length()));
        long size = ((Number) descriptor.get("size")).longValue();
        if (Files.size(file) != size) {
            throw new ModelException(digest + ": expected " + size + " bytes, got " + Files.size(file));
        }
        String actual = "sha256:" + sha256(file);
        if (!actual.equals(digest)) {
            throw new ModelException("digest mismatch: expected " + digest + ", got " + actual);
        }
        return file;
    }

    private static Map<String, Object> json(Path file) throws IOException, ModelException {
        if (Files.size(file) > MAX_JSON) {
            throw new ModelException(file.getFileName() + " is larger than " + MAX_JSON + " bytes");
        }
        return JSON.std.mapFrom(Files.readString(file));
    }

    static String sha256(Path file) throws IOException {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of()
                    .formatHex(((DigestInputStream) in).getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
