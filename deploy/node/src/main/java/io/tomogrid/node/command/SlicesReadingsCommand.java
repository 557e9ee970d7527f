package io.tomogrid.node.command;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuReadings;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.NvmlInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceUse;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tomogrid slices readings}: what the meters of this machine's GPUs say; needs no node, and disturbs none. */
@Command(
        name = "readings",
        description = "Energy, power, load and memory errors of this machine's GPUs, and how much each slice works.",
        mixinStandardHelpOptions = true)
public final class SlicesReadingsCommand implements Callable<Integer> {
    /** Shorter ones say little, see nvmlGpmMetricsGet. */
    private static final Duration MEASURED = Duration.ofMillis(200);

    private static final double PER_KILO = 1e-3;
    private static final double PER_MILLION = 1e-6;

    @Mixin
    private Answer answer;

    @Override
    public Integer call() throws Exception {
        List<Map<String, Object>> gpus = new ArrayList<>();
        try (NvmlInventory nvml = NvmlInventory.open("this")) {
            for (Gpu gpu : nvml.read().gpus()) {
                gpus.add(document(gpu, nvml));
            }
        }
        answer.print(Map.of("gpus", gpus), out -> print(gpus, out));
        return 0;
    }

    private static Map<String, Object> document(Gpu gpu, NvmlInventory nvml)
            throws InventoryException, InterruptedException {
        GpuReadings readings = nvml.readings(gpu.index());
        var map = new LinkedHashMap<String, Object>();
        map.put("gpu", gpu.index());
        map.put("name", gpu.name());
        map.put("joules", scaled(readings.energyMillijoules()));
        map.put("watts", scaled(readings.powerMilliwatts()));
        map.put("busy-percent", orNull(readings.busyPercent()));
        map.put("corrected", orNull(readings.corrected()));
        map.put("uncorrectable", orNull(readings.uncorrectable()));
        List<Map<String, Object>> slices = new ArrayList<>();
        for (Slice slice : gpu.slices()) {
            Optional<SliceUse> use = nvml.use(slice.key(), MEASURED);
            var its = new LinkedHashMap<String, Object>();
            its.put("slice", slice.key().profile() + "-" + slice.key().start());
            its.put(
                    "multiprocessor-percent",
                    use.map(SliceUse::multiprocessorPercent).orElse(null));
            its.put("memory-percent", use.map(SliceUse::memoryPercent).orElse(null));
            slices.add(its);
        }
        map.put("slices", slices);
        return map;
    }

    private static void print(List<Map<String, Object>> gpus, PrintWriter out) {
        for (Map<String, Object> gpu : gpus) {
            out.println("GPU " + gpu.get("gpu") + "  " + gpu.get("name") + "  "
                    + told(gpu.get("watts"), " W") + ", "
                    + told(
                            gpu.get("joules") instanceof Double j ? j * PER_MILLION : null,
                            " MJ since the driver was loaded")
                    + ", busy " + told(gpu.get("busy-percent"), " %") + ", memory errors mended "
                    + told(gpu.get("corrected"), "") + ", not mended " + told(gpu.get("uncorrectable"), ""));
            Table table = new Table("  SLICE", "MULTIPROCESSORS", "MEMORY BANDWIDTH");
            for (Object item : (List<?>) gpu.get("slices")) {
                Map<?, ?> slice = (Map<?, ?>) item;
                table.row(
                        "  " + slice.get("slice"),
                        told(slice.get("multiprocessor-percent"), " %"),
                        told(slice.get("memory-percent"), " %"));
            }
            table.print(out);
        }
    }

    private static Object scaled(OptionalLong thousandths) {
        return thousandths.isPresent() ? thousandths.getAsLong() * PER_KILO : null;
    }

    private static Object orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    private static String told(Object value, String unit) {
        return value == null ? "not told" : value + unit;
    }
}
