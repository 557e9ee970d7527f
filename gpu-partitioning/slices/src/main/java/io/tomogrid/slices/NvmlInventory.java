package io.tomogrid.slices;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The GPUs that the NVIDIA driver knows. A GPU in MIG mode is cut into GPU instances with one compute instance each; any
 * other is one slice. Nothing is kept in memory between calls: the driver is asked each time, since others may cut too.
 *
 * <p>Where this process may not ask for placements (it takes root, or the capability {@code mig/config}), only places that
 * are occupied now are offered, so that what exists can be used though nothing can be cut.
 */
public final class NvmlInventory implements Inventory {
    /** System property: path of the library, if the loader's own search is not wanted. */
    public static final String LIBRARY_PROPERTY = "tomogrid.nvml.library";

    private static final String LIBRARY = "libnvidia-ml.so.1";

    private final Nvml nvml;
    private final String host;
    private final NvmlWatch watch;
    /** What a GPU said of itself before it was lost. */
    private final Map<Integer, Gpu> known = new HashMap<>();

    private NvmlInventory(Nvml nvml, String host) {
        this.nvml = nvml;
        this.host = host;
        this.watch = new NvmlWatch(nvml, this::sliceOf);
    }

    /** @throws InventoryException LIBRARY_NOT_FOUND without NVIDIA's driver, else what initialising it answered */
    public static NvmlInventory open(String host) throws InventoryException {
        String library = System.getProperty(LIBRARY_PROPERTY, LIBRARY);
        try {
            Nvml nvml = Native.load(library, Nvml.class);
            NvmlDevice.check(nvml.nvmlInit_v2(), "NVML does not start");
            return new NvmlInventory(nvml, host);
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
    public synchronized Slice create(SliceKey key) throws InventoryException {
        Gpu gpu = gpu(key);
        Placement placement = gpu.placement(key);
        Optional<Slice> existing = gpu.slice(key);
        if (existing.isPresent() && !existing.get().deviceUuid().isEmpty()) {
            return existing.get();
        }
        if (existing.isEmpty() && !placement.fitsBeside(placements(gpu))) {
            throw new InventoryException(
                    NvmlReturn.INSUFFICIENT_RESOURCES, key + " cannot be made beside " + keys(gpu));
        }
        NvmlDevice device = NvmlDevice.of(nvml, key.gpu());
        NvmlDevice.Profile profile = profile(device, placement);
        Optional<Pointer> halfMade = gpuInstance(device, profile, key.start());
        Pointer gpuInstance = halfMade.isPresent()
                ? halfMade.get()
                : device.createGpuInstance(
                        profile,
                        new NvmlDevice.Window(key.start(), placement.profile().memorySlices()),
                        key);
        try {
            device.createWholeComputeInstance(gpuInstance, profile.computeSlices(), key);
        } catch (InventoryException e) {
            device.destroyGpuInstance(gpuInstance, key);
            throw e;
        }
        return slice(device, profile, gpuInstance, key);
    }

    @Override
    public synchronized void destroy(SliceKey key) throws InventoryException {
        Gpu gpu = gpu(key);
        Placement placement = gpu.placement(key);
        if (placement.profile().profileEnum() == GpuProfile.WHOLE) {
            throw new InventoryException(NvmlReturn.NOT_SUPPORTED, key + " is a whole GPU and cannot be destroyed");
        }
        Optional<Slice> existing = gpu.slice(key);
        if (existing.isEmpty()) {
            return;
        }
        if (existing.get().locked()) {
            throw new InventoryException(NvmlReturn.IN_USE, key + " was divided further by somebody else");
        }
        NvmlDevice device = NvmlDevice.of(nvml, key.gpu());
        Optional<Pointer> gpuInstance = gpuInstance(device, profile(device, placement), key.start());
        if (gpuInstance.isPresent()) {
            for (NvmlDevice.ComputeInstance computeInstance : device.computeInstances(gpuInstance.get())) {
                device.destroyComputeInstance(computeInstance.handle(), key);
            }
            device.destroyGpuInstance(gpuInstance.get(), key);
        }
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
            return gpu;
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

    private synchronized Optional<SliceKey> sliceOf(int gpu, int id) throws InventoryException {
        NvmlDevice device = NvmlDevice.of(nvml, gpu);
        Pointer gpuInstance = device.gpuInstance(id);
        int profileId = device.profileId(gpuInstance);
        int start = device.window(gpuInstance).start();
        return device.profiles().stream()
                .filter(profile -> profile.id() == profileId)
                .map(profile -> new SliceKey(host, gpu, GpuProfile.nameOf(profile.profileEnum()), start))
                .findFirst();
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
        if (!device.migMode().enabled()) {
            SliceKey key = new SliceKey(host, index, GpuProfile.nameOf(GpuProfile.WHOLE), 0);
            return new Gpu(
                    index,
                    uuid,
                    device.name(),
                    memory,
                    false,
                    1,
                    List.of(GpuProfile.whole(memory)),
                    List.of(new Slice(key, uuid, false)));
        }
        List<GpuProfile> profiles = new ArrayList<>();
        List<Slice> slices = new ArrayList<>();
        int grid = 1;
        for (NvmlDevice.Profile profile : device.profiles()) {
            String name = GpuProfile.nameOf(profile.profileEnum());
            Map<Pointer, NvmlDevice.Window> existing = new LinkedHashMap<>();
            for (Pointer gpuInstance : device.gpuInstances(profile)) {
                NvmlDevice.Window window = device.window(gpuInstance);
                existing.put(gpuInstance, window);
                slices.add(slice(device, profile, gpuInstance, new SliceKey(host, index, name, window.start())));
            }
            List<NvmlDevice.Window> windows =
                    device.possiblePlacements(profile).orElseGet(() -> List.copyOf(existing.values()));
            if (!windows.isEmpty()) {
                profiles.add(new GpuProfile(
                        profile.profileEnum(),
                        name,
                        profile.computeSlices(),
                        windows.get(0).size(),
                        profile.memoryBytes(),
                        profile.maxInstances(),
                        windows.stream().map(NvmlDevice.Window::start).toList()));
                grid = Math.max(
                        grid,
                        windows.stream()
                                .mapToInt(w -> w.start() + w.size())
                                .max()
                                .orElse(1));
            }
        }
        return new Gpu(index, uuid, device.name(), memory, false, grid, profiles, slices);
    }

    /** Only a GPU instance with one compute instance of all its slices is ours to give and to destroy. */
    private static Slice slice(NvmlDevice device, NvmlDevice.Profile profile, Pointer gpuInstance, SliceKey key)
            throws InventoryException {
        List<NvmlDevice.ComputeInstance> inside = device.computeInstances(gpuInstance);
        if (inside.isEmpty()) {
            return new Slice(key, "", false);
        }
        boolean divided = inside.size() > 1 || inside.get(0).slices() != profile.computeSlices();
        return new Slice(key, device.uuidOf(inside.get(0)), divided);
    }

    private static NvmlDevice.Profile profile(NvmlDevice device, Placement placement) throws InventoryException {
        return device.profiles().stream()
                .filter(p -> p.profileEnum() == placement.profile().profileEnum())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "profile vanished: " + placement.profile().name()));
    }

    private static Optional<Pointer> gpuInstance(NvmlDevice device, NvmlDevice.Profile profile, int start)
            throws InventoryException {
        for (Pointer gpuInstance : device.gpuInstances(profile)) {
            if (device.window(gpuInstance).start() == start) {
                return Optional.of(gpuInstance);
            }
        }
        return Optional.empty();
    }

    private static List<Placement> placements(Gpu gpu) {
        return gpu.slices().stream().map(slice -> gpu.placement(slice.key())).toList();
    }

    private static List<SliceKey> keys(Gpu gpu) {
        return gpu.slices().stream().map(Slice::key).toList();
    }
}
