package io.tomogrid.node.command;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.NvmlInventory;
import io.tomogrid.slices.NvmlReturn;
import io.tomogrid.slices.converge.GpuOwner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tomogrid slices mig-mode}: on this machine, while no agent owns the GPU. */
@Command(
        name = "mig-mode",
        description =
                "Have a GPU of this machine take on MIG mode, or leave it; refused while somebody uses or cuts it.",
        mixinStandardHelpOptions = true)
public final class SlicesMigModeCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "GPU", description = "Its NVML index.")
    private int index;

    @ArgGroup(multiplicity = "1")
    private Wanted wanted;

    static final class Wanted {
        @Option(names = "--enable", description = "So that it can be cut.")
        private boolean enable;

        @Option(names = "--disable", description = "So that it is one again.")
        private boolean disable;
    }

    @Option(names = "--owners", paramLabel = "DIR", description = "Where the agents write who owns which GPU.")
    private Path owners = GpuOwner.WELL_KNOWN;

    @Mixin
    private Answer answer;

    @Override
    public Integer call() throws Exception {
        try (NvmlInventory nvml = NvmlInventory.open("this")) {
            Gpu gpu = nvml.read()
                    .gpu(index)
                    .orElseThrow(() -> new IllegalArgumentException("GPU " + index + ": this machine has no such GPU"));
            GpuOwner owner = GpuOwner.claim(owners, gpu.uuid(), "./tomogrid slices mig-mode");
            try {
                return told(gpu, nvml.setMigMode(index, wanted.enable));
            } finally {
                owner.close();
            }
        }
    }

    private int told(Gpu gpu, NvmlReturn state) throws IOException {
        if (state != NvmlReturn.SUCCESS && state != NvmlReturn.RESET_REQUIRED) {
            throw new IOException("GPU " + index + " does not change its mode now (" + state
                    + "): processes use it; end them, ./tomogrid slices drain moves jobs away, then try again");
        }
        boolean pending = state == NvmlReturn.RESET_REQUIRED;
        answer.print(
                Map.of("gpu", index, "gpu-uuid", gpu.uuid(), "mig", wanted.enable, "reset-pending", pending),
                out -> out.println("GPU " + index + " " + gpu.name()
                        + (pending
                                ? " will be so once it is reset: nvidia-smi --gpu-reset -i " + index
                                        + ", or restart the machine; the driver remembers"
                                : wanted.enable ? " is in MIG mode" : " is not in MIG mode any more")));
        return 0;
    }
}
