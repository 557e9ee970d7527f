package io.tomogrid.sparkjob;

import io.tomogrid.slices.SliceLease;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;

/** What this executor may work on, and its way to tell the driver how far it is. */
abstract sealed class ExecutorSlice permits OwnedSlice, GivenDevice {
    private static volatile ExecutorSlice own;

    private final Consumer<StageReport> driver;

    /** @param driver who is told of stages */
    ExecutorSlice(Consumer<StageReport> driver) {
        this.driver = driver;
    }

    /** What one task has until it ends. */
    interface Claim extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /**
     * Checks that the lease is for what this executor has; from then on CUDA sees its device.
     *
     * @param granted what Spark gave the task: addresses by resource name
     * @throws IllegalStateException if it is not
     */
    abstract Claim claim(SliceLease lease, Map<String, String> granted);

    void report(StageReport report) {
        driver.accept(report);
    }

    /** Makes it what this process works on. */
    void bindToThisProcess() {
        own = this;
    }

    /** @throws IllegalStateException if there is none */
    static ExecutorSlice ofThisProcess() {
        ExecutorSlice slice = own;
        if (slice == null) {
            throw new IllegalStateException(
                    "this executor owns no slice: spark.plugins must name " + SlicePlugin.class.getName());
        }
        return slice;
    }
}
