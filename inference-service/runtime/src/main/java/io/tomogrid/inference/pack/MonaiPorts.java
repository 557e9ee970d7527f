package io.tomogrid.inference.pack;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * From a MONAI Bundle's {@code network_data_format} and the literal numbers of its transforms to inputs, outputs and
 * sampling of a card. MONAI's volumes are {@code [batch, channel, axis 0, axis 1, axis 2]}, its axcodes and spacings name
 * axis 0 first; a card names the last axis first.
 */
final class MonaiPorts {
    /** SNOMED CT concepts of what public bundles label most, by MONAI's words. */
    private static final Map<String, String> CONCEPTS = Map.ofEntries(
            Map.entry("spleen", "78961009"),
            Map.entry("liver", "10200004"),
            Map.entry("kidney", "64033007"),
            Map.entry("right kidney", "9846003"),
            Map.entry("left kidney", "18639004"),
            Map.entry("pancreas", "15776009"),
            Map.entry("lung", "39607008"),
            Map.entry("heart", "80891009"),
            Map.entry("brain", "12738006"),
            Map.entry("bladder", "89837001"),
            Map.entry("aorta", "15825003"),
            Map.entry("stomach", "69695003"),
            Map.entry("prostate", "41216001"),
            Map.entry("esophagus", "32849002"),
            Map.entry("gallbladder", "28231008"),
            Map.entry("lesion", "52988006"),
            Map.entry("tumor", "108369006"),
            Map.entry("tumour", "108369006"));

    private MonaiPorts() {}

    static void put(Map<String, Object> card, Document metadata, Optional<Document> inference, OnnxSignature signature)
            throws OciException {
        Document format = metadata.object("network_data_format");
        List<Map<?, ?>> transforms = new ArrayList<>();
        inference.ifPresent(i -> collect(i.fields(), transforms, 0));
        List<Map<String, Object>> inputs = ports(format.object("inputs"), signature.inputs());
        List<Map<String, Object>> outputs = ports(format.object("outputs"), signature.outputs());
        window(transforms).ifPresent(w -> inputs.forEach(i -> i.putAll(w)));
        boolean labels = outputs.stream().anyMatch(o -> o.containsKey("labels"));
        card.put("task", labels ? "segmentation" : "regression");
        card.put("inputs", inputs);
        card.put("outputs", outputs);
        card.put("sampling", sampling(format, transforms));
    }

    private static List<Map<String, Object>> ports(Document ports, List<OnnxSignature.Value> values)
            throws OciException {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Object key : ports.fields().keySet()) {
            Document port = ports.object((String) key);
            String name = (String) key;
            if (values.stream().noneMatch(v -> v.name().equals(name))) {
                if (values.size() != 1 || ports.fields().size() != 1) {
                    throw new OciException("metadata.json names " + name + ", the ONNX model has "
                            + values.stream().map(v -> Document.shown(v.name())).toList()
                            + ": export it with these names");
                }
                all.add(port(values.get(0).name(), port));
            } else {
                all.add(port(name, port));
            }
        }
        return all;
    }

    private static Map<String, Object> port(String name, Document port) throws OciException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("datatype", type(port).name());
        List<Object> shape = new ArrayList<>(List.of(1, port.whole("num_channels")));
        for (Object extent : extents(port)) {
            shape.add(extent instanceof Integer n && !port.flag("is_patch_data", false) ? n : -1);
        }
        map.put("shape", shape);
        map.put("unit", port.text("format", "").equals("hounsfield") ? "[hnsf'U]" : "1");
        String modality = port.text("modality", "").toUpperCase(Locale.ROOT);
        if (modality.matches("[A-Z]{2,6}") && !modality.equals("NA")) {
            map.put("modality", modality.equals("MRI") ? "MR" : modality.equals("PET") ? "PT" : modality);
        }
        if (port.text("format", "").equals("segmentation")) {
            map.put("labels", labels(port));
        }
        return map;
    }

    private static Tensor.Type type(Document port) throws OciException {
        return switch (port.text("dtype")) {
            case "float32", "float" -> Tensor.Type.FP32;
            case "float64", "double" -> Tensor.Type.FP64;
            case "uint8" -> Tensor.Type.UINT8;
            case "int32" -> Tensor.Type.INT32;
            case "int64" -> Tensor.Type.INT64;
            case "bool" -> Tensor.Type.BOOL;
            default -> throw port.wrong("dtype", "float32, float64, uint8, int32, int64 or bool");
        };
    }

    /** Numbers, or expressions such as {@code 16*n} for what is free. */
    private static List<?> extents(Document port) throws OciException {
        if (port.fields().get("spatial_shape") instanceof List<?> list && list.size() == 3) {
            return list;
        }
        throw port.wrong("spatial_shape", "three extents: only volumes are taken");
    }

    private static List<Map<String, Object>> labels(Document port) throws OciException {
        List<Map<String, Object>> labels = new ArrayList<>();
        for (Map.Entry<String, String> channel : port.textMap("channel_def").entrySet()) {
            String meaning = channel.getValue().toLowerCase(Locale.ROOT);
            if (meaning.equals("background")) {
                continue;
            }
            Map<String, Object> label = new LinkedHashMap<>();
            label.put(
                    "value",
                    channel.getKey().matches("[0-9]{1,5}") ? Integer.valueOf(channel.getKey()) : channel.getKey());
            label.put("scheme", "SCT");
            label.put("code", CONCEPTS.getOrDefault(meaning, "no code is known for " + Document.shown(meaning)));
            label.put("meaning", channel.getValue());
            labels.add(label);
        }
        return labels;
    }

    private static Map<String, Object> sampling(Document format, List<Map<?, ?>> transforms) throws OciException {
        Map<String, Object> sampling = new LinkedHashMap<>();
        List<Object> spacing = new ArrayList<>(numbers(transforms, "Spacing", "pixdim", 3));
        Collections.reverse(spacing);
        sampling.put("spacing-mm", spacing);
        String axes = of(transforms, "Orientation")
                .map(t -> String.valueOf(t.get("axcodes")))
                .orElse("RAS");
        sampling.put("orientation", new StringBuilder(axes).reverse().toString());
        List<Object> patch = numbers(transforms, "SlidingWindowInferer", "roi_size", 3);
        Document inputs = format.object("inputs");
        for (Object key : inputs.fields().keySet()) {
            Document input = inputs.object((String) key);
            if (patch.isEmpty()
                    && input.flag("is_patch_data", false)
                    && extents(input).stream().allMatch(Integer.class::isInstance)) {
                patch = new ArrayList<>(extents(input));
            }
        }
        sampling.put("patch", patch);
        return sampling;
    }

    private static Optional<Map<String, Object>> window(List<Map<?, ?>> transforms) {
        Optional<Map<?, ?>> scale = of(transforms, "ScaleIntensityRange");
        if (scale.isEmpty()
                || !(scale.get().get("a_min") instanceof Number)
                || !(scale.get().get("a_max") instanceof Number)) {
            return Optional.empty();
        }
        Map<String, Object> window = new LinkedHashMap<>();
        window.put("window", List.of(scale.get().get("a_min"), scale.get().get("a_max")));
        if (scale.get().get("b_min") instanceof Number low && scale.get().get("b_max") instanceof Number high) {
            window.put("scaled-to", List.of(low, high));
        }
        return Optional.of(window);
    }

    private static List<Object> numbers(List<Map<?, ?>> transforms, String target, String key, int count) {
        Object value = of(transforms, target).<Object>map(t -> t.get(key)).orElse(List.of());
        return value instanceof List<?> list
                        && list.size() == count
                        && list.stream().allMatch(Number.class::isInstance)
                ? new ArrayList<>(list)
                : new ArrayList<>();
    }

    /** The first transform of that kind: MONAI's array and dictionary versions differ by a letter at the end. */
    private static Optional<Map<?, ?>> of(List<Map<?, ?>> transforms, String target) {
        return transforms.stream()
                .filter(t -> String.valueOf(t.get("_target_")).matches("(.*\\.)?" + target + "d?"))
                .findFirst();
    }

    private static void collect(Object node, List<Map<?, ?>> into, int depth) {
        if (depth > 32) {
            return;
        }
        if (node instanceof Map<?, ?> map) {
            if (map.containsKey("_target_")) {
                into.add(map);
            }
            map.values().forEach(v -> collect(v, into, depth + 1));
        } else if (node instanceof List<?> list) {
            list.forEach(v -> collect(v, into, depth + 1));
        }
    }
}
