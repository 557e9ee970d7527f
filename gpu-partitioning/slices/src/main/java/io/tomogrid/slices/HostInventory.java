package io.tomogrid.slices;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The document by which an agent tells of its GPUs.
 *
 * @param host as in every {@link SliceKey} of the host
 * @param gpus in the order of their index
 * @param draining whether it takes nothing new, so that what runs runs out
 */
public record HostInventory(String host, List<Gpu> gpus, boolean draining) {
    /** Of this document. Members may be added within a version; who reads leaves out what it does not know. */
    public static final int VERSION = 1;

    public HostInventory {
        gpus = List.copyOf(gpus);
    }

    /** One that takes work. */
    public HostInventory(String host, List<Gpu> gpus) {
        this(host, gpus, false);
    }

    /** The GPU with this NVML index. */
    public Optional<Gpu> gpu(int index) {
        return gpus.stream().filter(gpu -> gpu.index() == index).findFirst();
    }

    /** The GPU that a key is about; empty if that is on another host, or not there. */
    public Optional<Gpu> gpu(SliceKey key) {
        return host.equals(key.host()) ? gpu(key.gpu()) : Optional.empty();
    }

    public Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("format-version", VERSION);
        map.put("host", host);
        map.put("gpus", gpus.stream().map(Gpu::toMap).toList());
        map.put("draining", draining);
        return map;
    }

    /** @throws IllegalArgumentException naming the key that is missing or malformed */
    public static HostInventory fromMap(Map<String, Object> json) {
        Fields fields = Fields.of("inventory", json);
        if (fields.integer("format-version") != VERSION) {
            throw new IllegalArgumentException(
                    "inventory: format-version: expected " + VERSION + ", got " + json.get("format-version")
                            + "; agent and manager must be of versions that go together: update the older one");
        }
        return new HostInventory(
                fields.text("host"), fields.list("gpus", Gpu::fromMap), fields.flagOr("draining", false));
    }
}
