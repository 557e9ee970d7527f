package io.tomogrid.slices;

import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The GPUs that the NVIDIA driver knows. A GPU in MIG mode is cut into GPU instances with one compute instance each, unless
 * somebody divided one further; any other is one slice, or so many shares as are set, and a virtual GPU is what its host made
 * it. Nothing is kept in memory between calls: the driver is asked each time, since others may cut too.
 *
 * <p>Where this process may not ask for placements (it takes root, or the capability {@code mig/config}), only places that
 * are occupied now are offered, so that what exists can be used though nothing can be cut.
 */
public final class NvmlInventory implements Inventory {
    /** System property: path of the library, if the loader's own search is not wanted. */
    public static final String LIBRARY_PROPERTY = "tomogrid.nvml.library";

    /** System property: into how many shares a GPU that is not cut is divided; 1 unless it is set. */
    public static final String SHARES_PROPERTY = "tomogrid.gpu.shares";

    private static final double MILLI = 1e-3;
    private static final String LIBRARY = "libnvidia-ml.so.1";

    private final Nvml nvml;
    private final String host;
    private final int shares;
    private final NvmlWatch watch;
    /** What a GPU said of itself before it was lost. */
    private final Map<Integer, Gpu> known = new HashMap<>();

    private NvmlInventory(Nvml nvml, String host, int shares) {
        this.nvml = nvml;
        this.host = host;
        this.shares = shares;
        this.watch = new NvmlWatch(nvml, this::sliceOf);
    }

    /**
     * @throws InventoryException LIBRARY_NOT_FOUND without NVIDIA's driver, else what initialising it answered
     * @throws IllegalArgumentException if {@link #SHARES_PROPERTY} is set to something that is no number of shares
     */
    public static NvmlInventory open(String host) throws InventoryException {
        int shares = Inventories.parts(SHARES_PROPERTY).orElse(1);
        String library = System.getProperty(LIBRARY_PROPERTY, LIBRARY);
        try {
            Nvml nvml = Native.load(library, Nvml.class);
            NvmlDevice.check(nvml.nvmlInit_v2(), "NVML does not start");
            return new NvmlInventory(nvml, host, shares);
        } catch (UnsatisfiedLinkError e) {
            throw new InventoryException(NvmlReturn.LIBRARY_NOT_FOUND, library + " cannot be loaded");
        }
    }

    /** How many GPUs there are. */
    public synchronized int count() throws InventoryException {
        IntByReference count = new IntByReference();
        NvmlDevice.check(nvml.nvmlDeviceGetCount_v2(count), "number of GPUs");
        return count.getValue();
    }

    @Override
    public synchronized HostInventory read() throws InventoryException {
        List<Gpu> gpus = new ArrayList<>();
        for (int index = 0; index < count(); index++) {
            gpus.add(gpuOrLost(index));
        }
        return new HostInventory(host, gpus);
    }

    @Override
    public List<GpuFault> faults(Duration patience) throws InventoryException {
        return watch.faults(count(), patience);
    }

    @Override
    public synchronized Optional<GpuFault> lasting(int gpu) throws InventoryException {
        return NvmlWatch.lasting(nvml, gpu);
    }

    @Override
    public synchronized Slice create(SliceKey key) throws InventoryException {
        Gpu gpu = gpu(key);
        gpu.placement(key);
        Optional<Slice> existing = gpu.slice(key);
        if (existing.isPresent() && !existing.get().deviceUuid().isEmpty()) {
            return existing.get();
        }
        return mig(key.gpu()).create(gpu, key);
    }

    @Override
    public synchronized void destroy(SliceKey key) throws InventoryException {
        Gpu gpu = gpu(key);
        SliceKind kind = key.kind();
        if (!kind.cut()) {
            throw new InventoryException(
                    NvmlReturn.NOT_SUPPORTED, key + " " + kind.stays() + ", and cannot be destroyed");
        }
        Optional<Slice> existing = gpu.slice(key);
        if (existing.isEmpty()) {
            return;
        }
        if (existing.get().locked()) {
            throw new InventoryException(NvmlReturn.IN_USE, key + " was divided further by somebody else");
        }
        mig(key.gpu()).destroy(gpu, key);
    }

    /**
     * Divides an idle slice into compute instances of so many compute slices each, which are slices of their own from then on
     * ({@link SliceKind.ComputeInstance}). Destroying the last of them undoes it. Without this call nothing is divided.
     *
     * @throws InventoryException IN_USE if a process works on it, NOT_SUPPORTED if it cannot be divided so
     * @throws IllegalArgumentException if there is no such slice
     */
    public synchronized List<Slice> divide(SliceKey key, int computeSlices) throws InventoryException {
        Gpu gpu = gpu(key);
        gpu.placement(key);
        if (gpu.slice(key).isEmpty()) {
            throw new IllegalArgumentException(key + " does not exist, so it cannot be divided; make it first");
        }
        mig(key.gpu()).divide(gpu, key, computeSlices);
        String profile = computeSlices + "c" + key.profile();
        return gpu(key).slices().stream()
                .filter(slice -> slice.key().profile().equals(profile))
                .toList();
    }

    public synchronized String driverVersion() throws InventoryException {
        byte[] text = new byte[Nvml.NAME_LENGTH];
        NvmlDevice.check(nvml.nvmlSystemGetDriverVersion(text, text.length), "version of the driver");
        return Native.toString(text, StandardCharsets.US_ASCII.name());
    }

    /**
     * Asks for MIG mode, or for its end.
     *
     * @return SUCCESS once it is so; RESET_REQUIRED when a reset must follow, which the driver remembers; IN_USE when
     *     processes keep it from changing now
     * @throws InventoryException IN_USE while GPU instances exist, NOT_SUPPORTED if the GPU has no such mode
     */
    public synchronized NvmlReturn setMigMode(int gpu, boolean on) throws InventoryException {
        return NvmlDevice.of(nvml, gpu).setMigMode(on);
    }

    /** How many more slices of a profile can be made on a GPU now, as its driver counts. */
    public synchronized int remaining(int gpu, GpuProfile profile) throws InventoryException {
        return mig(gpu).remaining(profile);
    }

    /** What the GPU's meters say now. */
    public synchronized GpuReadings readings(int gpu) throws InventoryException {
        return NvmlDevice.of(nvml, gpu).meter().readings();
    }

    /**
     * How much a slice works, measured for so long.
     *
     * @return empty where the hardware cannot tell: before Hopper, and on GPUs that are not cut, see {@link #readings}
     */
    public Optional<SliceUse> use(SliceKey key, Duration over) throws InventoryException, InterruptedException {
        Optional<Integer> gpuInstance = gpuInstanceId(key);
        return gpuInstance.isEmpty()
                ? Optional.empty()
                : NvmlDevice.of(nvml, key.gpu()).meter().use(gpuInstance.get(), over);
    }

    private synchronized Optional<Integer> gpuInstanceId(SliceKey key) throws InventoryException {
        Gpu gpu = gpu(key);
        boolean ours = gpu.slice(key).isPresent() && key.kind() instanceof SliceKind.Mig;
        return ours ? Optional.of(mig(key.gpu()).gpuInstanceId(gpu, key)) : Optional.empty();
    }

    @Override
    public void close() {
        watch.end();
        synchronized (this) {
            nvml.nvmlShutdown();
        }
    }

    private Gpu gpuOrLost(int index) throws InventoryException {
        try {
            Gpu gpu = gpu(index);
            known.put(index, gpu);
            return gpu.metered(joules(index));
        } catch (InventoryException e) {
            if (e.code() != NvmlReturn.GPU_IS_LOST) {
                throw e;
            }
            Gpu before = known.get(index);
            return before == null
                    ? new Gpu(index, "", "lost GPU", 0, false, 1, List.of(), List.of())
                    : new Gpu(
                            index, before.uuid(), before.name(), before.memoryBytes(), false, 1, List.of(), List.of());
        }
    }

    private OptionalDouble joules(int index) throws InventoryException {
        OptionalLong energy = NvmlDevice.of(nvml, index).meter().energyMillijoules();
        return energy.isPresent() ? OptionalDouble.of(energy.getAsLong() * MILLI) : OptionalDouble.empty();
    }

    private synchronized Optional<SliceKey> sliceOf(int gpu, int gpuInstance, int computeInstance)
            throws InventoryException {
        return mig(gpu).sliceOf(gpuInstance, computeInstance);
    }

    private Gpu gpu(SliceKey key) throws InventoryException {
        int count = count();
        if (!key.host().equals(host) || key.gpu() >= count) {
            throw new IllegalArgumentException(key + ": this host is " + host + " and has " + count + " GPUs");
        }
        return gpu(key.gpu());
    }

    private Gpu gpu(int index) throws InventoryException {
        NvmlDevice device = NvmlDevice.of(nvml, index);
        String uuid = device.uuid();
        long memory = device.memoryBytes();
        if (device.virtual()) {
            return uncut(index, uuid, device.name(), memory, GpuProfile.virtual(memory));
        }
        if (!device.migMode().enabled()) {
            GpuProfile profile = shares > 1 ? GpuProfile.share(shares, memory) : GpuProfile.whole(memory);
            return uncut(index, uuid, device.name(), memory, profile);
        }
        return mig(index).read(uuid, memory);
    }

    /** What is not cut has all its slices always. */
    private Gpu uncut(int index, String uuid, String name, long memory, GpuProfile profile) {
        List<Slice> slices = profile.starts().stream()
                .map(start -> new Slice(new SliceKey(host, index, profile.name(), start), uuid, false))
                .toList();
        return new Gpu(index, uuid, name, memory, false, slices.size(), List.of(profile), slices);
    }

    private NvmlMig mig(int index) throws InventoryException {
        return new NvmlMig(NvmlDevice.of(nvml, index), host, index);
    }
}
