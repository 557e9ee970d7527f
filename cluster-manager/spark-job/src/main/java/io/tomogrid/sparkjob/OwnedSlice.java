package io.tomogrid.sparkjob;

import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import io.tomogrid.slices.SliceLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The one slice that this process owns from its start to its end. The lock is never given back before: a task that does not
 * stop when it is told to still has the slice.
 */
final class OwnedSlice extends ExecutorSlice {
    private final SliceKey key;
    /** Held until the process ends; also keeps the channel from being collected. */
    private final SliceLock lock;

    private final Consumer<String> visibleDevices;
    private String device = "";

    private OwnedSlice(SliceKey key, SliceLock lock, Consumer<StageReport> driver, Consumer<String> visibleDevices) {
        super(driver);
        this.key = key;
        this.lock = lock;
        this.visibleDevices = visibleDevices;
    }

    /**
     * Takes the slice, after a predecessor that has not ended yet.
     *
     * @param visibleDevices sets CUDA_VISIBLE_DEVICES of this process
     * @throws IllegalStateException if another process still owns it after {@code patience}
     */
    static OwnedSlice take(
            SliceKey key, Path locks, Duration patience, Consumer<StageReport> driver, Consumer<String> visibleDevices)
            throws IOException, InterruptedException {
        SliceLock lock = SliceLock.acquire(locks, key, patience)
                .orElseThrow(
                        () -> new IllegalStateException("slice " + key + " is still owned by another process after "
                                + patience.toSeconds() + " s (its id is in " + key + ".lock); this executor gives up"));
        // no GPU at all until a task says which one its lease names
        visibleDevices.accept("");
        return new OwnedSlice(key, lock, driver, visibleDevices);
    }

    SliceKey key() {
        return key;
    }

    /** @throws IllegalStateException also for another device than an earlier task's */
    @Override
    synchronized Claim claim(SliceLease lease, Map<String, String> granted) {
        String name = key.toString();
        if (!lease.key().equals(key) || !granted.equals(Map.of(name, name))) {
            throw new IllegalStateException("the lease is for slice " + lease.key() + ", this executor owns " + name
                    + " and Spark granted " + granted);
        }
        if (lease.simulated() || lease.deviceUuid().equals(device)) {
            return this::keepsItsLock;
        }
        if (!device.isEmpty()) {
            // CUDA reads the variable once, so this process cannot move to another device
            throw new IllegalStateException("slice " + name + " was device " + device + " for this executor and is "
                    + lease.deviceUuid() + " now: it must be restarted");
        }
        device = lease.deviceUuid();
        visibleDevices.accept(device);
        return this::keepsItsLock;
    }

    private void keepsItsLock() {
        // the process is the owner, not the task
    }

    /** Only for a process that goes on to own another slice. */
    void release() throws IOException {
        lock.close();
    }
}
