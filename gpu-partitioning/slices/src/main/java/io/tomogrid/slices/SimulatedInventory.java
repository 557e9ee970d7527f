package io.tomogrid.slices;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * GPUs that do not exist, under the rules of those that do; one A100-40GB unless something else is asked for. What they are
 * cut into is kept in a file, so that an agent that starts again finds it; a real GPU forgets at a reset, and so does one that
 * was lost here. Another process makes them fail through {@link SimulatedFaults}.
 */
public final class SimulatedInventory implements Inventory {
    private static final Logger log = LoggerFactory.getLogger(SimulatedInventory.class);
    private static final long MIB = 1L << 20;
    private static final String STATE = "simulated-gpu.json";
    private static final Duration LOOK = Duration.ofMillis(50);

    /** The A100-40GB's table as its driver prints it (nvidia-smi mig -lgip, -lgipp; MIG user guide v580). */
    public static final List<GpuProfile> A100_40GB = List.of(
            profile(0, 1, 1, 4864, 7, 0, 1, 2, 3, 4, 5, 6),
            profile(9, 1, 2, 9856, 4, 0, 2, 4, 6),
            profile(1, 2, 2, 9856, 3, 0, 2, 4),
            profile(2, 3, 4, 19968, 2, 0, 4),
            profile(3, 4, 4, 19968, 1, 0),
            profile(4, 7, 8, 40192, 1, 0));

    private final String host;
    private final GpuModel model;
    private final int count;
    private final Path file;
    private final Predicate<SliceKey> inUse;
    private final SimulatedFaults faults;
    private TreeSet<SliceKey> existing = new TreeSet<>();

    /** One A100-40GB. */
    public SimulatedInventory(String host, Path folder, Predicate<SliceKey> inUse) throws IOException {
        this(host, folder, GpuModel.named("A100-40GB"), 1, inUse);
    }

    /**
     * @param folder where the state is kept
     * @param model what they are
     * @param count how many there are
     * @param inUse whether a process works on a slice, as a driver would know
     * @throws IOException if the state cannot be read
     */
    public SimulatedInventory(String host, Path folder, GpuModel model, int count, Predicate<SliceKey> inUse)
            throws IOException {
        if (count < 1) {
            throw new IllegalArgumentException("at least one GPU must be simulated, got " + count);
        }
        this.host = host;
        this.model = model;
        this.count = count;
        this.file = folder.resolve(STATE);
        this.inUse = inUse;
        this.faults = new SimulatedFaults(folder);
        Files.createDirectories(folder);
        if (Files.exists(file)) {
            load();
        }
    }

    @Override
    public synchronized HostInventory read() {
        look();
        return new HostInventory(
                host, IntStream.range(0, count).mapToObj(this::gpu).toList());
    }

    @Override
    public synchronized Slice create(SliceKey key) throws InventoryException {
        Gpu gpu = gpuOf(key);
        Placement placement = gpu.placement(key);
        if (!existing.contains(key)) {
            List<SliceKey> others = gpu.slices().stream().map(Slice::key).toList();
            if (!placement.fitsBeside(others.stream().map(gpu::placement).toList())) {
                throw new InventoryException(
                        NvmlReturn.INSUFFICIENT_RESOURCES, key + " cannot be made beside " + others);
            }
            TreeSet<SliceKey> next = new TreeSet<>(existing);
            next.add(key);
            change(next);
        }
        return slice(key);
    }

    @Override
    public synchronized void destroy(SliceKey key) throws InventoryException {
        gpuOf(key).placement(key);
        if (existing.contains(key)) {
            if (inUse.test(key)) {
                throw new InventoryException(NvmlReturn.IN_USE, "a process works on " + key);
            }
            TreeSet<SliceKey> next = new TreeSet<>(existing);
            next.remove(key);
            change(next);
        }
    }

    @Override
    public List<GpuFault> faults(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        List<GpuFault> told = take();
        while (told.isEmpty() && System.nanoTime() < deadline) {
            try {
                Thread.sleep(LOOK.toMillis());
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
                return told;
            }
            told = take();
        }
        return told;
    }

    @Override
    public synchronized Optional<GpuFault> lasting(int gpu) {
        look();
        return Stream.of(GpuFault.Kind.LOST, GpuFault.Kind.RESET_REQUIRED)
                .filter(kind -> faults.lasts(gpu, kind))
                .map(kind -> GpuFault.of(gpu, kind))
                .findFirst();
    }

    @Override
    public void close() {
        // every change is in the file already
    }

    private synchronized List<GpuFault> take() {
        look();
        return faults.take();
    }

    /** What was on a GPU that is lost is gone. */
    private void look() {
        try {
            faults.look();
        } catch (IOException e) {
            throw new UncheckedIOException("the simulated GPUs' faults cannot be read", e);
        }
        TreeSet<SliceKey> left = new TreeSet<>(existing);
        if (left.removeIf(key -> lost(key.gpu()))) {
            change(left);
        }
    }

    private boolean lost(int gpu) {
        return faults.lasts(gpu, GpuFault.Kind.LOST);
    }

    private Gpu gpu(int index) {
        return new Gpu(
                index,
                "GPU-" + uuid(SliceKey.gpuName(host, index)),
                "NVIDIA " + model.name() + " (simulated)",
                model.memoryBytes(),
                true,
                model.memorySlices(),
                lost(index) ? List.of() : model.profiles(),
                existing.stream()
                        .filter(key -> key.gpu() == index)
                        .map(this::slice)
                        .toList());
    }

    private Gpu gpuOf(SliceKey key) throws InventoryException {
        if (!key.host().equals(host) || key.gpu() >= count) {
            throw new IllegalArgumentException(key + ": this host is " + host + " and has "
                    + (count == 1 ? "gpu0 only" : "gpu0 to gpu" + (count - 1)));
        }
        look();
        if (lost(key.gpu())) {
            throw new InventoryException(NvmlReturn.GPU_IS_LOST, key + ": GPU " + key.gpu());
        }
        if (faults.lasts(key.gpu(), GpuFault.Kind.RESET_REQUIRED)) {
            throw new InventoryException(NvmlReturn.RESET_REQUIRED, key + ": GPU " + key.gpu());
        }
        return gpu(key.gpu());
    }

    private Slice slice(SliceKey key) {
        return new Slice(key, "MIG-" + uuid(key.toString()), false);
    }

    /** The same slice has the same UUID at every run. */
    private static UUID uuid(String name) {
        return UUID.nameUUIDFromBytes(("tomogrid/simulated/" + name).getBytes(StandardCharsets.UTF_8));
    }

    private void load() throws IOException {
        Map<String, Object> state = JSON.std.mapFrom(Files.readString(file));
        for (SliceKey key : Fields.of(file.toString(), state).list("slices", k -> SliceKey.parse((String) k))) {
            if (!key.host().equals(host)) {
                log.warn("{} is forgotten, since this host is called {} now", key, host);
                continue;
            }
            Gpu gpu = gpu(key.gpu());
            if (key.gpu() >= count || !gpu.offers(key)) {
                throw new IOException(file + ": " + key + " is no slice of " + count + " × " + model.name()
                        + "; ask for the GPUs of before, or delete the file");
            }
            List<Placement> placed =
                    gpu.slices().stream().map(s -> gpu.placement(s.key())).toList();
            if (!gpu.placement(key).fitsBeside(placed)) {
                throw new IOException(file + ": " + key + " overlaps another slice; delete the file");
            }
            existing.add(key);
        }
    }

    /** What cannot be kept has not happened. */
    private void change(TreeSet<SliceKey> next) {
        try {
            Path written = file.resolveSibling(STATE + ".next");
            byte[] bytes = JSON.std.asBytes(
                    Map.of("slices", next.stream().map(SliceKey::toString).toList()));
            try (FileChannel channel = FileChannel.open(
                    written,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(bytes));
                channel.force(true);
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("the simulated GPU's state cannot be kept in " + file, e);
        }
        existing = next;
    }

    private static GpuProfile profile(
            int profileEnum, int compute, int memory, long mebibytes, int instances, Integer... starts) {
        return new GpuProfile(
                profileEnum,
                GpuProfile.nameOf(profileEnum),
                compute,
                memory,
                mebibytes * MIB,
                instances,
                List.of(starts));
    }
}
