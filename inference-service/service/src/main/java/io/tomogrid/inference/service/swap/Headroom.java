package io.tomogrid.inference.service.swap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Whether a second version has room beside the first. */
final class Headroom {
    private static final double MB = 1e6;
    /** What the machine keeps for others. */
    private static final long RESERVE = 128_000_000;

    private Headroom() {}

    /** Bytes that Linux says can be had without swapping, and that our control group leaves; others are not limited. */
    static long available() {
        try {
            long machine = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
            return Math.min(machine, inGroup());
        } catch (IOException noLinux) {
            return Long.MAX_VALUE;
        }
    }

    private static long inGroup() throws IOException {
        Path limit = Path.of("/sys/fs/cgroup/memory.max");
        Path used = Path.of("/sys/fs/cgroup/memory.current");
        if (!Files.exists(limit) || !Files.exists(used)) {
            return Long.MAX_VALUE;
        }
        String most = Files.readString(limit).strip();
        return most.equals("max")
                ? Long.MAX_VALUE
                : Long.parseLong(most) - Long.parseLong(Files.readString(used).strip());
    }

    /** @return why there is no room for so many bytes, or an empty string */
    static String lack(long needed, LongSupplier available) {
        long free = available.getAsLong();
        return free - RESERVE >= needed
                ? ""
                : String.format(
                        Locale.ROOT,
                        "it needs %.0f MB beside the version that serves, %.0f MB are available and %.0f MB of them are"
                                + " kept free",
                        needed / MB,
                        free / MB,
                        RESERVE / MB);
    }
}
