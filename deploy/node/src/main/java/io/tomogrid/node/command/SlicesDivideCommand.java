package io.tomogrid.node.command;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.NvmlInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.converge.GpuOwner;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tomogrid slices divide}: on this machine, before its agent starts. */
@Command(
        name = "divide",
        description =
                "Divide an idle MIG slice of this machine into compute instances, which are slices of their own then.",
        mixinStandardHelpOptions = true)
public final class SlicesDivideCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SLICE", description = "Such as node1-gpu0-3g-4; it must exist.")
    private String slice;

    @Option(names = "--compute", required = true, paramLabel = "N", description = "Compute slices of each part.")
    private int compute;

    @Option(names = "--owners", paramLabel = "DIR", description = "Where the agents write who owns which GPU.")
    private Path owners = GpuOwner.WELL_KNOWN;

    @Mixin
    private Answer answer;

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
        answer.print(Map.of("slices", parts), out -> out.println(key + " is divided into " + parts));
        return 0;
    }
}
