package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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

    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--json", description = "Print the manager's document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> answer = home.manager().get("/api/slices");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.std.asString(answer));
            return 0;
        }
        Map<Object, Map<?, ?>> leases = new HashMap<>();
        for (Object item : list(answer, "leases")) {
            Map<?, ?> lease = (Map<?, ?>) item;
            leases.put(lease.get("slice"), lease);
        }
        for (Object item : list(answer, "gpus")) {
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
        for (Object item : list(answer, "maintenance")) {
            Map<?, ?> window = (Map<?, ?>) item;
            out.println(window.get("target") + " is drained from " + window.get("from")
                    + (window.get("until").equals("") ? "" : " until " + window.get("until")) + " "
                    + window.get("reason") + "; "
                    + (list(window, "waits-for").isEmpty()
                            ? "no job is there"
                            : "jobs there, moved from " + window.get("moves") + " on if they may: "
                                    + list(window, "waits-for")));
        }
        out.flush();
        return 0;
    }

    private static List<?> list(Map<?, ?> map, String key) {
        return map.get(key) instanceof List<?> list ? list : List.of();
    }
}
