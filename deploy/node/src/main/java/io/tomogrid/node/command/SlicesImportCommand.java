package io.tomogrid.node.command;

import io.tomogrid.slices.GpuModel;
import io.tomogrid.slices.LayoutPlan;
import io.tomogrid.slices.interop.MigParted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tomogrid slices import}: what a file of nvidia-mig-parted means here; needs neither the GPU nor a node. */
@Command(
        name = "import",
        description = "The placements of a configuration of nvidia-mig-parted, which names none; nothing is cut.",
        mixinStandardHelpOptions = true)
public final class SlicesImportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "As nvidia-mig-parted reads it.")
    private Path file;

    @Option(names = "--config", required = true, paramLabel = "NAME", description = "One of its mig-configs.")
    private String config;

    @Option(names = "--gpu", required = true, paramLabel = "MODEL", description = "Such as A100-80GB.")
    private String model;

    @Mixin
    private Answer answer;

    @Override
    public Integer call() throws Exception {
        GpuModel gpu = GpuModel.named(model);
        List<Map<String, Object>> layouts = new ArrayList<>();
        for (MigParted.Wanted wanted : MigParted.read(document(file), config, gpu)) {
            layouts.add(layout(gpu, wanted));
        }
        answer.print(
                Map.of("gpu", gpu.name(), "layouts", layouts),
                out -> layouts.forEach(layout -> out.println("devices " + layout.get("devices") + ": "
                        + (layout.get("placements").equals(List.of()) ? "not cut" : layout.get("placements")))));
        return 0;
    }

    private static Map<String, Object> layout(GpuModel gpu, MigParted.Wanted wanted) {
        Map<String, Object> layout = new LinkedHashMap<>();
        layout.put("devices", wanted.devices().isEmpty() ? "all" : wanted.devices());
        layout.put("mig-enabled", wanted.migEnabled());
        layout.put(
                "placements",
                wanted.profiles().isEmpty()
                        ? List.of()
                        : LayoutPlan.of(gpu, wanted.profiles()).steps().stream()
                                .map(step -> step.placement().profile().name() + "-"
                                        + step.placement().start())
                                .toList());
        return layout;
    }

    private static Map<?, ?> document(Path file) throws IOException {
        try {
            Object read = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
            if (read instanceof Map<?, ?> map) {
                return map;
            }
            throw new IllegalArgumentException(file + ": expected the members version and mig-configs");
        } catch (YAMLException e) {
            throw new IllegalArgumentException(file + " is no YAML: " + e.getMessage(), e);
        }
    }
}
