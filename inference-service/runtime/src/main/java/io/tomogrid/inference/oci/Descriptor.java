package io.tomogrid.inference.oci;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Names a blob: OCI image specification 1.1, descriptor.
 *
 * @param size length of the content, bytes @param annotations in order
 */
public record Descriptor(String mediaType, Digest digest, long size, Map<String, String> annotations) {
    /** Annotation of an index entry: the name by which the artifact is found. */
    public static final String REF = "org.opencontainers.image.ref.name";

    public Descriptor {
        annotations = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    }

    /** @throws OciException naming the key that is missing or wrong */
    public static Descriptor of(Document document) throws OciException {
        return new Descriptor(
                document.text("mediaType"),
                Digest.parse(document.text("digest")),
                document.whole("size"),
                document.textMap("annotations"));
    }

    public Optional<String> annotation(String name) {
        return Optional.ofNullable(annotations.get(name));
    }

    public Descriptor with(String annotation, String value) {
        var more = new LinkedHashMap<>(annotations);
        more.put(annotation, value);
        return new Descriptor(mediaType, digest, size, more);
    }

    public Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("mediaType", mediaType);
        map.put("digest", digest.toString());
        map.put("size", size);
        if (!annotations.isEmpty()) {
            map.put("annotations", annotations);
        }
        return map;
    }
}
