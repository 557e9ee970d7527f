package io.tomogrid.slices.converge;

import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.NvmlReturn;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The locks of several slices, so that no executor begins on one that vanishes under it. */
final class HeldLocks implements AutoCloseable {
    private final List<SliceLock> held = new ArrayList<>();

    private HeldLocks() {}

    /** @throws InventoryException IN_USE if a process holds one of them; none is held then */
    static HeldLocks of(Path folder, Collection<SliceKey> keys) throws IOException, InventoryException {
        HeldLocks locks = new HeldLocks();
        boolean complete = false;
        try {
            for (SliceKey key : keys) {
                locks.held.add(SliceLock.acquire(folder, key, Duration.ZERO)
                        .orElseThrow(() -> new InventoryException(
                                NvmlReturn.IN_USE, "a process works on " + key + "; wait for its end")));
            }
            complete = true;
            return locks;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while slices were locked; try again", e);
        } finally {
            if (!complete) {
                locks.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (SliceLock lock : held) {
            lock.close();
        }
    }
}
