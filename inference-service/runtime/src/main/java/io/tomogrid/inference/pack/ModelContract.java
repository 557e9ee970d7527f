package io.tomogrid.inference.pack;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a model takes and gives.
 *
 * @param inputs what it takes, at least one @param outputs what it gives, at least one
 * @param sampling how the images lie on their grid before they are given to it
 */
public record ModelContract(List<Port> inputs, List<Port> outputs, Sampling sampling) {
    public ModelContract {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * A tensor by name.
     *
     * @param shape extents, −1 where any extent is taken
     * @param unit unit of the values, UCUM, e.g. {@code g/ml{SUVbw}} or {@code [hnsf'U]}
     * @param modality DICOM modality of an input that is an image, else empty
     * @param window what the caller brings an input's values into, if anything
     * @param labels what the values, channels or classes of an output mean, else empty
     */
    public record Port(
            String name,
            Tensor.Type type,
            List<Integer> shape,
            String unit,
            String modality,
            Optional<Window> window,
            List<Label> labels) {
        public Port {
            shape = List.copyOf(shape);
            labels = List.copyOf(labels);
        }

        /** Why the tensor does not fit this port, or an empty string when it does. */
        public String mismatch(Tensor tensor) {
            long[] given = tensor.shape();
            boolean fits = tensor.type() == type && given.length == shape.size();
            for (int i = 0; fits && i < given.length; i++) {
                fits = shape.get(i) == -1 || shape.get(i) == given[i];
            }
            return fits ? "" : name + ": expected " + type + shape + ", got " + tensor;
        }
    }

    /**
     * What the caller does to an input's values: they are clipped to low … high, in the port's unit, then brought
     * linearly to scaledLow … scaledHigh, which are low and high themselves where the model takes them as they are.
     */
    public record Window(double low, double high, double scaledLow, double scaledHigh) {
        public float apply(float value) {
            double clipped = Math.min(Math.max(value, low), high);
            return (float) (scaledLow + (clipped - low) / (high - low) * (scaledHigh - scaledLow));
        }
    }

    /** @param value value in the output @param scheme coding scheme, SCT or DCM @param code its code @param meaning words */
    public record Label(int value, String scheme, String code, String meaning) {}

    /**
     * @param spacingMm distance of voxel centres along x, y and z, mm; empty: the model takes any
     * @param orientation where the axes x, y and z of a tensor {@code [..., z, y, x]} point, three letters: LPS is a DICOM
     *     volume as it lies, SAR what MONAI calls RAS, as its first axis varies slowest
     * @param patch extents z, y, x of what it takes at once, voxels; empty: the whole volume
     */
    public record Sampling(List<Double> spacingMm, String orientation, List<Integer> patch) {
        public Sampling {
            spacingMm = List.copyOf(spacingMm);
            patch = List.copyOf(patch);
        }
    }

    /** @throws OciException naming the key that is missing or wrong */
    static ModelContract of(Document card) throws OciException {
        List<Port> inputs = ports(card, "inputs");
        List<Port> outputs = ports(card, "outputs");
        return new ModelContract(inputs, outputs, sampling(card.object("sampling")));
    }

    private static List<Port> ports(Document card, String key) throws OciException {
        List<Port> ports = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Document item : card.objects(key)) {
            Port port = port(item);
            if (!names.add(port.name())) {
                throw item.wrong("name", "a name that no other has");
            }
            ports.add(port);
        }
        if (ports.isEmpty()) {
            throw card.wrong(key, "at least one");
        }
        return ports;
    }

    private static Port port(Document item) throws OciException {
        List<Integer> shape = whole(item, "shape", -1);
        if (!item.has("shape")) {
            throw item.wrong("shape", "a list of extents, -1 where any is taken");
        }
        String modality = item.text("modality", "");
        if (!modality.matches("|[A-Z]{2,6}")) {
            throw item.wrong("modality", "a DICOM modality such as PT or CT");
        }
        return new Port(
                item.text("name"),
                item.oneOf("datatype", Tensor.Type.class),
                shape,
                item.text("unit"),
                modality,
                window(item),
                labels(item));
    }

    private static Optional<Window> window(Document port) throws OciException {
        if (!port.has("window")) {
            return Optional.empty();
        }
        List<Double> window = rising(port, "window");
        List<Double> scaled = port.has("scaled-to") ? rising(port, "scaled-to") : window;
        return Optional.of(new Window(window.get(0), window.get(1), scaled.get(0), scaled.get(1)));
    }

    private static List<Double> rising(Document port, String key) throws OciException {
        List<Double> numbers = port.numbers(key);
        if (numbers.size() != 2 || numbers.get(0) >= numbers.get(1)) {
            throw port.wrong(key, "two numbers, the lower first");
        }
        return numbers;
    }

    private static List<Label> labels(Document port) throws OciException {
        List<Label> labels = new ArrayList<>();
        Set<Long> values = new HashSet<>();
        for (Document item : port.objects("labels")) {
            long value = item.whole("value");
            if (value > 65535 || !values.add(value)) {
                throw item.wrong("value", "a value of 0 to 65535 that no other label has");
            }
            String scheme = item.text("scheme");
            String code = item.text("code");
            if (!(scheme.equals("SCT")
                    ? code.matches("[0-9]{6,18}")
                    : scheme.equals("DCM") && code.matches("[0-9]{6}"))) {
                throw item.wrong("code", "a SNOMED CT concept with scheme SCT or a DICOM code with scheme DCM");
            }
            labels.add(new Label((int) value, scheme, code, item.text("meaning")));
        }
        return labels;
    }

    private static Sampling sampling(Document item) throws OciException {
        List<Double> spacing = item.numbers("spacing-mm");
        if (!spacing.isEmpty() && (spacing.size() != 3 || spacing.stream().anyMatch(s -> s <= 0))) {
            throw item.wrong("spacing-mm", "three numbers above 0, mm along x, y and z, or none");
        }
        String orientation = item.text("orientation");
        if (!orientation.matches("[LRPASI]{3}")
                || !orientation.matches(".*[LR].*")
                || !orientation.matches(".*[PA].*")
                || !orientation.matches(".*[SI].*")) {
            throw item.wrong("orientation", "three letters such as LPS");
        }
        List<Integer> patch = whole(item, "patch", 1);
        if (!patch.isEmpty() && patch.size() != 3) {
            throw item.wrong("patch", "three extents z, y, x, or none");
        }
        return new Sampling(spacing, orientation, patch);
    }

    private static List<Integer> whole(Document item, String key, int least) throws OciException {
        List<Integer> whole = new ArrayList<>();
        for (double number : item.numbers(key)) {
            if (number != Math.rint(number) || number < least || number > 1 << 20 || number == 0) {
                throw item.wrong(key, "whole numbers of at least " + least + ", not 0, at most " + (1 << 20));
            }
            whole.add((int) number);
        }
        return whole;
    }

    void putInto(Map<String, Object> card) {
        var grid = new LinkedHashMap<String, Object>();
        grid.put("spacing-mm", sampling.spacingMm());
        grid.put("orientation", sampling.orientation());
        grid.put("patch", sampling.patch());
        card.put("sampling", grid);
        card.put("inputs", inputs.stream().map(ModelContract::toMap).toList());
        card.put("outputs", outputs.stream().map(ModelContract::toMap).toList());
    }

    private static Map<String, Object> toMap(Port port) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", port.name());
        map.put("datatype", port.type().name());
        map.put("shape", port.shape());
        map.put("unit", port.unit());
        if (!port.modality().isEmpty()) {
            map.put("modality", port.modality());
        }
        port.window().ifPresent(w -> {
            map.put("window", List.of(w.low(), w.high()));
            if (w.low() != w.scaledLow() || w.high() != w.scaledHigh()) {
                map.put("scaled-to", List.of(w.scaledLow(), w.scaledHigh()));
            }
        });
        if (!port.labels().isEmpty()) {
            map.put("labels", port.labels().stream().map(ModelContract::toMap).toList());
        }
        return map;
    }

    private static Map<String, Object> toMap(Label label) {
        var map = new LinkedHashMap<String, Object>();
        map.put("value", label.value());
        map.put("scheme", label.scheme());
        map.put("code", label.code());
        map.put("meaning", label.meaning());
        return map;
    }
}
