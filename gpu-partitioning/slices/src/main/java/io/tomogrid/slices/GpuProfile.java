package io.tomogrid.slices;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One way in which a GPU can be cut, as its driver reports it. What a name promises differs from board to board, so
 * nothing is ever derived from one.
 *
 * @param profileEnum NVML_GPU_INSTANCE_PROFILE_*; negative for the kinds of {@link SliceKind} that NVML has no number for
 * @param name the part that a {@link SliceKey} carries: {@code 1g}, {@code 1gx2}, …, {@code whole}
 * @param computeSlices slices of streaming multiprocessors, in sevenths for a share of a GPU; 0 for what has no such unit
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
    /** The least memory slices first, then the least compute slices. */
    public static final Comparator<GpuProfile> BY_SIZE =
            Comparator.comparingInt(GpuProfile::memorySlices).thenComparingInt(GpuProfile::computeSlices);

    /** Not an NVML value: the GPU as one piece. */
    public static final int WHOLE = -1;

    private static final int VIRTUAL = -2;
    private static final int CPU = -3;
    private static final int SHARE = -4;
    private static final int COMPUTE_INSTANCE = -100;
    private static final int MOST_SLICES = 8;
    private static final int SEVENTHS = 7;

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

    /** A virtual GPU, as a guest has it. */
    static GpuProfile virtual(long memoryBytes) {
        return new GpuProfile(VIRTUAL, "vgpu", 0, 1, memoryBytes, 1, List.of(0));
    }

    /** One of so many shares of a GPU with that memory. */
    static GpuProfile share(int of, long memoryBytes) {
        List<Integer> starts = IntStream.range(0, of).boxed().toList();
        return new GpuProfile(SHARE, "share" + of, Math.max(1, SEVENTHS / of), 1, memoryBytes / of, of, starts);
    }

    /** One of so many parts of a machine's processors and memory. */
    static GpuProfile cpu(int parts, int processors, long memoryBytes) {
        List<Integer> starts = IntStream.range(0, parts).boxed().toList();
        return new GpuProfile(CPU, "cpu" + processors, 0, 1, memoryBytes, parts, starts);
    }

    /**
     * Compute instances of GPU instances of a profile that were divided. Each may have its part of the memory, which they share. Inside a
     * GPU instance's window they are placed by compute slices, of which it has no more than memory slices.
     */
    static GpuProfile computeInstance(GpuProfile of, int slices, List<Integer> starts) {
        return new GpuProfile(
                COMPUTE_INSTANCE - of.profileEnum * MOST_SLICES - slices,
                slices + "c" + of.name,
                slices,
                slices,
                of.memoryBytes * slices / of.computeSlices,
                starts.size(),
                starts);
    }

    /** The same profile where it can begin only there. */
    GpuProfile at(List<Integer> where) {
        return new GpuProfile(profileEnum, name, computeSlices, memorySlices, memoryBytes, maxInstances, where);
    }

    /** Whether it is a profile without media-engine or graphics extras; only these are given to jobs. */
    public boolean plain() {
        return plain(profileEnum);
    }

    static boolean plain(int profileEnum) {
        return profileEnum <= LAST_PLAIN || profileEnum == DOUBLE_MEMORY;
    }

    /** Whether a slice of this profile is enough for the request. */
    public boolean serves(SliceRequest request) {
        return plain()
                && memoryBytes >= request.minMemoryBytes()
                && (computeSlices == 0 || computeSlices >= request.minComputeSlices());
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
