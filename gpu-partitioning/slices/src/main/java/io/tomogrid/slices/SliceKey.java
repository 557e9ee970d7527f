package io.tomogrid.slices;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one placement of one GPU of one host: {@code node1-gpu0-3g-4} is the 3-compute-slice placement that starts at
 * memory slice 4. It is at once the Spark resource name, the lock's name and the key of a lease.
 *
 * @param host host name, letters, digits and dots only
 * @param gpu NVML index of the GPU
 * @param profile short profile name without memory: {@code 1g}, {@code 1gx2} (double memory), {@code 3g}, {@code whole},
 *     {@code share4}, …; see {@link SliceKind}
 * @param start first memory slice (nvmlGpuInstancePlacement_t.start); which share or part, of what is not MIG
 */
public record SliceKey(String host, int gpu, String profile, int start) implements Serializable, Comparable<SliceKey> {
    private static final Pattern FORM = Pattern.compile("([a-z0-9.]+)-gpu(\\d{1,3})-([a-z0-9]+)-(\\d{1,2})");

    public SliceKey {
        if (!FORM.matcher(name(host, gpu, profile, start)).matches()) {
            throw new IllegalArgumentException("not a slice key: " + name(host, gpu, profile, start));
        }
    }

    /** @throws IllegalArgumentException if the text is not of the form {@code host-gpuN-profile-start} */
    public static SliceKey parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException("not a slice key: " + text);
        }
        return new SliceKey(m.group(1), Integer.parseInt(m.group(2)), m.group(3), Integer.parseInt(m.group(4)));
    }

    /** What the slice is made of. */
    public SliceKind kind() {
        return SliceKind.of(profile);
    }

    private static String name(String host, int gpu, String profile, int start) {
        return gpuName(host, gpu) + "-" + profile + "-" + start;
    }

    /** Names the GPU: {@code node1-gpu0}. */
    public String gpuName() {
        return gpuName(host, gpu);
    }

    /** The same of a GPU that nothing is known to be cut from. */
    public static String gpuName(String host, int gpu) {
        return host + "-gpu" + gpu;
    }

    @Override
    public int compareTo(SliceKey other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return name(host, gpu, profile, start);
    }
}
