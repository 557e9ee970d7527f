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
final class OwnedSlice {
    private static volatile OwnedSlice own;

    private final SliceKey key;
    /** Held until the process ends; also keeps the channel from being collected. */
    private final SliceLock lock;

    private final Consumer<StageReport> driver;
    private final Consumer<String> visibleDevices;
    private String device = "";

    private OwnedSlice(SliceKey key, SliceLock lock, Consumer<StageReport> driver, Consumer<String> visibleDevices) {
        this.key = key;
        this.lock = lock;
        this.driver = driver;
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

    /** Makes it the slice of this process. */
    void bindToThisProcess() {
        own = this;
    }

    /** @throws IllegalStateException if this process owns none */
    static OwnedSlice ofThisProcess() {
        OwnedSlice slice = own;
        if (slice == null) {
            throw new IllegalStateException(
                    "this executor owns no slice: spark.plugins must name " + SlicePlugin.class.getName());
        }
        return slice;
    }

    SliceKey key() {
        return key;
    }

    /**
     * Checks that the lease is for this slice and shows its device to CUDA.
     *
     * @param granted what Spark gave the task: addresses by resource name
     * @throws IllegalStateException if the lease is for another slice, or for another device than an earlier task's
     */
    synchronized void claim(SliceLease lease, Map<String, String> granted) {
        String name = key.toString();
        if (!lease.key().equals(key) || !granted.equals(Map.of(name, name))) {
            throw new IllegalStateException("the lease is for slice " + lease.key() + ", this executor owns " + name
                    + " and Spark granted " + granted);
        }
        if (lease.simulated() || lease.deviceUuid().equals(device)) {
            return;
        }
        if (!device.isEmpty()) {
            // CUDA reads the variable once, so this process cannot move to another device
            throw new IllegalStateException("slice " + name + " was device " + device + " for this executor and is "
                    + lease.deviceUuid() + " now: it must be restarted");
        }
        device = lease.deviceUuid();
        visibleDevices.accept(device);
    }

    void report(StageReport report) {
        driver.accept(report);
    }

    /** Only for a process that goes on to own another slice. */
    void release() throws IOException {
        lock.close();
    }
}
