package io.tomogrid.slices;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A GPU in MIG mode. A GPU instance with one compute instance of all its slices is one slice. One that was divided further is
 * not: its compute instances are slices instead, placed inside its window, and nothing else is offered there.
 */
final class NvmlMig {
    private final NvmlDevice device;
    private final String host;
    private final int index;

    /** A GPU instance that exists. */
    private record Instance(
            Pointer handle,
            NvmlDevice.Profile profile,
            NvmlDevice.Window window,
            List<NvmlDevice.ComputeInstance> inside) {
        boolean divided() {
            return inside.size() > 1 || !inside.isEmpty() && inside.get(0).slices() != profile.computeSlices();
        }

        /** Whether its compute instances are slices. */
        boolean offered() {
            return divided() && GpuProfile.plain(profile.profileEnum());
        }

        boolean holds(int start) {
            return start >= window.start() && start < window.start() + window.size();
        }
    }

    NvmlMig(NvmlDevice device, String host, int index) {
        this.device = device;
        this.host = host;
        this.index = index;
    }

    Gpu read(String uuid, long memory) throws InventoryException {
        List<GpuProfile> profiles = new ArrayList<>();
        List<Instance> instances = new ArrayList<>();
        for (NvmlDevice.Profile profile : device.profiles()) {
            List<Instance> existing = instances(profile);
            instances.addAll(existing);
            List<NvmlDevice.Window> windows = device.possiblePlacements(profile)
                    .orElseGet(() -> existing.stream().map(Instance::window).toList());
            if (!windows.isEmpty()) {
                profiles.add(new GpuProfile(
                        profile.profileEnum(),
                        GpuProfile.nameOf(profile.profileEnum()),
                        profile.computeSlices(),
                        windows.get(0).size(),
                        profile.memoryBytes(),
                        profile.maxInstances(),
                        windows.stream().map(NvmlDevice.Window::start).toList()));
            }
        }
        int grid = profiles.stream()
                .flatMap(profile -> profile.starts().stream().map(start -> start + profile.memorySlices()))
                .max(Integer::compare)
                .orElse(1);
        List<Slice> slices = new ArrayList<>();
        Map<String, GpuProfile> inside = new TreeMap<>();
        for (Instance instance : instances) {
            if (instance.offered()) {
                for (NvmlDevice.ComputeInstance computeInstance : instance.inside()) {
                    slices.add(new Slice(key(instance, computeInstance), device.uuidOf(computeInstance), false));
                }
                computeProfiles(instance, profileOf(instance, profiles))
                        .forEach(profile -> inside.merge(profile.name(), profile, NvmlMig::both));
            } else {
                slices.add(slice(instance));
            }
        }
        List<GpuProfile> offered = new ArrayList<>();
        profiles.forEach(profile -> beside(profile, instances).ifPresent(offered::add));
        offered.addAll(inside.values());
        return new Gpu(index, uuid, device.name(), memory, false, grid, offered, slices);
    }

    /** A slice that is not there, or only half. */
    Slice create(Gpu gpu, SliceKey key) throws InventoryException {
        if (key.kind() instanceof SliceKind.ComputeInstance kind) {
            Instance instance = dividedAround(key);
            device.createComputeInstance(
                    instance.handle(),
                    kind.slices(),
                    key.start() - instance.window().start(),
                    key);
            return gpu(gpu).slice(key).orElseThrow();
        }
        Placement placement = gpu.placement(key);
        NvmlDevice.Profile profile = profile(placement.profile());
        Optional<Instance> halfMade = instance(profile, key.start());
        if (halfMade.isEmpty()
                && !placement.fitsBeside(gpu.slices().stream()
                        .map(slice -> gpu.placement(slice.key()))
                        .toList())) {
            throw new InventoryException(
                    NvmlReturn.INSUFFICIENT_RESOURCES,
                    key + " cannot be made beside "
                            + gpu.slices().stream().map(Slice::key).toList());
        }
        Pointer handle = halfMade.isPresent()
                ? halfMade.get().handle()
                : device.createGpuInstance(
                        profile,
                        new NvmlDevice.Window(key.start(), placement.profile().memorySlices()),
                        key);
        try {
            device.createComputeInstance(handle, profile.computeSlices(), 0, key);
        } catch (InventoryException e) {
            device.destroyGpuInstance(handle, key);
            throw e;
        }
        return slice(instance(profile, key.start()).orElseThrow());
    }

    /** A slice that exists. The last compute instance of a divided GPU instance takes that with it. */
    void destroy(Gpu gpu, SliceKey key) throws InventoryException {
        if (key.kind() instanceof SliceKind.ComputeInstance) {
            Instance instance = dividedAround(key);
            for (NvmlDevice.ComputeInstance computeInstance : instance.inside()) {
                if (key(instance, computeInstance).equals(key)) {
                    device.destroyComputeInstance(computeInstance.handle(), key);
                }
            }
            if (instance.inside().size() == 1) {
                device.destroyGpuInstance(instance.handle(), key);
            }
            return;
        }
        Optional<Instance> instance = instance(profile(gpu.placement(key).profile()), key.start());
        if (instance.isPresent()) {
            for (NvmlDevice.ComputeInstance computeInstance : instance.get().inside()) {
                device.destroyComputeInstance(computeInstance.handle(), key);
            }
            device.destroyGpuInstance(instance.get().handle(), key);
        }
    }

    void divide(Gpu gpu, SliceKey key, int computeSlices) throws InventoryException {
        Instance instance =
                instance(profile(gpu.placement(key).profile()), key.start()).orElseThrow();
        NvmlDevice.ComputeProfile wanted = device.computeProfiles(instance.handle()).stream()
                .filter(p -> p.slices() == computeSlices
                        && p.slices() < instance.profile().computeSlices())
                .findFirst()
                .orElseThrow(() -> new InventoryException(
                        NvmlReturn.NOT_SUPPORTED, key + " cannot be divided into " + computeSlices + " slices each"));
        for (NvmlDevice.ComputeInstance computeInstance : instance.inside()) {
            device.destroyComputeInstance(computeInstance.handle(), key);
        }
        for (int start : device.computeStarts(instance.handle(), wanted)) {
            device.createComputeInstance(instance.handle(), computeSlices, start, key);
        }
    }

    int remaining(GpuProfile profile) throws InventoryException {
        return device.remaining(profile(profile));
    }

    int gpuInstanceId(Gpu gpu, SliceKey key) throws InventoryException {
        Instance instance =
                instance(profile(gpu.placement(key).profile()), key.start()).orElseThrow();
        return device.gpuInstanceId(instance.handle());
    }

    /** The slice that a GPU instance, or one of its compute instances, is. */
    Optional<SliceKey> sliceOf(int gpuInstance, int computeInstance) throws InventoryException {
        Pointer handle = device.gpuInstance(gpuInstance);
        int profileId = device.profileId(handle);
        int start = device.window(handle).start();
        for (NvmlDevice.Profile profile : device.profiles()) {
            Optional<Instance> instance = profile.id() == profileId ? instance(profile, start) : Optional.empty();
            if (instance.isPresent()) {
                return Optional.of(instance.get().inside().stream()
                        .filter(inside -> instance.get().offered() && inside.id() == computeInstance)
                        .map(inside -> key(instance.get(), inside))
                        .findFirst()
                        .orElseGet(() -> key(instance.get())));
            }
        }
        return Optional.empty();
    }

    private Gpu gpu(Gpu before) throws InventoryException {
        return read(before.uuid(), before.memoryBytes());
    }

    private List<Instance> instances(NvmlDevice.Profile profile) throws InventoryException {
        List<Instance> result = new ArrayList<>();
        for (Pointer handle : device.gpuInstances(profile)) {
            result.add(new Instance(handle, profile, device.window(handle), device.computeInstances(handle)));
        }
        return result;
    }

    private Optional<Instance> instance(NvmlDevice.Profile profile, int start) throws InventoryException {
        return instances(profile).stream()
                .filter(instance -> instance.window().start() == start)
                .findFirst();
    }

    private Instance dividedAround(SliceKey key) throws InventoryException {
        for (NvmlDevice.Profile profile : device.profiles()) {
            for (Instance instance : instances(profile)) {
                if (instance.offered() && instance.holds(key.start())) {
                    return instance;
                }
            }
        }
        throw new InventoryException(NvmlReturn.NOT_FOUND, key + ": nothing is divided there");
    }

    private NvmlDevice.Profile profile(GpuProfile profile) throws InventoryException {
        return device.profiles().stream()
                .filter(p -> p.profileEnum() == profile.profileEnum())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("profile vanished: " + profile.name()));
    }

    private List<GpuProfile> computeProfiles(Instance instance, GpuProfile of) throws InventoryException {
        List<GpuProfile> result = new ArrayList<>();
        for (NvmlDevice.ComputeProfile profile : device.computeProfiles(instance.handle())) {
            if (profile.slices() < instance.profile().computeSlices()) {
                List<Integer> starts = device.computeStarts(instance.handle(), profile).stream()
                        .map(start -> instance.window().start() + start)
                        .toList();
                result.add(GpuProfile.computeInstance(of, profile.slices(), starts));
            }
        }
        return result;
    }

    private static GpuProfile both(GpuProfile one, GpuProfile other) {
        List<Integer> starts = new ArrayList<>(one.starts());
        starts.addAll(other.starts());
        return new GpuProfile(
                one.profileEnum(),
                one.name(),
                one.computeSlices(),
                one.memorySlices(),
                one.memoryBytes(),
                starts.size(),
                starts);
    }

    /** The profile without the places that a divided GPU instance takes; empty if there is none left. */
    private static Optional<GpuProfile> beside(GpuProfile profile, List<Instance> instances) {
        List<Integer> starts = profile.starts().stream()
                .filter(start -> instances.stream()
                        .noneMatch(instance -> instance.offered()
                                && start
                                        < instance.window().start()
                                                + instance.window().size()
                                && instance.window().start() < start + profile.memorySlices()))
                .toList();
        return starts.isEmpty() ? Optional.empty() : Optional.of(profile.at(starts));
    }

    private static GpuProfile profileOf(Instance instance, List<GpuProfile> profiles) {
        return profiles.stream()
                .filter(p -> p.profileEnum() == instance.profile().profileEnum())
                .findFirst()
                .orElseThrow();
    }

    private Slice slice(Instance instance) throws InventoryException {
        return instance.inside().isEmpty()
                ? new Slice(key(instance), "", false)
                : new Slice(key(instance), device.uuidOf(instance.inside().get(0)), instance.divided());
    }

    private SliceKey key(Instance instance) {
        String name = GpuProfile.nameOf(instance.profile().profileEnum());
        return new SliceKey(host, index, name, instance.window().start());
    }

    private SliceKey key(Instance instance, NvmlDevice.ComputeInstance inside) {
        String name =
                inside.slices() + "c" + GpuProfile.nameOf(instance.profile().profileEnum());
        return new SliceKey(host, index, name, instance.window().start() + inside.start());
    }
}
