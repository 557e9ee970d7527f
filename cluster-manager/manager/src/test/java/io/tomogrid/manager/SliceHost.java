package io.tomogrid.manager;

import io.tomogrid.slices.SliceKey;

/** Where the driver's double has its executors. */
interface SliceHost {
    boolean exists(SliceKey key);

    /** An executor takes its slice. Returns false while another process has the lock, or if there is no such slice. */
    boolean lock(SliceKey key);

    void unlock(SliceKey key);

    /** Whether nothing begins on the slice. */
    boolean hangs(SliceKey key);
}
