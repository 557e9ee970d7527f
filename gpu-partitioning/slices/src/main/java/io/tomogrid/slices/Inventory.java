package io.tomogrid.slices;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The GPUs of this host and what they are cut into. Safe for use by several threads. */
public interface Inventory extends AutoCloseable {
    /**
     * As it is now; {@link Slice#locked} tells only of slices that others divided, since locks are files, not GPUs. A GPU that
     * is lost keeps its name and has neither profiles nor slices.
     */
    HostInventory read() throws InventoryException;

    /**
     * Makes a slice; when it exists already, nothing more happens.
     *
     * @throws InventoryException INSUFFICIENT_RESOURCES if something that exists overlaps, NO_PERMISSION if this process may not,
     *     GPU_IS_LOST and RESET_REQUIRED as {@link GpuFault} has them
     * @throws IllegalArgumentException if no GPU of this host has such a placement
     */
    Slice create(SliceKey key) throws InventoryException;

    /**
     * Destroys a slice; when it does not exist, nothing happens.
     *
     * @throws InventoryException IN_USE if a process works on it
     * @throws IllegalArgumentException if no GPU of this host has such a placement
     */
    void destroy(SliceKey key) throws InventoryException;

    /**
     * What went wrong since the last call; waits until there is something, at most for so long. A fault that lasts (LOST,
     * RESET_REQUIRED) is told once, and again when it begins anew. Only one caller gets a fault, so there should be only one.
     * A thread that is interrupted waits no longer and stays interrupted.
     */
    List<GpuFault> faults(Duration patience) throws InventoryException;

    /** What a GPU says is wrong with it for as long as it is not reset or replaced; empty if it says nothing. */
    Optional<GpuFault> lasting(int gpu) throws InventoryException;

    @Override
    void close();
}
