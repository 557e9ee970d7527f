package io.tomogrid.inference.pack;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a package is made of.
 *
 * @param onnx the ONNX file @param documents what comes along, by path: {@code sbom.cdx.json}, {@code README.md}, …
 */
public record ModelSource(ModelCard card, Path onnx, Golden golden, Map<String, byte[]> documents) {
    public ModelSource {
        documents = Collections.unmodifiableMap(new LinkedHashMap<>(documents));
    }
}
