package io.tomogrid.manager.maintenance;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A GPU, or every GPU of a host.
 *
 * @param gpu NVML index, {@link #ALL} for every GPU
 */
public record Target(String host, int gpu) {
    public static final int ALL = -1;

    private static final Pattern FORM = Pattern.compile("([a-z0-9.]+)(?:/gpu(\\d{1,3}))?");

    /** @throws IllegalArgumentException if the text is neither {@code HOST} nor {@code HOST/gpuN} */
    public static Target parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException("target: expected HOST or HOST/gpuN, got " + text);
        }
        return new Target(m.group(1), m.group(2) == null ? ALL : Integer.parseInt(m.group(2)));
    }

    public boolean covers(String otherHost, int index) {
        return host.equals(otherHost) && (gpu == ALL || gpu == index);
    }

    @Override
    public String toString() {
        return gpu == ALL ? host : host + "/gpu" + gpu;
    }
}
