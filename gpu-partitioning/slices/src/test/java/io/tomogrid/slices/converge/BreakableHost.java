package io.tomogrid.slices.converge;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuFault;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Inventory;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.NvmlReturn;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A host whose caller dies at a chosen moment: before, in the middle of (a GPU instance without its compute instance) or
 * after a call. Every slice that is made gets a UUID of its own, so that one made anew is told from one left alone.
 */
final class BreakableHost implements Inventory {
    /** The end of the caller: nothing of it runs any more. */
    static final class Crash extends RuntimeException {
        Crash() {
            super("the process is gone");
        }
    }

    private final SimulatedInventory inner;
    private final Map<SliceKey, String> uuids = new HashMap<>();
    private final Set<SliceKey> halfMade = new HashSet<>();
    private final Set<SliceKey> refused = new HashSet<>();
    private int left = Integer.MAX_VALUE;
    private int made;

    BreakableHost(SimulatedInventory inner) {
        this.inner = inner;
    }

    void crashAfter(int moments) {
        left = moments;
    }

    void revive() {
        left = Integer.MAX_VALUE;
    }

    void refuse(SliceKey key) {
        refused.add(key);
    }

    void refuseNothing() {
        refused.clear();
    }

    @Override
    public HostInventory read() {
        moment();
        HostInventory read = inner.read();
        List<Gpu> gpus = read.gpus().stream()
                .map(gpu -> gpu.with(gpu.slices().stream().map(this::asItIs).toList()))
                .toList();
        return new HostInventory(read.host(), gpus);
    }

    @Override
    public Slice create(SliceKey key) throws InventoryException {
        moment();
        if (refused.contains(key)) {
            throw new InventoryException(NvmlReturn.INSUFFICIENT_RESOURCES, key + " is refused by the test");
        }
        inner.create(key);
        if (!uuids.containsKey(key)) {
            uuids.put(key, "MIG-" + ++made);
            halfMade.add(key);
            moment();
        }
        halfMade.remove(key);
        moment();
        return asItIs(new Slice(key, "", false));
    }

    @Override
    public void destroy(SliceKey key) throws InventoryException {
        moment();
        inner.destroy(key);
        uuids.remove(key);
        halfMade.remove(key);
        moment();
    }

    @Override
    public List<GpuFault> faults(Duration patience) {
        return inner.faults(patience);
    }

    @Override
    public Optional<GpuFault> lasting(int gpu) {
        return inner.lasting(gpu);
    }

    @Override
    public void close() {
        inner.close();
    }

    private Slice asItIs(Slice slice) {
        return new Slice(slice.key(), halfMade.contains(slice.key()) ? "" : uuids.get(slice.key()), slice.locked());
    }

    private void moment() {
        if (left == 0) {
            throw new Crash();
        }
        left--;
    }
}
