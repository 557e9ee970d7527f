package io.tomogrid.inference.pack;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model is, is for and is not for: the file {@code model-card.json}.
 *
 * @param name by which it is asked for @param version its version, such as 1.0.0 @param created when it was made, RFC 3339
 * @param title one line @param task what it does @param description more lines, may be empty
 * @param vendor who brings it @param authors who made it, may be empty @param licence SPDX licence expression
 * @param intendedUse what it is for @param notFor what it is not for @param trainingData what it learned from
 * @param performance what was measured, may be empty @param memoryMib memory that one run needs, MiB
 * @param goldenTolerance greatest absolute difference of an output value from the golden one
 * @param contract what it takes and gives
 */
public record ModelCard(
        String name,
        String version,
        String created,
        String title,
        Task task,
        String description,
        String vendor,
        List<String> authors,
        String licence,
        String intendedUse,
        String notFor,
        String trainingData,
        List<Measured> performance,
        long memoryMib,
        double goldenTolerance,
        ModelContract contract) {
    /** Its name in a folder and in a package. */
    public static final String FILE = "model-card.json";

    public ModelCard {
        authors = List.copyOf(authors);
        performance = List.copyOf(performance);
    }

    /** What a model does with its input. */
    public enum Task {
        SEGMENTATION,
        DETECTION,
        CLASSIFICATION,
        REGRESSION,
        ENHANCEMENT,
        REGISTRATION
    }

    /**
     * @param metric such as Dice @param value mean @param low @param high its 95 % confidence interval, the value twice if
     *     not given @param unit UCUM, 1 for a ratio @param data what it was measured on
     */
    public record Measured(String metric, double value, double low, double high, String unit, String data) {}

    /** @throws ModelException naming the key that is missing or wrong */
    public static ModelCard parse(byte[] json) throws ModelException {
        try {
            return of(Document.parse(FILE, json));
        } catch (OciException e) {
            throw new ModelException(e.getMessage(), e);
        }
    }

    static ModelCard of(Document card) throws OciException {
        if (card.whole("format-version") != 1) {
            throw card.wrong("format-version", "1");
        }
        ModelName name = ModelName.of(card);
        String created = card.text("created");
        try {
            OffsetDateTime.parse(created);
        } catch (DateTimeException e) {
            throw card.wrong("created", "a time such as 2026-11-01T00:00:00Z");
        }
        double tolerance = card.number("golden-tolerance");
        if (tolerance < 0) {
            throw card.wrong("golden-tolerance", "at least 0");
        }
        return new ModelCard(
                name.name(),
                name.version(),
                created,
                card.text("title"),
                task(card),
                card.text("description", ""),
                card.text("vendor"),
                card.texts("authors"),
                card.text("licence"),
                card.text("intended-use"),
                card.text("not-for"),
                card.text("training-data"),
                performance(card),
                card.whole("memory-mib"),
                tolerance,
                ModelContract.of(card));
    }

    private static Task task(Document card) throws OciException {
        String text = card.text("task");
        for (Task task : Task.values()) {
            if (task.name().equalsIgnoreCase(text)) {
                return task;
            }
        }
        throw card.wrong(
                "task", "one of segmentation, detection, classification, regression, enhancement, registration");
    }

    private static List<Measured> performance(Document card) throws OciException {
        List<Measured> measured = new ArrayList<>();
        for (Document item : card.objects("performance")) {
            double value = item.number("value");
            double low = item.has("low") ? item.number("low") : value;
            double high = item.has("high") ? item.number("high") : value;
            if (low > value || high < value) {
                throw item.wrong("value", "a value between low and high");
            }
            measured.add(new Measured(item.text("metric"), value, low, high, item.text("unit"), item.text("data")));
        }
        return measured;
    }

    /** The same card gives the same bytes. */
    public byte[] toBytes() throws IOException {
        return JSON.std.asBytes(toMap());
    }

    public Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("format-version", 1);
        map.put("name", name);
        map.put("version", version);
        map.put("created", created);
        map.put("title", title);
        map.put("task", task.name().toLowerCase(java.util.Locale.ROOT));
        if (!description.isEmpty()) {
            map.put("description", description);
        }
        map.put("vendor", vendor);
        map.put("authors", authors);
        map.put("licence", licence);
        map.put("intended-use", intendedUse);
        map.put("not-for", notFor);
        map.put("training-data", trainingData);
        map.put("performance", performance.stream().map(ModelCard::toMap).toList());
        map.put("memory-mib", memoryMib);
        map.put("golden-tolerance", goldenTolerance);
        contract.putInto(map);
        return map;
    }

    private static Map<String, Object> toMap(Measured measured) {
        var map = new LinkedHashMap<String, Object>();
        map.put("metric", measured.metric());
        map.put("value", measured.value());
        map.put("low", measured.low());
        map.put("high", measured.high());
        map.put("unit", measured.unit());
        map.put("data", measured.data());
        return map;
    }
}
