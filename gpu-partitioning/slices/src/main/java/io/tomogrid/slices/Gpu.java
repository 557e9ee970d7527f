package io.tomogrid.slices;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One GPU and how it is cut now.
 *
 * @param index NVML index
 * @param uuid {@code GPU-…}
 * @param name product name
 * @param memoryBytes memory of the whole
 * @param simulated whether there is no such GPU in truth
 * @param memorySlices width of its grid; 4, 8 and 12 are known, 1 when it is not cut
 * @param profiles how it can be cut
 * @param slices what exists
 * @param fault why it must not be used, in one sentence; empty when it is well
 * @param energyJoules what the whole GPU has used since its driver was loaded; absent where it has no such meter
 */
public record Gpu(
        int index,
        String uuid,
        String name,
        long memoryBytes,
        boolean simulated,
        int memorySlices,
        List<GpuProfile> profiles,
        List<Slice> slices,
        String fault,
        OptionalDouble energyJoules) {
    public Gpu {
        profiles = List.copyOf(profiles);
        slices = List.copyOf(slices);
    }

    /** One that is well and has no meter. */
    public Gpu(
            int index,
            String uuid,
            String name,
            long memoryBytes,
            boolean simulated,
            int memorySlices,
            List<GpuProfile> profiles,
            List<Slice> slices) {
        this(index, uuid, name, memoryBytes, simulated, memorySlices, profiles, slices, "", OptionalDouble.empty());
    }

    /** Every place of every profile that jobs are given. */
    public List<Placement> placements() {
        return profiles.stream()
                .filter(GpuProfile::plain)
                .flatMap(profile -> profile.starts().stream().map(start -> new Placement(profile, start)))
                .toList();
    }

    /** Where a key lies on this GPU.
     *
     * @throws IllegalArgumentException if this GPU has no such profile or the profile cannot begin there
     */
    public Placement placement(SliceKey key) {
        GpuProfile profile = profiles.stream()
                .filter(p -> p.name().equals(key.profile()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(key + ": " + name + " has no profile " + key.profile()
                        + ", it has "
                        + profiles.stream().map(GpuProfile::name).toList()));
        if (!profile.starts().contains(key.start())) {
            throw new IllegalArgumentException(
                    key + ": profile " + profile.name() + " begins at one of " + profile.starts());
        }
        return new Placement(profile, key.start());
    }

    /** Whether {@link #placement} knows where the key lies. */
    public boolean offers(SliceKey key) {
        return profiles.stream()
                .anyMatch(p -> p.name().equals(key.profile()) && p.starts().contains(key.start()));
    }

    public SliceKey key(String host, Placement placement) {
        return new SliceKey(host, index, placement.profile().name(), placement.start());
    }

    /** The profile with the least memory slices, and of these the least compute slices, that serves; empty if none does. */
    public Optional<GpuProfile> smallest(SliceRequest request) {
        return profiles.stream().filter(profile -> profile.serves(request)).min(GpuProfile.BY_SIZE);
    }

    /** The existing slice of that name. */
    public Optional<Slice> slice(SliceKey key) {
        return slices.stream().filter(slice -> slice.key().equals(key)).findFirst();
    }

    /** The same GPU with other slices. */
    public Gpu with(List<Slice> existing) {
        return new Gpu(
                index, uuid, name, memoryBytes, simulated, memorySlices, profiles, existing, fault, energyJoules);
    }

    /** The same GPU, which must not be used for this reason. */
    public Gpu ill(String why) {
        return new Gpu(index, uuid, name, memoryBytes, simulated, memorySlices, profiles, slices, why, energyJoules);
    }

    /** The same GPU, whose meter says so. */
    public Gpu metered(OptionalDouble joules) {
        return new Gpu(index, uuid, name, memoryBytes, simulated, memorySlices, profiles, slices, fault, joules);
    }

    public Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("index", index);
        map.put("uuid", uuid);
        map.put("name", name);
        map.put("memory-bytes", memoryBytes);
        map.put("simulated", simulated);
        map.put("memory-slices", memorySlices);
        map.put("profiles", profiles.stream().map(GpuProfile::toMap).toList());
        map.put("slices", slices.stream().map(Slice::toMap).toList());
        map.put("fault", fault);
        energyJoules.ifPresent(joules -> map.put("energy-joules", joules));
        return map;
    }

    /** @throws IllegalArgumentException naming the key that is missing or malformed */
    public static Gpu fromMap(Object json) {
        Fields fields = Fields.of("gpu", json);
        return new Gpu(
                fields.integer("index"),
                fields.text("uuid"),
                fields.text("name"),
                fields.number("memory-bytes"),
                fields.flag("simulated"),
                fields.integer("memory-slices"),
                fields.list("profiles", GpuProfile::fromMap),
                fields.list("slices", Slice::fromMap),
                fields.textOr("fault", ""),
                fields.decimal("energy-joules"));
    }
}
