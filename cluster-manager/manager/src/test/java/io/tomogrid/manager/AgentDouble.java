package io.tomogrid.manager;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An agent without Workers: the simulated GPU under the true MIG rules, and locks that a scene holds. */
final class AgentDouble extends PeerDouble implements SliceHost {
    private final SimulatedInventory inventory;
    private final Set<SliceKey> locks = ConcurrentHashMap.newKeySet();
    private final Set<SliceKey> dead = ConcurrentHashMap.newKeySet();

    private final Set<SliceKey> lost = ConcurrentHashMap.newKeySet();

    private volatile boolean refuses;
    private volatile String fault = "";

    AgentDouble(String host, Path folder) throws IOException {
        inventory = new SimulatedInventory(host, folder, locks::contains);
        up();
    }

    @Override
    synchronized Answer answer(Asked asked) throws IOException {
        if (asked.is("GET", "inventory")) {
            return new Answer(200, read().toMap());
        }
        if (asked.is("PUT", "gpus", "*", "layout")) {
            return put(SliceKey.parse((String) ((List<?>) asked.json().get("slices")).get(0)));
        }
        if (asked.is("POST", "gpus", "*", "heal")) {
            return fault.isEmpty()
                    ? new Answer(
                            200, Map.of("gpu", 0, "gpu-uuid", "GPU-1", "name", "A100", "forgotten", List.of("XID 48")))
                    : new Answer(409, Map.of("error", "GPU 0 is not well yet, the device says: " + fault));
        }
        throw new IllegalArgumentException("an agent is not asked this");
    }

    @Override
    public synchronized boolean lock(SliceKey key) {
        return exists(key) && locks.add(key);
    }

    @Override
    public void unlock(SliceKey key) {
        locks.remove(key);
    }

    boolean locked(SliceKey key) {
        return locks.contains(key);
    }

    /** Whether a process holds a slice. */
    boolean working() {
        return !locks.isEmpty();
    }

    /** A process that answers no more, but keeps its lock. */
    void hang(SliceKey key) {
        dead.add(key);
    }

    /** A fault of the device: the slice is told of no more. */
    void lose(SliceKey key) {
        lost.add(key);
    }

    void recover(SliceKey key) {
        dead.remove(key);
    }

    @Override
    public boolean hangs(SliceKey key) {
        return dead.contains(key);
    }

    @Override
    public boolean exists(SliceKey key) {
        return slice(key).isPresent();
    }

    private Optional<Slice> slice(SliceKey key) {
        return inventory.read().gpus().stream()
                .map(gpu -> gpu.slice(key))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private HostInventory read() {
        HostInventory bare = inventory.read();
        List<Gpu> gpus = bare.gpus().stream()
                .map(gpu -> new Gpu(
                        gpu.index(),
                        gpu.uuid(),
                        gpu.name(),
                        gpu.memoryBytes(),
                        gpu.simulated(),
                        gpu.memorySlices(),
                        gpu.profiles(),
                        gpu.slices().stream()
                                .filter(slice -> !lost.contains(slice.key()))
                                .map(slice -> new Slice(slice.key(), slice.deviceUuid(), locked(slice.key())))
                                .toList(),
                        fault))
                .toList();
        return new HostInventory(bare.host(), gpus);
    }

    /** Its GPU must not be used for this reason. */
    void fault(String why) {
        fault = why;
    }

    /** Whether it makes no slices for now. */
    void refuses(boolean does) {
        refuses = does;
    }

    /** After what stands idle in its way, as the agent does. */
    private Answer put(SliceKey key) {
        if (refuses) {
            return new Answer(409, Map.of("error", "somebody else cuts this GPU"));
        }
        try {
            Gpu gpu = inventory.read().gpus().get(key.gpu());
            List<SliceKey> inTheWay = gpu.slices().stream()
                    .map(Slice::key)
                    .filter(other -> !other.equals(key) && gpu.placement(other).overlaps(gpu.placement(key)))
                    .toList();
            for (SliceKey other : inTheWay) {
                if (locked(other)) {
                    return new Answer(409, Map.of("error", "a process works on " + other));
                }
            }
            for (SliceKey other : inTheWay) {
                inventory.destroy(other);
            }
            Slice slice = inventory.create(key);
            return new Answer(
                    200, Map.of("slices", List.of(Map.of("slice", key.toString(), "device-uuid", slice.deviceUuid()))));
        } catch (InventoryException e) {
            return new Answer(409, Map.of("error", String.valueOf(e.getMessage())));
        }
    }
}
