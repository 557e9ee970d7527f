package io.tomogrid.engine.cuda;

import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of the device's memory this process may take where it is not the only one on it: a share of a GPU that is not cut, or one
 * of several compute instances with one memory. Nothing else keeps processes there apart, so whoever allocates asks here
 * first. What CUDA itself needs (its context and the kernels' code) is not counted.
 */
final class MemoryQuota {
    /** Environment variable for where {@link CudaDevice#PART_PROPERTY} is not set. */
    static final String VARIABLE = "TOMOGRID_DEVICE_PART";

    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,2})/([1-9]\\d{0,2})");

    private final String part;
    private final long limit;
    private final AtomicLong taken = new AtomicLong();

    private MemoryQuota(String part, long limit) {
        this.part = part;
        this.limit = limit;
    }

    /** As this process was told. */
    static MemoryQuota ofThisProcess(long total) {
        String part = System.getProperty(CudaDevice.PART_PROPERTY, "");
        return of(part.isEmpty() ? System.getenv().getOrDefault(VARIABLE, "") : part, total);
    }

    /**
     * @param part e.g. {@code 1/4}, or empty for all
     * @param total of the device, bytes
     * @throws IllegalArgumentException if the part is malformed
     */
    static MemoryQuota of(String part, long total) {
        if (part.isEmpty()) {
            return new MemoryQuota(part, Long.MAX_VALUE);
        }
        Matcher form = FORM.matcher(part);
        if (!form.matches() || Integer.parseInt(form.group(1)) > Integer.parseInt(form.group(2))) {
            throw new IllegalArgumentException(VARIABLE + " (or " + CudaDevice.PART_PROPERTY
                    + ") must be a part of the memory such as 1/4, is " + part);
        }
        return new MemoryQuota(part, total / Integer.parseInt(form.group(2)) * Integer.parseInt(form.group(1)));
    }

    /** Whether so much may be taken, which it then is. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= limit) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    /** What of a device's memory this process may see as its own. */
    CudaDevice.Memory of(CudaDevice.Memory device) {
        long left = Math.max(0, limit - taken.get());
        return new CudaDevice.Memory(Math.min(device.free(), left), Math.min(device.total(), limit));
    }

    /** For messages, after the size of the memory; empty if it is all of the device's. */
    @Override
    public String toString() {
        return part.isEmpty() ? "" : " (its quota, " + part + " of the GPU, " + VARIABLE + ")";
    }
}
