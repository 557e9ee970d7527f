package io.tomogrid.slices;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** NVML's calls on one GPU, with results instead of out-parameters and exceptions instead of codes. */
final class NvmlDevice {
    private static final long MIB = 1L << 20;
    /** NVML_VOLATILE_ECC. */
    private static final int VOLATILE = 0;

    private final Nvml nvml;
    private final Pointer handle;
    private final int index;

    /** Whether a GPU is in MIG mode, and whether a reset will change that. */
    record MigMode(boolean enabled, boolean pending) {}

    /** A profile as the driver numbers it. */
    record Profile(int id, int profileEnum, int computeSlices, int maxInstances, long memoryBytes) {}

    /** Where a GPU instance may lie or lies. */
    record Window(int start, int size) {}

    /** A compute instance and how many of its GPU instance's slices it has. */
    record ComputeInstance(Pointer handle, int slices) {}

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

    /** Errors since the driver was loaded; empty on a GPU without ECC. */
    Optional<Long> eccErrors(int type) throws InventoryException {
        LongByReference count = new LongByReference();
        int code = nvml.nvmlDeviceGetTotalEccErrors(handle, type, VOLATILE, count);
        if (code == NvmlReturn.NOT_SUPPORTED.code()) {
            return Optional.empty();
        }
        check(code, "memory errors of GPU " + index);
        return Optional.of(count.getValue());
    }

    /** By the number that events carry. */
    Pointer gpuInstance(int id) throws InventoryException {
        PointerByReference found = new PointerByReference();
        check(nvml.nvmlDeviceGetGpuInstanceById(handle, id, found), "GPU instance " + id + " of GPU " + index);
        return found.getValue();
    }

    /** Of which profile a GPU instance is. */
    int profileId(Pointer gpuInstance) throws InventoryException {
        Memory info = cleared(Nvml.GpuInstanceInfo.SIZE);
        check(nvml.nvmlGpuInstanceGetInfo(gpuInstance, info), "a GPU instance of GPU " + index);
        return info.getInt(Nvml.GpuInstanceInfo.PROFILE_ID);
    }

    /** Those that this GPU has. */
    List<Profile> profiles() throws InventoryException {
        List<Profile> result = new ArrayList<>();
        for (int profileEnum = 0; profileEnum < GpuProfile.knownEnums(); profileEnum++) {
            Memory info = cleared(Nvml.GpuInstanceProfileInfo.SIZE);
            int code = nvml.nvmlDeviceGetGpuInstanceProfileInfo(handle, profileEnum, info);
            if (absent(code)) {
                continue;
            }
            check(code, "GPU instance profile " + profileEnum + " of GPU " + index);
            int maxInstances = info.getInt(Nvml.GpuInstanceProfileInfo.INSTANCE_COUNT);
            if (maxInstances < 1) {
                continue;
            }
            result.add(new Profile(
                    info.getInt(Nvml.GpuInstanceProfileInfo.ID),
                    profileEnum,
                    info.getInt(Nvml.GpuInstanceProfileInfo.SLICE_COUNT),
                    maxInstances,
                    info.getLong(Nvml.GpuInstanceProfileInfo.MEMORY_SIZE_MB) * MIB));
        }
        return result;
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
        Memory info = cleared(Nvml.GpuInstanceInfo.SIZE);
        check(nvml.nvmlGpuInstanceGetInfo(gpuInstance, info), "a GPU instance of GPU " + index);
        return window(info, Nvml.GpuInstanceInfo.PLACEMENT_START);
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
        for (int profileEnum = 0; profileEnum < Nvml.ComputeInstanceProfileInfo.ENUMS; profileEnum++) {
            Optional<Memory> info = computeProfile(gpuInstance, profileEnum);
            if (info.isEmpty()) {
                continue;
            }
            Pointer[] handles = new Pointer[info.get().getInt(Nvml.ComputeInstanceProfileInfo.INSTANCE_COUNT)];
            IntByReference count = new IntByReference(handles.length);
            check(
                    nvml.nvmlGpuInstanceGetComputeInstances(
                            gpuInstance, info.get().getInt(Nvml.ComputeInstanceProfileInfo.ID), handles, count),
                    "compute instances of GPU " + index);
            for (int i = 0; i < count.getValue(); i++) {
                result.add(new ComputeInstance(
                        handles[i], info.get().getInt(Nvml.ComputeInstanceProfileInfo.SLICE_COUNT)));
            }
        }
        return result;
    }

    /** Makes the one compute instance that has all slices of its GPU instance. */
    Pointer createWholeComputeInstance(Pointer gpuInstance, int slices, SliceKey key) throws InventoryException {
        for (int profileEnum = 0; profileEnum < Nvml.ComputeInstanceProfileInfo.ENUMS; profileEnum++) {
            Optional<Memory> info = computeProfile(gpuInstance, profileEnum);
            if (info.isPresent() && info.get().getInt(Nvml.ComputeInstanceProfileInfo.SLICE_COUNT) == slices) {
                PointerByReference made = new PointerByReference();
                int id = info.get().getInt(Nvml.ComputeInstanceProfileInfo.ID);
                check(nvml.nvmlGpuInstanceCreateComputeInstance(gpuInstance, id, made), "compute instance of " + key);
                return made.getValue();
            }
        }
        throw new InventoryException(
                NvmlReturn.NOT_SUPPORTED, "compute instance of " + key + ": the driver offers none of all its slices");
    }

    void destroyComputeInstance(Pointer computeInstance, SliceKey key) throws InventoryException {
        check(nvml.nvmlComputeInstanceDestroy(computeInstance), "destroy the compute instance of " + key);
    }

    /** By the handle that the compute instance tells, since walking all MIG devices takes seconds under load. */
    String uuidOf(ComputeInstance computeInstance) throws InventoryException {
        Memory info = cleared(Nvml.ComputeInstanceInfo.SIZE);
        check(nvml.nvmlComputeInstanceGetInfo_v2(computeInstance.handle(), info), "a compute instance of GPU " + index);
        return uuid(info.getPointer(Nvml.ComputeInstanceInfo.DEVICE));
    }

    static void check(int code, String what) throws InventoryException {
        if (code != NvmlReturn.SUCCESS.code()) {
            throw new InventoryException(NvmlReturn.of(code), what);
        }
    }

    private Optional<Memory> computeProfile(Pointer gpuInstance, int profileEnum) throws InventoryException {
        Memory info = cleared(Nvml.ComputeInstanceProfileInfo.SIZE);
        int code = nvml.nvmlGpuInstanceGetComputeInstanceProfileInfo(gpuInstance, profileEnum, 0, info);
        if (absent(code)) {
            return Optional.empty();
        }
        check(code, "compute instance profile " + profileEnum + " of GPU " + index);
        return Optional.of(info);
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
