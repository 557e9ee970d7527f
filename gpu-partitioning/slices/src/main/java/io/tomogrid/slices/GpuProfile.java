package io.tomogrid.slices;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One way in which a GPU can be cut, as its driver reports it. What a name promises differs from board to board, so
 * nothing is ever derived from one.
 *
 * @param profileEnum NVML_GPU_INSTANCE_PROFILE_*, or {@link #WHOLE} for a GPU that is not cut
 * @param name the part that a {@link SliceKey} carries: {@code 1g}, {@code 1gx2}, …, {@code whole}
 * @param computeSlices slices of streaming multiprocessors; 0 for a whole GPU, which has no such unit
 * @param memorySlices width of a placement in memory slices
 * @param memoryBytes memory that the driver reports for it
 * @param maxInstances how many there may be at once
 * @param starts memory slices at which a placement may begin, ascending
 */
public record GpuProfile(
        int profileEnum,
        String name,
        int computeSlices,
        int memorySlices,
        long memoryBytes,
        int maxInstances,
        List<Integer> starts) {
    /** Not an NVML value: the GPU as one piece. */
    public static final int WHOLE = -1;

    private static final List<String> NAMES = List.of(
            "1g", "2g", "3g", "4g", "7g", "8g", "6g", "1gme", "2gme", "1gx2", "1ggfx", "2ggfx", "4ggfx", "1gnome",
            "2gnome", "1gallme", "2gallme", "3ggfx");
    private static final int LAST_PLAIN = 6;
    private static final int DOUBLE_MEMORY = 9;

    public GpuProfile {
        starts = starts.stream().sorted().toList();
        if (memorySlices < 1 || maxInstances < 1) {
            throw new IllegalArgumentException(
                    "profile " + name + ": memory-slices and max-instances must be positive");
        }
    }

    /** How many values NVML_GPU_INSTANCE_PROFILE_* has that we can name. */
    static int knownEnums() {
        return NAMES.size();
    }

    static String nameOf(int profileEnum) {
        return profileEnum == WHOLE ? "whole" : NAMES.get(profileEnum);
    }

    static GpuProfile whole(long memoryBytes) {
        return new GpuProfile(WHOLE, nameOf(WHOLE), 0, 1, memoryBytes, 1, List.of(0));
    }

    /** Whether it is a profile without media-engine or graphics extras; only these are given to jobs. */
    public boolean plain() {
        return profileEnum <= LAST_PLAIN || profileEnum == DOUBLE_MEMORY;
    }

    /** Whether a slice of this profile is enough for the request. */
    public boolean serves(SliceRequest request) {
        return plain()
                && memoryBytes >= request.minMemoryBytes()
                && (profileEnum == WHOLE || computeSlices >= request.minComputeSlices());
    }

    Map<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("profile", name);
        map.put("profile-enum", profileEnum);
        map.put("memory-slices", memorySlices);
        map.put("compute-slices", computeSlices);
        map.put("memory-bytes", memoryBytes);
        map.put("max-instances", maxInstances);
        map.put("starts", starts);
        return map;
    }

    static GpuProfile fromMap(Object json) {
        Fields fields = Fields.of("profile", json);
        return new GpuProfile(
                fields.integer("profile-enum"),
                fields.text("profile"),
                fields.integer("compute-slices"),
                fields.integer("memory-slices"),
                fields.number("memory-bytes"),
                fields.integer("max-instances"),
                fields.list("starts", start -> ((Number) start).intValue()));
    }
}
