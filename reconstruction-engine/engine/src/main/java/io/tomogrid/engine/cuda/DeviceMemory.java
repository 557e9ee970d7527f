package io.tomogrid.engine.cuda;

/** Device memory that this process has allocated; what the driver itself takes for the context is not in it. */
public final class DeviceMemory {
    private static long used;
    private static long peak;

    private DeviceMemory() {}

    /** From now on the peak counts anew. */
    public static synchronized void restart() {
        peak = used;
    }

    /** Most bytes that were allocated at once since the last {@link #restart}. */
    public static synchronized long peak() {
        return peak;
    }

    static synchronized void taken(long bytes) {
        used += bytes;
        peak = Math.max(peak, used);
    }

    static synchronized void given(long bytes) {
        used -= bytes;
    }
}
