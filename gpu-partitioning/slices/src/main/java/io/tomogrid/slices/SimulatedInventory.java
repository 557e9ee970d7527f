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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One A100-SXM4-40GB that does not exist, under the rules of those that do. What it is cut into is kept in a file, so that an
 * agent that starts again finds it; a real GPU forgets at a reset.
 */
public final class SimulatedInventory implements Inventory {
    private static final Logger log = LoggerFactory.getLogger(SimulatedInventory.class);
    private static final String GPU_NAME = "NVIDIA A100-SXM4-40GB (simulated)";
    private static final int GRID = 8;
    private static final long MIB = 1L << 20;
    private static final String STATE = "simulated-gpu.json";

    /** The A100-40GB's table as its driver prints it (nvidia-smi mig -lgip, -lgipp; MIG user guide v580). */
    public static final List<GpuProfile> A100_40GB = List.of(
            profile(0, 1, 1, 4864, 7, 0, 1, 2, 3, 4, 5, 6),
            profile(9, 1, 2, 9856, 4, 0, 2, 4, 6),
            profile(1, 2, 2, 9856, 3, 0, 2, 4),
            profile(2, 3, 4, 19968, 2, 0, 4),
            profile(3, 4, 4, 19968, 1, 0),
            profile(4, 7, 8, 40192, 1, 0));

    private final String host;
    private final Path file;
    private final Predicate<SliceKey> inUse;
    private final String gpuUuid;
    private TreeSet<SliceKey> existing = new TreeSet<>();

    /**
     * @param folder where the state is kept
     * @param inUse whether a process works on a slice, as a driver would know
     * @throws IOException if the state cannot be read
     */
    public SimulatedInventory(String host, Path folder, Predicate<SliceKey> inUse) throws IOException {
        this.host = host;
        this.file = folder.resolve(STATE);
        this.inUse = inUse;
        this.gpuUuid = "GPU-" + uuid(host + "-gpu0");
        Files.createDirectories(folder);
        if (Files.exists(file)) {
            load();
        }
    }

    @Override
    public synchronized HostInventory read() {
        return new HostInventory(host, List.of(gpu()));
    }

    @Override
    public synchronized Slice create(SliceKey key) throws InventoryException {
        Gpu gpu = gpuOf(key);
        Placement placement = gpu.placement(key);
        if (!existing.contains(key)) {
            List<Placement> others = existing.stream().map(gpu::placement).toList();
            if (!placement.fitsBeside(others)) {
                throw new InventoryException(
                        NvmlReturn.INSUFFICIENT_RESOURCES, key + " cannot be made beside " + existing);
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
    public void close() {
        // every change is in the file already
    }

    private Gpu gpu() {
        return new Gpu(
                0,
                gpuUuid,
                GPU_NAME,
                40960 * MIB,
                true,
                GRID,
                A100_40GB,
                existing.stream().map(this::slice).toList());
    }

    private Gpu gpuOf(SliceKey key) {
        if (!key.host().equals(host) || key.gpu() != 0) {
            throw new IllegalArgumentException(key + ": this host is " + host + " and has gpu0 only");
        }
        return gpu();
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
        Gpu gpu = gpu();
        List<Placement> placed = new ArrayList<>();
        for (SliceKey key : Fields.of(file.toString(), state).list("slices", k -> SliceKey.parse((String) k))) {
            if (!key.host().equals(host)) {
                log.warn("{} is forgotten, since this host is called {} now", key, host);
                continue;
            }
            Placement placement = gpu.placement(key);
            if (!placement.fitsBeside(placed)) {
                throw new IOException(file + ": " + key + " overlaps another slice; delete the file");
            }
            placed.add(placement);
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
