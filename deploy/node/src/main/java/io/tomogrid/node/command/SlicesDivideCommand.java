package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.NvmlInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.converge.GpuOwner;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tomogrid slices divide}: on this machine, before its agent starts. */
@Command(
        name = "divide",
        description =
                "Divide an idle MIG slice of this machine into compute instances, which are slices of their own then.",
        mixinStandardHelpOptions = true)
public final class SlicesDivideCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SLICE", description = "Such as node1-gpu0-3g-4; it must exist.")
    private String slice;

    @Option(names = "--compute", required = true, paramLabel = "N", description = "Compute slices of each part.")
    private int compute;

    @Option(names = "--owners", paramLabel = "DIR", description = "Where the agents write who owns which GPU.")
    private Path owners = GpuOwner.WELL_KNOWN;

    @Option(names = "--json", description = "Print a document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        SliceKey key = SliceKey.parse(slice);
        List<String> parts;
        try (NvmlInventory nvml = NvmlInventory.open(key.host())) {
            Gpu gpu = nvml.read()
                    .gpu(key)
                    .orElseThrow(() -> new IllegalArgumentException(key + ": this machine has no GPU " + key.gpu()));
            GpuOwner owner = GpuOwner.claim(owners, gpu.uuid(), "./tomogrid slices divide");
            try {
                parts = nvml.divide(key, compute).stream()
                        .map(Slice::key)
                        .map(SliceKey::toString)
                        .toList();
            } finally {
                owner.close();
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? JSON.std.asString(Map.of("slices", parts)) : key + " is divided into " + parts);
        out.flush();
        return 0;
    }
}
