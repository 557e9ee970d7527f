package io.tomogrid.engine.cuda;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/**
 * The one device of this process: the first that {@code CUDA_VISIBLE_DEVICES} lets it see. Its context and kernels live until
 * the process ends; any thread may use it.
 */
public final class CudaDevice {
    /**
     * System property: the part of the device's memory that this process may take, e.g. {@code 1/4}; all if it is empty.
     * To be set before the first {@link #probe}.
     */
    public static final String PART_PROPERTY = "tomogrid.device.part";

    private static final int NAME_BYTES = 256;
    private static final String EMULATED = "Emulated";

    private static Probe probed;

    private final String name;
    private final CUcontext context = new CUcontext();
    private final int driverVersion;
    private final int major;
    private final int minor;
    private final int multiprocessors;
    private final Kernels kernels;
    private volatile MemoryQuota quota;

    /** What a look for a device came to. */
    public sealed interface Probe {
        record Found(CudaDevice device) implements Probe {}

        /**
         * Nothing to use.
         *
         * @param reason why
         */
        record None(String reason) implements Probe {}
    }

    /** What is free of the device's memory, bytes; on a slice, of the slice's; under a {@link MemoryQuota}, of that. */
    public record Memory(long free, long total) {}

    private CudaDevice(CUdevice device, int driverVersion) {
        byte[] text = new byte[NAME_BYTES];
        CudaException.check(JCudaDriver.cuDeviceGetName(text, text.length, device), "name of the device");
        this.name = new String(text, StandardCharsets.US_ASCII).replace("\0", "");
        this.driverVersion = driverVersion;
        this.major = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
        this.minor = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        this.multiprocessors = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        CudaException.check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "context on " + name);
        use();
        this.kernels = Kernels.load();
        this.quota = MemoryQuota.ofThisProcess(driverMemory().total());
    }

    /** Looks once per process, and remembers: a driver that has not started will not start later in this process. */
    public static synchronized Probe probe() {
        if (probed == null) {
            probed = look();
        }
        return probed;
    }

    private static Probe look() {
        Optional<String> missing = NativeDriver.load(JCudaDriver.class);
        if (missing.isPresent()) {
            return new Probe.None(missing.get());
        }
        JCudaDriver.setExceptionsEnabled(false);
        try {
            CudaException.check(JCudaDriver.cuInit(0), "start of the driver");
            int[] version = new int[1];
            CudaException.check(JCudaDriver.cuDriverGetVersion(version), "version of the driver");
            CUdevice device = new CUdevice();
            CudaException.check(JCudaDriver.cuDeviceGet(device, 0), "first device");
            return new Probe.Found(new CudaDevice(device, version[0]));
        } catch (CudaException refused) {
            return new Probe.None(refused.getMessage());
        }
    }

    /** Where JCuda's jar has the library through which it calls the driver. */
    public static String nativeLibrary() {
        return "/lib/libJCudaDriver-12.6.0-linux-x86_64.so";
    }

    private static int attribute(CUdevice device, int which) {
        int[] value = new int[1];
        CudaException.check(JCudaDriver.cuDeviceGetAttribute(value, which, device), "attribute of the device");
        return value[0];
    }

    /** As the driver gives it. */
    public String name() {
        return name;
    }

    /** Whether this is the stand-in that runs kernels on the processors. */
    public boolean emulated() {
        return name.startsWith(EMULATED);
    }

    /** The latest CUDA that the driver knows, e.g. {@code 12.6}. */
    public String driver() {
        return driverVersion / 1000 + "." + driverVersion % 1000 / 10;
    }

    /** E.g. {@code 9.0}. */
    public String computeCapability() {
        return major + "." + minor;
    }

    public int multiprocessors() {
        return multiprocessors;
    }

    public Memory memory() {
        return quota.of(driverMemory());
    }

    private Memory driverMemory() {
        use();
        long[] free = new long[1];
        long[] total = new long[1];
        CudaException.check(JCudaDriver.cuMemGetInfo(free, total), "memory of " + name);
        return new Memory(free[0], total[0]);
    }

    /** How many parts of a size fit into nine tenths of what is free, at least 1 and at most so many as there are. */
    int fitting(long bytesOfPart, int parts) {
        return (int) Math.max(1, Math.min(parts, memory().free() / 10 * 9 / bytesOfPart));
    }

    /** @throws CudaException if so much is not free; the message says how large a slice must be */
    void require(String what, long bytes) {
        if (bytes > memory().free()) {
            throw CudaException.outOfMemory(what, this, bytes);
        }
    }

    /** How long the kernels of some work took, from before the first to after the last, by the device's clock. */
    double seconds(Runnable work) {
        use();
        CUevent before = new CUevent();
        CUevent after = new CUevent();
        CudaException.check(JCudaDriver.cuEventCreate(before, CUevent_flags.CU_EVENT_DEFAULT), "event");
        try {
            CudaException.check(JCudaDriver.cuEventCreate(after, CUevent_flags.CU_EVENT_DEFAULT), "event");
            try {
                CudaException.check(JCudaDriver.cuEventRecord(before, null), "event");
                work.run();
                CudaException.check(JCudaDriver.cuEventRecord(after, null), "event");
                CudaException.check(JCudaDriver.cuEventSynchronize(after), "event");
                float[] milliseconds = new float[1];
                CudaException.check(JCudaDriver.cuEventElapsedTime(milliseconds, before, after), "event");
                return milliseconds[0] / 1e3;
            } finally {
                CudaException.check(JCudaDriver.cuEventDestroy(after), "event");
            }
        } finally {
            CudaException.check(JCudaDriver.cuEventDestroy(before), "event");
        }
    }

    MemoryQuota quota() {
        return quota;
    }

    /** From now on; what was taken before counts under the quota of before. */
    void limit(MemoryQuota other) {
        quota = other;
    }

    Kernels kernels() {
        use();
        return kernels;
    }

    /** Makes this device the calling thread's. */
    void use() {
        CudaException.check(JCudaDriver.cuCtxSetCurrent(context), "switching to " + name);
    }
}
