package io.tomogrid.node.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The machine that measures. */
public final class Machine {
    private Machine() {}

    /** One line: processor, memory, Java. */
    public static String describe() throws IOException {
        String cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown processor");
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return String.format(
                Locale.ROOT,
                "%s, %d processors, %.0f GB memory, Java %s",
                cpu,
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize() / 1e9,
                Runtime.version());
    }
}
