package io.tomogrid.slices;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/** NVML's calls on one GPU, with results instead of out-parameters and exceptions instead of codes. */
final class NvmlDevice {
    private static final long MIB = 1L << 20;
    /** NVML_GPU_VIRTUALIZATION_MODE_VGPU. */
    private static final int VGPU = 2;

    private final Nvml nvml;
    private final Pointer handle;
    private final int index;

    /** Whether a GPU is in MIG mode, and whether a reset will change that. */
    record MigMode(boolean enabled, boolean pending) {}

    /** A profile as the driver numbers it. */
    record Profile(
            int id, int profileEnum, int computeSlices, int maxInstances, int multiprocessors, long memoryBytes) {}

    /** Where a GPU instance may lie or lies. */
    record Window(int start, int size) {}

    /** A compute instance, how many of its GPU instance's compute slices it has, and from which on. */
    record ComputeInstance(Pointer handle, int id, int slices, int start) {}

    /** A way to divide a GPU instance. */
    record ComputeProfile(int id, int slices, int maxInstances) {}

    private NvmlDevice(Nvml nvml, Pointer handle, int index) {
        this.nvml = nvml;
        this.handle = handle;
        this.index = index;
    }

    static NvmlDevice of(Nvml nvml, int index) throws InventoryException {
        PointerByReference device = new PointerByReference();
        check(nvml.nvmlDeviceGetHandleByIndex_v2(index, device), "GPU " + index);
        return new NvmlDevice(nvml, device.getValue(), index);
    }

    String uuid() throws InventoryException {
        return uuid(handle);
    }

    private String uuid(Pointer device) throws InventoryException {
        byte[] text = new byte[Nvml.UUID_LENGTH];
        check(nvml.nvmlDeviceGetUUID(device, text, text.length), "UUID on GPU " + index);
        return Native.toString(text, StandardCharsets.US_ASCII.name());
    }

    String name() throws InventoryException {
        byte[] text = new byte[Nvml.NAME_LENGTH];
        check(nvml.nvmlDeviceGetName(handle, text, text.length), "name of GPU " + index);
        return Native.toString(text, StandardCharsets.US_ASCII.name());
    }

    long memoryBytes() throws InventoryException {
        Memory memory = cleared(Nvml.MEMORY_SIZE);
        check(nvml.nvmlDeviceGetMemoryInfo(handle, memory), "memory of GPU " + index);
        return memory.getLong(0);
    }

    /** Whether it is in MIG mode, and whether it will be after a reset; a GPU that cannot be cut is and will not be. */
    MigMode migMode() throws InventoryException {
        IntByReference current = new IntByReference();
        IntByReference pending = new IntByReference();
        int code = nvml.nvmlDeviceGetMigMode(handle, current, pending);
        if (code == NvmlReturn.NOT_SUPPORTED.code()) {
            return new MigMode(false, false);
        }
        check(code, "MIG mode of GPU " + index);
        return new MigMode(current.getValue() == 1, current.getValue() != pending.getValue());
    }

    /** By the number that events carry. */
    Pointer gpuInstance(int id) throws InventoryException {
        PointerByReference found = new PointerByReference();
        check(nvml.nvmlDeviceGetGpuInstanceById(handle, id, found), "GPU instance " + id + " of GPU " + index);
        return found.getValue();
    }

    /** Of which profile a GPU instance is. */
    int profileId(Pointer gpuInstance) throws InventoryException {
        return info(gpuInstance).getInt(Nvml.GpuInstanceInfo.PROFILE_ID);
    }

    /** The number that events carry and that samples are taken by. */
    int gpuInstanceId(Pointer gpuInstance) throws InventoryException {
        return info(gpuInstance).getInt(Nvml.GpuInstanceInfo.ID);
    }

    private Memory info(Pointer gpuInstance) throws InventoryException {
        Memory info = cleared(Nvml.GpuInstanceInfo.SIZE);
        check(nvml.nvmlGpuInstanceGetInfo(gpuInstance, info), "a GPU instance of GPU " + index);
        return info;
    }

    NvmlMeter meter() {
        return new NvmlMeter(nvml, handle, index);
    }

    /** Those that this GPU has. */
    List<Profile> profiles() throws InventoryException {
        List<Profile> result = new ArrayList<>();
        for (int profileEnum = 0; profileEnum < GpuProfile.knownEnums(); profileEnum++) {
            profile(profileEnum).filter(p -> p.maxInstances() > 0).ifPresent(result::add);
        }
        return result;
    }

    /** Asks by the newest structure first, then by those that an older driver knows. */
    private Optional<Profile> profile(int profileEnum) throws InventoryException {
        Nvml.ProfileInfo layout = Nvml.ProfileInfo.V3;
        Memory info = cleared(layout.size());
        int code = versioned(layout, profileEnum, info);
        if (code == NvmlReturn.VERSION_MISMATCH.code()) {
            layout = Nvml.ProfileInfo.V2;
            code = versioned(layout, profileEnum, info);
        }
        if (code == NvmlReturn.VERSION_MISMATCH.code() || code == NvmlReturn.FUNCTION_NOT_FOUND.code()) {
            layout = Nvml.ProfileInfo.V1;
            code = nvml.nvmlDeviceGetGpuInstanceProfileInfo(handle, profileEnum, info);
        }
        if (absent(code)) {
            return Optional.empty();
        }
        check(code, "GPU instance profile " + profileEnum + " of GPU " + index);
        return Optional.of(new Profile(
                info.getInt(layout.id()),
                profileEnum,
                info.getInt(layout.sliceCount()),
                info.getInt(layout.instanceCount()),
                info.getInt(layout.multiprocessors()),
                info.getLong(layout.memoryMib()) * MIB));
    }

    private int versioned(Nvml.ProfileInfo layout, int profileEnum, Memory info) {
        info.setInt(0, layout.version());
        return answer(() -> nvml.nvmlDeviceGetGpuInstanceProfileInfoV(handle, profileEnum, info));
    }

    /** How many more of a profile can be made now. */
    int remaining(Profile profile) throws InventoryException {
        IntByReference count = new IntByReference();
        check(
                nvml.nvmlDeviceGetGpuInstanceRemainingCapacity(handle, profile.id(), count),
                "remaining capacity of GPU " + index);
        return count.getValue();
    }

    /** @return SUCCESS, or why it is not on yet: RESET_REQUIRED, IN_USE */
    NvmlReturn setMigMode(boolean on) throws InventoryException {
        IntByReference activation = new IntByReference();
        check(nvml.nvmlDeviceSetMigMode(handle, on ? 1 : 0, activation), "MIG mode of GPU " + index);
        return NvmlReturn.of(activation.getValue());
    }

    /** Whether this machine is a guest and the GPU a part that its host gives it. */
    boolean virtual() throws InventoryException {
        IntByReference mode = new IntByReference();
        int code = answer(() -> nvml.nvmlDeviceGetVirtualizationMode(handle, mode));
        if (code == NvmlReturn.NOT_SUPPORTED.code() || code == NvmlReturn.FUNCTION_NOT_FOUND.code()) {
            return false;
        }
        check(code, "virtualization mode of GPU " + index);
        return mode.getValue() == VGPU;
    }

    /** @return empty if this process may not ask */
    Optional<List<Window>> possiblePlacements(Profile profile) throws InventoryException {
        String what = "placements of profile " + profile.profileEnum() + " of GPU " + index;
        IntByReference count = new IntByReference();
        int code = nvml.nvmlDeviceGetGpuInstancePossiblePlacements_v2(handle, profile.id(), null, count);
        if (code == NvmlReturn.NO_PERMISSION.code()) {
            return Optional.empty();
        }
        check(code, what);
        if (count.getValue() == 0) {
            return Optional.of(List.of());
        }
        Memory windows = cleared(count.getValue() * Nvml.PLACEMENT_SIZE);
        check(nvml.nvmlDeviceGetGpuInstancePossiblePlacements_v2(handle, profile.id(), windows, count), what);
        List<Window> result = new ArrayList<>();
        for (int i = 0; i < count.getValue(); i++) {
            result.add(window(windows, i * Nvml.PLACEMENT_SIZE));
        }
        return Optional.of(result);
    }

    /** GPU instances of a profile; none if this process may not ask. */
    List<Pointer> gpuInstances(Profile profile) throws InventoryException {
        Pointer[] handles = new Pointer[profile.maxInstances()];
        IntByReference count = new IntByReference(handles.length);
        int code = nvml.nvmlDeviceGetGpuInstances(handle, profile.id(), handles, count);
        if (code == NvmlReturn.NO_PERMISSION.code()) {
            return List.of();
        }
        check(code, "GPU instances of GPU " + index);
        return List.copyOf(Arrays.asList(handles).subList(0, count.getValue()));
    }

    Window window(Pointer gpuInstance) throws InventoryException {
        return window(info(gpuInstance), Nvml.GpuInstanceInfo.PLACEMENT_START);
    }

    Pointer createGpuInstance(Profile profile, Window window, SliceKey key) throws InventoryException {
        Memory placement = cleared(Nvml.PLACEMENT_SIZE);
        placement.setInt(0, window.start());
        placement.setInt(4, window.size());
        PointerByReference made = new PointerByReference();
        check(nvml.nvmlDeviceCreateGpuInstanceWithPlacement(handle, profile.id(), placement, made), "create " + key);
        return made.getValue();
    }

    void destroyGpuInstance(Pointer gpuInstance, SliceKey key) throws InventoryException {
        check(nvml.nvmlGpuInstanceDestroy(gpuInstance), "destroy " + key);
    }

    List<ComputeInstance> computeInstances(Pointer gpuInstance) throws InventoryException {
        List<ComputeInstance> result = new ArrayList<>();
        for (ComputeProfile profile : computeProfiles(gpuInstance)) {
            Pointer[] handles = new Pointer[profile.maxInstances()];
            IntByReference count = new IntByReference(handles.length);
            check(
                    nvml.nvmlGpuInstanceGetComputeInstances(gpuInstance, profile.id(), handles, count),
                    "compute instances of GPU " + index);
            for (int i = 0; i < count.getValue(); i++) {
                Memory info = computeInfo(handles[i]);
                result.add(new ComputeInstance(
                        handles[i],
                        info.getInt(Nvml.ComputeInstanceInfo.ID),
                        profile.slices(),
                        info.getInt(Nvml.ComputeInstanceInfo.PLACEMENT_START)));
            }
        }
        return result;
    }

    List<ComputeProfile> computeProfiles(Pointer gpuInstance) throws InventoryException {
        List<ComputeProfile> result = new ArrayList<>();
        for (int profileEnum = 0; profileEnum < Nvml.ComputeInstanceProfileInfo.ENUMS; profileEnum++) {
            Memory info = cleared(Nvml.ComputeInstanceProfileInfo.SIZE);
            int code = nvml.nvmlGpuInstanceGetComputeInstanceProfileInfo(gpuInstance, profileEnum, 0, info);
            if (!absent(code)) {
                check(code, "compute instance profile " + profileEnum + " of GPU " + index);
                result.add(new ComputeProfile(
                        info.getInt(Nvml.ComputeInstanceProfileInfo.ID),
                        info.getInt(Nvml.ComputeInstanceProfileInfo.SLICE_COUNT),
                        info.getInt(Nvml.ComputeInstanceProfileInfo.INSTANCE_COUNT)));
            }
        }
        return result;
    }

    /** Compute slices at which instances of a profile may begin. */
    List<Integer> computeStarts(Pointer gpuInstance, ComputeProfile profile) throws InventoryException {
        IntByReference count = new IntByReference(0);
        String what = "compute instance placements of GPU " + index;
        check(nvml.nvmlGpuInstanceGetComputeInstancePossiblePlacements(gpuInstance, profile.id(), null, count), what);
        List<Integer> starts = new ArrayList<>();
        if (count.getValue() > 0) {
            Memory windows = cleared(count.getValue() * Nvml.PLACEMENT_SIZE);
            check(
                    nvml.nvmlGpuInstanceGetComputeInstancePossiblePlacements(gpuInstance, profile.id(), windows, count),
                    what);
            for (int i = 0; i < count.getValue(); i++) {
                starts.add(window(windows, (long) i * Nvml.PLACEMENT_SIZE).start());
            }
        }
        return starts;
    }

    /** With all slices of its GPU instance, or fewer. */
    void createComputeInstance(Pointer gpuInstance, int slices, int start, SliceKey key) throws InventoryException {
        ComputeProfile profile = computeProfiles(gpuInstance).stream()
                .filter(p -> p.slices() == slices)
                .findFirst()
                .orElseThrow(() -> new InventoryException(
                        NvmlReturn.NOT_SUPPORTED,
                        "compute instance of " + key + ": the driver offers none of " + slices + " slices"));
        Memory placement = cleared(Nvml.PLACEMENT_SIZE);
        placement.setInt(0, start);
        placement.setInt(4, slices);
        PointerByReference made = new PointerByReference();
        check(
                nvml.nvmlGpuInstanceCreateComputeInstanceWithPlacement(gpuInstance, profile.id(), placement, made),
                "compute instance of " + key);
    }

    void destroyComputeInstance(Pointer computeInstance, SliceKey key) throws InventoryException {
        check(nvml.nvmlComputeInstanceDestroy(computeInstance), "destroy the compute instance of " + key);
    }

    /** By the handle that the compute instance tells, since walking all MIG devices takes seconds under load. */
    String uuidOf(ComputeInstance computeInstance) throws InventoryException {
        return uuid(computeInfo(computeInstance.handle()).getPointer(Nvml.ComputeInstanceInfo.DEVICE));
    }

    private Memory computeInfo(Pointer computeInstance) throws InventoryException {
        Memory info = cleared(Nvml.ComputeInstanceInfo.SIZE);
        check(nvml.nvmlComputeInstanceGetInfo_v2(computeInstance, info), "a compute instance of GPU " + index);
        return info;
    }

    /** What a function answers that a driver may not have. */
    static int answer(IntSupplier function) {
        try {
            return function.getAsInt();
        } catch (UnsatisfiedLinkError missing) {
            return NvmlReturn.FUNCTION_NOT_FOUND.code();
        }
    }

    static void check(int code, String what) throws InventoryException {
        if (code != NvmlReturn.SUCCESS.code()) {
            throw new InventoryException(NvmlReturn.of(code), what);
        }
    }

    /** A driver older than an enum's value calls it an invalid argument. */
    private static boolean absent(int code) {
        return code == NvmlReturn.NOT_SUPPORTED.code() || code == NvmlReturn.INVALID_ARGUMENT.code();
    }

    private static Window window(Pointer memory, long offset) {
        return new Window(memory.getInt(offset), memory.getInt(offset + 4));
    }

    static Memory cleared(int size) {
        Memory memory = new Memory(size);
        memory.clear();
        return memory;
    }
}
