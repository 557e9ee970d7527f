package io.tomogrid.slices;

/** The GPUs of this host and what they are cut into. Safe for use by several threads. */
public interface Inventory extends AutoCloseable {
    /** As it is now; {@link Slice#locked} tells only of slices that others divided, since locks are files, not GPUs. */
    HostInventory read() throws InventoryException;

    /**
     * Makes a slice; when it exists already, nothing more happens.
     *
     * @throws InventoryException INSUFFICIENT_RESOURCES if something that exists overlaps, NO_PERMISSION if this process may not
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

    @Override
    void close();
}
