package io.tomogrid.slices;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A machine without a GPU, its processors and memory in equal parts, which are slices; for jobs that run on the CPU. */
public final class CpuInventory implements Inventory {
    /** System property: into how many slices the processors are divided. */
    public static final String SLICES_PROPERTY = "tomogrid.cpu.slices";

    /** What CUDA_VISIBLE_DEVICES takes so that CUDA sees none. */
    private static final String NO_DEVICE = "none";

    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final int KIB = 10;

    private final HostInventory inventory;

    /**
     * @throws IllegalArgumentException if there are more parts than processors
     * @throws IOException if the kernel does not say how much memory there is
     */
    public CpuInventory(String host, int parts) throws IOException {
        this(host, parts, Runtime.getRuntime().availableProcessors(), memoryBytes());
    }

    CpuInventory(String host, int parts, int processors, long memoryBytes) {
        if (parts < 1 || parts > processors) {
            throw new IllegalArgumentException(
                    SLICES_PROPERTY + ": " + processors + " processors cannot be " + parts + " slices");
        }
        GpuProfile profile = GpuProfile.cpu(parts, processors / parts, memoryBytes / parts);
        List<Slice> slices = profile.starts().stream()
                .map(start -> new Slice(new SliceKey(host, 0, profile.name(), start), NO_DEVICE, false))
                .toList();
        this.inventory = new HostInventory(
                host,
                List.of(new Gpu(
                        0,
                        "CPU-" + host,
                        "CPU, " + processors + " processors",
                        memoryBytes,
                        false,
                        parts,
                        List.of(profile),
                        slices)));
    }

    private static long memoryBytes() throws IOException {
        for (String line : Files.readAllLines(MEMORY)) {
            if (line.startsWith("MemTotal:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << KIB;
            }
        }
        throw new IOException(MEMORY + " does not say MemTotal");
    }

    @Override
    public HostInventory read() {
        return inventory;
    }

    @Override
    public Slice create(SliceKey key) {
        Gpu cpu = inventory.gpus().get(0);
        Optional<Slice> slice = cpu.slice(key);
        cpu.placement(key);
        return slice.orElseThrow(
                () -> new IllegalArgumentException(key + ": this host is " + inventory.host() + " and has no GPU"));
    }

    @Override
    public void destroy(SliceKey key) throws InventoryException {
        SliceKind kind = create(key).key().kind();
        throw new InventoryException(NvmlReturn.NOT_SUPPORTED, key + " " + kind.stays() + ", and cannot be destroyed");
    }

    /** None ever. */
    @Override
    public List<GpuFault> faults(Duration patience) {
        try {
            TimeUnit.NANOSECONDS.sleep(patience.toNanos());
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        return List.of();
    }

    @Override
    public Optional<GpuFault> lasting(int gpu) {
        return Optional.empty();
    }

    @Override
    public void close() {
        // nothing is held
    }
}
