package io.tomogrid.inference.oci;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Signatures of manifests as cosign 2 makes them with a key: an artifact tagged {@code sha256-<hex>.sig}, each layer a
 * simple signing payload that names the digest, its ECDSA P-256 SHA-256 signature in an annotation.
 */
public final class Signatures {
    private static final String PAYLOAD_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
    private static final String SIGNATURE = "dev.cosignproject.cosign/signature";
    private static final String CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
    private static final int MAX_SIGNATURES = 64;
    private static final String CRITICAL_TYPE = "cosign container image signature";

    private Signatures() {}

    /**
     * Adds a signature to those that the layout has of the manifest.
     *
     * @param reference what the signer calls it, e.g. {@code registry.example/models/lesion}; nobody relies on it
     */
    public static void sign(OciLayout layout, Digest manifest, String reference, PrivateKey key) throws IOException {
        byte[] payload = JSON.std.asBytes(payload(manifest, reference));
        List<Descriptor> layers = new ArrayList<>(layers(layout, manifest));
        try (Staging staging = layout.stage()) {
            layers.add(staging.add(PAYLOAD_TYPE, payload, Map.of(SIGNATURE, signature(payload, key))));
            staging.commit(List.of(listed(layers, manifest, staging)));
        }
    }

    /**
     * The signatures that came in, together with those that the layout has of the manifest: what comes from elsewhere
     * takes no signature away.
     *
     * @param arrived manifest of signatures that the staging has received
     */
    public static Descriptor merged(OciLayout layout, Digest manifest, Descriptor arrived, Staging staging)
            throws IOException {
        List<Descriptor> layers = new ArrayList<>(layers(layout, manifest));
        for (Descriptor layer : Manifest.parse(staging.bytes(arrived)).layers()) {
            if (layer.mediaType().equals(PAYLOAD_TYPE) && !layers.contains(layer)) {
                layers.add(layer);
            }
        }
        if (layers.size() > MAX_SIGNATURES) {
            throw new OciException(manifest + " has " + layers.size() + " signatures, at most " + MAX_SIGNATURES);
        }
        return listed(layers, manifest, staging);
    }

    private static Descriptor listed(List<Descriptor> layers, Digest manifest, Staging staging) throws IOException {
        Descriptor config = staging.add(CONFIG_TYPE, JSON.std.asBytes(config(layers)), Map.of());
        byte[] bytes = new Manifest("", config, layers, Map.of()).toBytes();
        return staging.add(Manifest.MEDIA_TYPE, bytes, Map.of(Descriptor.REF, manifest.signatureTag()));
    }

    /** How many signatures the layout has of the manifest, whoever made them. */
    public static int count(OciLayout layout, Digest manifest) throws IOException {
        return layers(layout, manifest).size();
    }

    /** Whether one of the signatures is by this key and over this manifest. */
    public static boolean by(OciLayout layout, Digest manifest, PublicKey key) throws IOException {
        for (Descriptor layer : layers(layout, manifest)) {
            byte[] payload = layout.bytes(layer);
            if (signed(payload, layer.annotation(SIGNATURE).orElse(""), key) && names(payload, manifest)) {
                return true;
            }
        }
        return false;
    }

    private static List<Descriptor> layers(OciLayout layout, Digest manifest) throws IOException {
        Optional<Descriptor> entry = layout.find(manifest.signatureTag());
        if (entry.isEmpty()) {
            return List.of();
        }
        return layout.manifest(entry.get()).layers().stream()
                .filter(l -> l.mediaType().equals(PAYLOAD_TYPE))
                .toList();
    }

    private static boolean names(byte[] payload, Digest manifest) throws IOException {
        Document critical = Document.parse("signature payload", payload).object("critical");
        return critical.text("type").equals(CRITICAL_TYPE)
                && critical.object("image").text("docker-manifest-digest").equals(manifest.toString());
    }

    private static boolean signed(byte[] payload, String signature, PublicKey key) {
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSA");
            verifier.initVerify(key);
            verifier.update(payload);
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return false;
        }
    }

    private static String signature(byte[] payload, PrivateKey key) throws IOException {
        try {
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(key);
            signer.update(payload);
            return Base64.getEncoder().encodeToString(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IOException("the key cannot sign: it must be an EC key on P-256", e);
        }
    }

    private static Map<String, Object> payload(Digest manifest, String reference) {
        var critical = new LinkedHashMap<String, Object>();
        critical.put("identity", Map.of("docker-reference", reference));
        critical.put("image", Map.of("docker-manifest-digest", manifest.toString()));
        critical.put("type", CRITICAL_TYPE);
        var payload = new LinkedHashMap<String, Object>();
        payload.put("critical", critical);
        return payload;
    }

    /** An image config without anything to run, as cosign writes it. */
    private static Map<String, Object> config(List<Descriptor> layers) {
        String never = "0001-01-01T00:00:00Z";
        Object[] history = new Object[layers.size()];
        Arrays.fill(history, Map.of("created", never));
        var rootfs = new LinkedHashMap<String, Object>();
        rootfs.put("type", "layers");
        rootfs.put("diff_ids", layers.stream().map(l -> l.digest().toString()).toList());
        var config = new LinkedHashMap<String, Object>();
        config.put("architecture", "");
        config.put("created", never);
        config.put("history", List.of(history));
        config.put("os", "");
        config.put("rootfs", rootfs);
        config.put("config", Map.of());
        return config;
    }
}
