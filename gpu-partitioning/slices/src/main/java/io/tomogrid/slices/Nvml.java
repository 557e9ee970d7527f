package io.tomogrid.slices;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/** The functions of libnvidia-ml.so.1 that cutting needs (nvml.h 12, "Multi Instance GPU Management"). All answer nvmlReturn_t. */
interface Nvml extends Library {
    int UUID_LENGTH = 96;
    int NAME_LENGTH = 96;
    /** sizeof(nvmlMemory_t): total, free, used as 64-bit bytes. */
    int MEMORY_SIZE = 24;
    /** sizeof(nvmlGpuInstancePlacement_t): start, size. */
    int PLACEMENT_SIZE = 8;

    /** nvmlEventTypeXidCriticalError. */
    long EVENT_XID = 8;

    int nvmlInit_v2();

    int nvmlShutdown();

    int nvmlDeviceGetCount_v2(IntByReference count);

    int nvmlDeviceGetHandleByIndex_v2(int index, PointerByReference device);

    int nvmlDeviceGetUUID(Pointer device, byte[] uuid, int length);

    int nvmlDeviceGetName(Pointer device, byte[] name, int length);

    int nvmlDeviceGetMemoryInfo(Pointer device, Pointer memory);

    int nvmlDeviceGetMigMode(Pointer device, IntByReference current, IntByReference pending);

    /** Takes the enum; all others take the id that it answers. */
    int nvmlDeviceGetGpuInstanceProfileInfo(Pointer device, int profileEnum, Pointer info);

    int nvmlDeviceGetGpuInstancePossiblePlacements_v2(
            Pointer device, int profileId, Pointer placements, IntByReference count);

    int nvmlDeviceCreateGpuInstanceWithPlacement(
            Pointer device, int profileId, Pointer placement, PointerByReference gpuInstance);

    int nvmlDeviceGetGpuInstances(Pointer device, int profileId, Pointer[] gpuInstances, IntByReference count);

    int nvmlGpuInstanceGetInfo(Pointer gpuInstance, Pointer info);

    int nvmlGpuInstanceDestroy(Pointer gpuInstance);

    int nvmlGpuInstanceGetComputeInstanceProfileInfo(
            Pointer gpuInstance, int profileEnum, int engineProfile, Pointer info);

    int nvmlGpuInstanceGetComputeInstances(
            Pointer gpuInstance, int profileId, Pointer[] computeInstances, IntByReference count);

    int nvmlGpuInstanceCreateComputeInstance(Pointer gpuInstance, int profileId, PointerByReference computeInstance);

    int nvmlComputeInstanceGetInfo_v2(Pointer computeInstance, Pointer info);

    int nvmlComputeInstanceDestroy(Pointer computeInstance);

    int nvmlDeviceGetTotalEccErrors(Pointer device, int errorType, int counterType, LongByReference count);

    int nvmlDeviceGetGpuInstanceById(Pointer device, int id, PointerByReference gpuInstance);

    int nvmlEventSetCreate(PointerByReference set);

    int nvmlDeviceRegisterEvents(Pointer device, long types, Pointer set);

    int nvmlEventSetWait_v2(Pointer set, Pointer data, int millis);

    int nvmlEventSetFree(Pointer set);

    /** nvmlEventData_t. */
    final class EventData {
        static final int SIZE = 32;
        static final int DEVICE = 0;
        static final int TYPE = 8;
        static final int DATA = 16;
        static final int GPU_INSTANCE = 24;
        /** The event belongs to no GPU instance. */
        static final int NONE = 0xFFFFFFFF;

        private EventData() {}
    }

    /** nvmlGpuInstanceProfileInfo_t, the first version, whose layout never changed. */
    final class GpuInstanceProfileInfo {
        static final int SIZE = 48;
        static final int ID = 0;
        static final int SLICE_COUNT = 8;
        static final int INSTANCE_COUNT = 12;
        static final int MEMORY_SIZE_MB = 40;

        private GpuInstanceProfileInfo() {}
    }

    /** nvmlGpuInstanceInfo_t. */
    final class GpuInstanceInfo {
        static final int SIZE = 24;
        static final int PROFILE_ID = 12;
        static final int PLACEMENT_START = 16;

        private GpuInstanceInfo() {}
    }

    /** nvmlComputeInstanceProfileInfo_t, the first version. */
    final class ComputeInstanceProfileInfo {
        static final int SIZE = 36;
        static final int ID = 0;
        static final int SLICE_COUNT = 4;
        static final int INSTANCE_COUNT = 8;
        /** NVML_COMPUTE_INSTANCE_PROFILE_{1,2,3,4,7,8,6}_SLICE, _1_SLICE_REV1. */
        static final int ENUMS = 8;

        private ComputeInstanceProfileInfo() {}
    }

    /** nvmlComputeInstanceInfo_t. */
    final class ComputeInstanceInfo {
        static final int SIZE = 32;
        /** The handle of the MIG device, whose UUID is the slice's. */
        static final int DEVICE = 0;

        private ComputeInstanceInfo() {}
    }
}
