package io.tomogrid.slices;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The GPUs of a host that somebody else cuts, an operator or a cluster's own means: only what exists is on offer, and nothing
 * is made or destroyed (ENG-05).
 */
public final class AsCut implements Inventory {
    private final Inventory inventory;

    /** @param inventory is closed with this one */
    public AsCut(Inventory inventory) {
        this.inventory = inventory;
    }

    @Override
    public HostInventory read() throws InventoryException {
        HostInventory read = inventory.read();
        return new HostInventory(
                read.host(), read.gpus().stream().map(AsCut::of).toList(), read.draining());
    }

    /** The same GPU with no place left but those of the slices that exist. */
    static Gpu of(Gpu gpu) {
        Map<String, TreeSet<Integer>> starts = gpu.slices().stream()
                .map(Slice::key)
                .collect(Collectors.groupingBy(
                        SliceKey::profile, Collectors.mapping(SliceKey::start, Collectors.toCollection(TreeSet::new))));
        List<GpuProfile> profiles = new ArrayList<>();
        for (GpuProfile profile : gpu.profiles()) {
            if (starts.containsKey(profile.name())) {
                profiles.add(profile.at(List.copyOf(starts.get(profile.name()))));
            }
        }
        return new Gpu(
                gpu.index(),
                gpu.uuid(),
                gpu.name(),
                gpu.memoryBytes(),
                gpu.simulated(),
                gpu.memorySlices(),
                profiles,
                gpu.slices(),
                gpu.fault());
    }

    /** @throws InventoryException NOT_SUPPORTED unless it exists */
    @Override
    public Slice create(SliceKey key) throws InventoryException {
        return read().gpu(key)
                .flatMap(gpu -> gpu.slice(key))
                .orElseThrow(() -> new InventoryException(
                        NvmlReturn.NOT_SUPPORTED, key + " does not exist, and others cut the GPUs of this host"));
    }

    /** @throws InventoryException NOT_SUPPORTED if it exists */
    @Override
    public void destroy(SliceKey key) throws InventoryException {
        if (read().gpu(key).flatMap(gpu -> gpu.slice(key)).isPresent()) {
            throw new InventoryException(NvmlReturn.NOT_SUPPORTED, key + ": others cut the GPUs of this host");
        }
    }

    @Override
    public List<GpuFault> faults(Duration patience) throws InventoryException {
        return inventory.faults(patience);
    }

    @Override
    public void close() {
        inventory.close();
    }
}
