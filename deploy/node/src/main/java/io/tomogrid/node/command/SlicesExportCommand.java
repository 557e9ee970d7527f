package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.interop.MigParted;
import io.tomogrid.slices.interop.NodeLabels;
import io.tomogrid.slices.interop.SparkDiscovery;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid slices export}: how a host's GPUs are cut now, as other tools read it. */
@Command(
        name = "export",
        description = "How a host's GPUs are cut now, for nvidia-mig-parted, Kubernetes or Spark.",
        mixinStandardHelpOptions = true)
public final class SlicesExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            description = "mig-parted (YAML), k8s-labels (as gpu-feature-discovery's) or spark-discovery (JSON).")
    private String format;

    @Option(names = "--host", paramLabel = "HOST", description = "Which host, if there are several.")
    private String host;

    @Option(names = "--json", description = "Print a document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        String text = text(format, gpus(home.manager().get("/api/slices"), host), json);
        PrintWriter out = spec.commandLine().getOut();
        out.println(text.stripTrailing());
        out.flush();
        return 0;
    }

    /** @param json whether formats that are no JSON are put into it */
    static String text(String format, Map.Entry<String, List<Gpu>> host, boolean json) throws IOException {
        List<Gpu> gpus = host.getValue();
        switch (format) {
            case "mig-parted" -> {
                String yaml = MigParted.write("tomogrid-" + host.getKey(), gpus);
                return json ? JSON.std.asString(Map.of("mig-parted", yaml)) : yaml;
            }
            case "k8s-labels" -> {
                Map<String, String> labels = NodeLabels.of(gpus);
                StringBuilder lines = new StringBuilder();
                labels.forEach((name, value) ->
                        lines.append(name).append('=').append(value).append('\n'));
                return json ? JSON.std.asString(labels) : lines.toString();
            }
            case "spark-discovery" -> {
                return JSON.std.asString(SparkDiscovery.of(gpus));
            }
            default ->
                throw new IllegalArgumentException(
                        "--format: expected mig-parted, k8s-labels or spark-discovery, got " + format);
        }
    }

    /** The GPUs of one host of the manager's document. */
    static Map.Entry<String, List<Gpu>> gpus(Map<String, Object> document, String wanted) {
        Map<String, List<Gpu>> hosts = new TreeMap<>();
        for (Object item : (List<?>) document.get("gpus")) {
            hosts.computeIfAbsent(String.valueOf(((Map<?, ?>) item).get("host")), h -> new ArrayList<>())
                    .add(Gpu.fromMap(item));
        }
        if (wanted == null && hosts.size() == 1) {
            return hosts.entrySet().iterator().next();
        }
        if (wanted == null || !hosts.containsKey(wanted)) {
            throw new IllegalArgumentException("--host: expected one of the hosts whose agents answer, "
                    + hosts.keySet() + ", got " + (wanted == null ? "none" : wanted));
        }
        return Map.entry(wanted, hosts.get(wanted));
    }
}
