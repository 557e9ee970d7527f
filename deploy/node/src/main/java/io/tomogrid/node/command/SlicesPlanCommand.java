package io.tomogrid.node.command;

import io.tomogrid.slices.GpuModel;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.LayoutPlan;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tomogrid slices plan}: how a GPU would be cut; needs neither the GPU nor a node. */
@Command(
        name = "plan",
        description = "How one GPU of a model would be cut into the slices wanted; nothing is cut.",
        mixinStandardHelpOptions = true)
public final class SlicesPlanCommand implements Callable<Integer> {
    @Option(names = "--gpu", required = true, paramLabel = "MODEL", description = "Such as A100-80GB.")
    private String model;

    @Option(
            names = "--want",
            required = true,
            split = ",",
            paramLabel = "PROFILE",
            description = "Profiles, such as 3g,2g,1g,1g, or as the model's driver calls them, such as 3g.40gb.")
    private List<String> want;

    @Option(names = "--explain", description = "One sentence for each placement.")
    private boolean explain;

    @Mixin
    private Answer answer;

    @Override
    public Integer call() throws Exception {
        GpuModel gpu = GpuModel.named(model);
        List<GpuProfile> profiles = want.stream().map(gpu::profile).toList();
        LayoutPlan plan = LayoutPlan.of(gpu, profiles);
        answer.print(document(gpu, plan), out -> print(gpu, plan, out));
        return 0;
    }

    private void print(GpuModel gpu, LayoutPlan plan, PrintWriter out) {
        out.println(gpu.name() + " (a plan by the model's known profiles; no GPU was asked)");
        Table table = new Table("  SLICE", "MEMORY SLICES", "COMPUTE SLICES", "GIB");
        for (LayoutPlan.Step step : plan.steps()) {
            GpuProfile profile = step.placement().profile();
            table.row(
                    "  " + profile.name(),
                    LayoutPlan.window(step.placement()).replaceFirst("slices? ", ""),
                    profile.computeSlices(),
                    String.format(Locale.ROOT, "%.2f", profile.memoryBytes() / (double) (1L << 30)));
        }
        table.print(out);
        if (explain) {
            plan.steps().forEach(step -> out.println(step.because()));
        }
        out.println("Beside them could still be made: " + plan.besides() + ".");
    }

    private static Map<String, Object> document(GpuModel gpu, LayoutPlan plan) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("gpu", gpu.name());
        document.put(
                "slices",
                plan.steps().stream()
                        .map(step -> {
                            Map<String, Object> slice = new LinkedHashMap<>();
                            slice.put("profile", step.placement().profile().name());
                            slice.put("start", step.placement().start());
                            slice.put(
                                    "memory-slices", step.placement().profile().memorySlices());
                            slice.put("because", step.because());
                            return slice;
                        })
                        .toList());
        document.put("besides", plan.besides());
        return document;
    }
}
