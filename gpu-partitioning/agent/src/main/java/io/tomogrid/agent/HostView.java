package io.tomogrid.agent;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Inventory;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceLock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What exists, with what only this host knows: the locks of its processes, its faults, and whether it is drained. */
final class HostView {
    private final Inventory inventory;
    private final HostState state;
    private final Path locks;

    HostView(Inventory inventory, HostState state, Path locks) {
        this.inventory = inventory;
        this.state = state;
        this.locks = locks;
    }

    HostInventory read() throws InventoryException, IOException {
        HostInventory read = inventory.read();
        List<Fault> faults = state.faults();
        List<Gpu> gpus = new ArrayList<>();
        for (Gpu gpu : read.gpus()) {
            List<Slice> slices = new ArrayList<>();
            for (Slice slice : gpu.slices()) {
                String fault = because(
                        faults, f -> f.slice().filter(slice.key()::equals).isPresent());
                String why = slice.fault().isEmpty() ? fault : slice.fault();
                boolean locked = slice.locked() || !why.isEmpty() || SliceLock.isHeld(locks, slice.key());
                slices.add(new Slice(slice.key(), slice.deviceUuid(), locked, why));
            }
            Gpu seen = gpu.with(slices);
            String fault = because(
                    faults, f -> f.gpuUuid().equals(gpu.uuid()) && f.slice().isEmpty());
            if (gpu.uuid().isEmpty()) {
                fault = "gpu" + gpu.index() + " does not answer";
            }
            gpus.add(fault.isEmpty() || !seen.fault().isEmpty() ? seen : seen.ill(fault));
        }
        return new HostInventory(read.host(), gpus, state.draining());
    }

    /** The newest: it is what an operator has to see to first. */
    private static String because(List<Fault> faults, Predicate<Fault> which) {
        return faults.stream()
                .filter(which)
                .reduce((earlier, later) -> later)
                .map(Fault::because)
                .orElse("");
    }
}
