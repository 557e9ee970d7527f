package io.tomogrid.node.command;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tomogrid slices}: the GPUs, how they are cut, and who holds what until when. */
@Command(
        name = "slices",
        description = "GPUs, their slices and the leases on them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            SlicesPlanCommand.class,
            SlicesForecastCommand.class,
            DrainCommands.Drain.class,
            DrainCommands.Undrain.class,
            SlicesHealCommand.class,
            SlicesReadingsCommand.class,
            SlicesMigModeCommand.class,
            SlicesDivideCommand.class,
            SlicesExportCommand.class,
            SlicesImportCommand.class
        })
public final class SlicesCommand implements Callable<Integer> {
    private static final double GIB = 1L << 30;

    @Mixin
    private HomeOptions home;

    @Mixin
    private Answer answer;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> document = home.manager().get("/api/slices");
        answer.print(document, out -> print(document, out));
        return 0;
    }

    private static void print(Map<String, Object> document, PrintWriter out) {
        Map<Object, Map<?, ?>> leases = new HashMap<>();
        for (Object item : list(document, "leases")) {
            Map<?, ?> lease = (Map<?, ?>) item;
            leases.put(lease.get("slice"), lease);
        }
        for (Object item : list(document, "gpus")) {
            Map<?, ?> gpu = (Map<?, ?>) item;
            out.printf(
                    "%s GPU %s  %s  %.0f GiB%s%s%n",
                    gpu.get("host"),
                    gpu.get("index"),
                    gpu.get("name"),
                    ((Number) gpu.get("memory-bytes")).doubleValue() / GIB,
                    Boolean.TRUE.equals(gpu.get("simulated")) ? "  SIMULATED: no NVIDIA driver was found here" : "",
                    Boolean.TRUE.equals(gpu.get("draining")) ? "  DRAINED: takes nothing new" : "");
            if (gpu.get("fault") instanceof String fault && !fault.isEmpty()) {
                out.println("  FAULTY: " + fault);
            }
            Table table = new Table("  SLICE", "DEVICE", "LOCKED", "LEASE", "EPOCH", "HOLDER", "UNTIL");
            for (Object cut : list(gpu, "slices")) {
                Map<?, ?> slice = (Map<?, ?>) cut;
                Map<?, ?> lease = leases.getOrDefault(slice.get("slice"), Map.of());
                table.row(
                        "  " + slice.get("slice"),
                        slice.get("device-uuid"),
                        Boolean.TRUE.equals(slice.get("locked")) ? "yes" : "no",
                        lease.get("state"),
                        lease.get("epoch"),
                        lease.get("holder"),
                        lease.get("expiry"));
            }
            if (list(gpu, "slices").isEmpty()) {
                out.println("  not cut: slices are made when jobs need them");
            } else {
                table.print(out);
            }
        }
        for (Object item : list(document, "maintenance")) {
            Map<?, ?> window = (Map<?, ?>) item;
            out.println(window.get("target") + " is drained from " + window.get("from")
                    + (window.get("until").equals("") ? "" : " until " + window.get("until")) + " "
                    + window.get("reason") + "; "
                    + (list(window, "waits-for").isEmpty()
                            ? "no job is there"
                            : "jobs there, moved from " + window.get("moves") + " on if they may: "
                                    + list(window, "waits-for")));
        }
    }

    private static List<?> list(Map<?, ?> map, String key) {
        return map.get(key) instanceof List<?> list ? list : List.of();
    }
}
