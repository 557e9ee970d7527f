package io.tomogrid.inference.oci;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An OCI image manifest.
 *
 * @param artifactType what kind of artifact it is; empty for an image
 * @param layers in order, at most {@value #MAX_LAYERS}
 */
public record Manifest(
        String artifactType, Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {
    public static final String MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";
    /** Docker's own media type for the same document. */
    public static final String DOCKER_MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json";

    public static final int MAX_LAYERS = 256;

    public Manifest {
        layers = List.copyOf(layers);
        annotations = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    }

    /** @throws OciException naming what is missing or wrong */
    public static Manifest parse(byte[] json) throws OciException {
        Document document = Document.parse("manifest", json);
        if (document.whole("schemaVersion") != 2) {
            throw document.wrong("schemaVersion", "2");
        }
        String type = document.text("mediaType", MEDIA_TYPE);
        if (!type.equals(MEDIA_TYPE) && !type.equals(DOCKER_MEDIA_TYPE)) {
            throw document.wrong("mediaType", MEDIA_TYPE);
        }
        List<Document> items = document.objects("layers");
        if (items.size() > MAX_LAYERS) {
            throw new OciException("manifest layers: " + items.size() + ", at most " + MAX_LAYERS + " are read");
        }
        List<Descriptor> layers = new ArrayList<>();
        for (Document item : items) {
            layers.add(Descriptor.of(item));
        }
        return new Manifest(
                document.text("artifactType", ""),
                Descriptor.of(document.object("config")),
                layers,
                document.textMap("annotations"));
    }

    public Optional<Descriptor> layer(String mediaType) {
        return layers.stream().filter(l -> l.mediaType().equals(mediaType)).findFirst();
    }

    /** Config and layers. */
    public List<Descriptor> blobs() {
        List<Descriptor> blobs = new ArrayList<>(layers);
        blobs.add(0, config);
        return blobs;
    }

    /** The same manifest gives the same bytes. */
    public byte[] toBytes() throws IOException {
        var map = new LinkedHashMap<String, Object>();
        map.put("schemaVersion", 2);
        map.put("mediaType", MEDIA_TYPE);
        if (!artifactType.isEmpty()) {
            map.put("artifactType", artifactType);
        }
        map.put("config", config.toMap());
        map.put("layers", layers.stream().map(Descriptor::toMap).toList());
        if (!annotations.isEmpty()) {
            map.put("annotations", annotations);
        }
        return JSON.std.asBytes(map);
    }
}
