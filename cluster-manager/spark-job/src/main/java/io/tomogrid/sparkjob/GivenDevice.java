package io.tomogrid.sparkjob;

import io.tomogrid.slices.SliceLease;
import io.tomogrid.slices.SliceLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The device that a cluster which is not ours gave to this executor for its life. Which slice it is, the lease of each task
 * says; the slice's lock is held for as long as that task runs, also where it does not stop when it is told to (ENG-04).
 */
final class GivenDevice extends ExecutorSlice {
    private final String device;
    private final Path locks;
    private final Duration patience;

    /**
     * @param device what CUDA_VISIBLE_DEVICES takes
     * @param visibleDevices sets CUDA_VISIBLE_DEVICES of this process
     */
    GivenDevice(
            String device,
            Path locks,
            Duration patience,
            Consumer<StageReport> driver,
            Consumer<String> visibleDevices) {
        super(driver);
        this.device = device;
        this.locks = locks;
        this.patience = patience;
        visibleDevices.accept(device);
    }

    /** @throws IllegalStateException also if another process has the slice */
    @Override
    Claim claim(SliceLease lease, Map<String, String> granted) {
        if (!lease.deviceUuid().equals(device)) {
            throw new IllegalStateException("the lease is for device " + lease.deviceUuid()
                    + ", the cluster gave this executor " + device + "; another executor has it");
        }
        try {
            SliceLock lock = SliceLock.acquire(locks, lease.key(), patience)
                    .orElseThrow(() -> new IllegalStateException("slice " + lease.key()
                            + " is still owned by another process after " + patience.toSeconds() + " s (its id is in "
                            + lease.key() + ".lock)"));
            return lock::close;
        } catch (IOException e) {
            throw new IllegalStateException("the lock of slice " + lease.key() + " could not be taken in " + locks, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for slice " + lease.key(), e);
        }
    }
}
