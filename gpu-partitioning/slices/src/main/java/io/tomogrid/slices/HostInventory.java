package io.tomogrid.slices;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The document by which an agent tells of its GPUs.
 *
 * @param host as in every {@link SliceKey} of the host
 * @param gpus in the order of their index
 */
public record HostInventory(String host, List<Gpu> gpus) {
    private static final int VERSION = 1;

    public HostInventory {
        gpus = List.copyOf(gpus);
    }

    public Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("format-version", VERSION);
        map.put("host", host);
        map.put("gpus", gpus.stream().map(Gpu::toMap).toList());
        return map;
    }

    /** @throws IllegalArgumentException naming the key that is missing or malformed */
    public static HostInventory fromMap(Map<String, Object> json) {
        Fields fields = Fields.of("inventory", json);
        if (fields.integer("format-version") != VERSION) {
            throw new IllegalArgumentException(
                    "inventory: format-version: expected " + VERSION + ", got " + json.get("format-version"));
        }
        return new HostInventory(fields.text("host"), fields.list("gpus", Gpu::fromMap));
    }
}
