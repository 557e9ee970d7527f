package io.tomogrid.engine.cuda.selftest;

import io.tomogrid.engine.cuda.DeviceTiming;
import java.util.List;
import java.util.Locale;

/**
 * What a self-test came to.
 *
 * @param device name by the driver
 * @param emulated whether the device is the stand-in that runs kernels on the processors; then the times say nothing
 * @param driver latest CUDA that the driver knows
 * @param memoryBytes of the device, or of the slice of it that this process sees
 * @param timings of kernels; empty unless asked for
 */
public record Report(
        String device,
        boolean emulated,
        String driver,
        String computeCapability,
        int multiprocessors,
        long memoryBytes,
        List<Check> checks,
        List<DeviceTiming> timings) {
    private static final String ROW = "%-28s  %-32s %10s %10s %18s   %s%n";

    public Report {
        checks = List.copyOf(checks);
        timings = List.copyOf(timings);
    }

    public boolean agrees() {
        return checks.stream().allMatch(Check::agrees);
    }

    /** For people. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(
                line("device: %s%s%n", device, emulated ? " (emulated: no GPU, the times say nothing of one)" : ""));
        text.append(line(
                "driver: CUDA %s; compute capability %s, %d multiprocessors, %d MiB%n%n",
                driver, computeCapability, multiprocessors, memoryBytes >> 20));
        text.append(line(ROW, "KERNEL", "WHAT", "DEVICE", "CPU", "DIFFERING", "OFF THE FORMULA"));
        for (Check check : checks) {
            text.append(line(
                    ROW,
                    check.kernel(),
                    check.what(),
                    milliseconds(check.deviceSeconds()),
                    milliseconds(check.processorSeconds()),
                    check.differing() + " of " + check.values(),
                    line("%.2g of at most %.2g", check.formulaError(), check.formulaBound())
                            + (check.agrees() ? "" : "   WRONG")));
        }
        timings(text);
        long wrong = checks.stream().filter(check -> !check.agrees()).count();
        text.append(
                wrong == 0
                        ? line("%nall agree%n")
                        : line("%n%d of %d are wrong: do not process on this device%n", wrong, checks.size()));
        return text.toString();
    }

    private void timings(StringBuilder text) {
        if (timings.isEmpty()) {
            return;
        }
        text.append(line("%n%-28s %14s %27s   %-30s %s%n", "TIMED", "MEDIAN", "LEAST TO GREATEST", "RATE", "OF FLOOR"));
        for (DeviceTiming timing : timings) {
            text.append(line(
                    "%-28s %14s %27s   %-30s %s%n",
                    timing.what(),
                    fine(timing.median()),
                    fine(timing.least()) + " to " + fine(timing.greatest()),
                    timing.perSecond() == 0 ? "-" : line("%.3f G %s/s", timing.perSecond() / 1e9, timing.unit()),
                    timing.floor() == 0 ? "-" : line("%.1f %%", 100 * timing.ofFloor())));
        }
        text.append(line(
                emulated
                        ? "The floors are those of an H200; times of the stand-in say nothing of it: unproven until a GPU ran them.%n"
                        : "The floors are those of an H200, by arithmetic.%n"));
    }

    private static String fine(double seconds) {
        return line("%.3f ms", seconds * 1000);
    }

    private static String milliseconds(double seconds) {
        return line("%.1f ms", seconds * 1000);
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
