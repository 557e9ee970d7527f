package io.tomogrid.slices;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/** The functions of libnvidia-ml.so.1 that cutting and watching need (nvml.h 13). All answer nvmlReturn_t. */
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

    int nvmlComputeInstanceGetInfo_v2(Pointer computeInstance, Pointer info);

    int nvmlComputeInstanceDestroy(Pointer computeInstance);

    int nvmlSystemGetDriverVersion(byte[] version, int length);

    /** The result arrives in activation: RESET_REQUIRED or IN_USE, while the call itself answers SUCCESS. */
    int nvmlDeviceSetMigMode(Pointer device, int mode, IntByReference activation);

    int nvmlDeviceGetVirtualizationMode(Pointer device, IntByReference mode);

    /** Since driver 470; the version goes in by the structure's first member. */
    int nvmlDeviceGetGpuInstanceProfileInfoV(Pointer device, int profileEnum, Pointer info);

    int nvmlDeviceGetGpuInstanceRemainingCapacity(Pointer device, int profileId, IntByReference count);

    int nvmlGpuInstanceGetComputeInstancePossiblePlacements(
            Pointer gpuInstance, int profileId, Pointer placements, IntByReference count);

    int nvmlGpuInstanceCreateComputeInstanceWithPlacement(
            Pointer gpuInstance, int profileId, Pointer placement, PointerByReference computeInstance);

    int nvmlDeviceGetTotalEnergyConsumption(Pointer device, LongByReference millijoules);

    int nvmlDeviceGetPowerUsage(Pointer device, IntByReference milliwatts);

    int nvmlDeviceGetUtilizationRates(Pointer device, Pointer rates);

    int nvmlGpmQueryDeviceSupport(Pointer device, Pointer support);

    int nvmlGpmSampleAlloc(PointerByReference sample);

    int nvmlGpmSampleFree(Pointer sample);

    int nvmlGpmMigSampleGet(Pointer device, int gpuInstance, Pointer sample);

    int nvmlGpmMetricsGet(Pointer metrics);

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
        static final int COMPUTE_INSTANCE = 28;
        /** The event belongs to no GPU instance. */
        static final int NONE = 0xFFFFFFFF;

        private EventData() {}
    }

    /**
     * A version of nvmlGpuInstanceProfileInfo_t. The second and the third have the same size, so that nothing but the version
     * tells a driver which is meant.
     *
     * @param size sizeof
     * @param version what goes into its first member; 0 for the first version, which has no such member
     * @param id offset of the profile's id, as of the following
     */
    record ProfileInfo(
            int size, int version, int id, int sliceCount, int instanceCount, int multiprocessors, int memoryMib) {
        private static final int NUMBER = 24;
        static final ProfileInfo V3 = new ProfileInfo(152, 152 | 3 << NUMBER, 4, 8, 12, 16, 40);
        static final ProfileInfo V2 = new ProfileInfo(152, 152 | 2 << NUMBER, 4, 12, 16, 20, 48);
        static final ProfileInfo V1 = new ProfileInfo(48, 0, 0, 8, 12, 16, 40);
    }

    /** nvmlGpmMetricsGet_t and nvmlGpmMetric_t. */
    final class GpmMetrics {
        static final int VERSION = 1;
        static final int COUNT = 4;
        static final int SAMPLE_1 = 8;
        static final int SAMPLE_2 = 16;
        static final int METRICS = 24;
        static final int METRIC_SIZE = 40;
        static final int CODE = 4;
        static final int VALUE = 8;
        /** NVML_GPM_METRIC_SM_UTIL and NVML_GPM_METRIC_DRAM_BW_UTIL, both in percent. */
        static final int MULTIPROCESSORS = 2;

        static final int MEMORY_BANDWIDTH = 10;

        private GpmMetrics() {}
    }

    /** nvmlGpuInstanceInfo_t. */
    final class GpuInstanceInfo {
        static final int SIZE = 24;
        static final int ID = 8;
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

        static final int ID = 16;
        static final int PLACEMENT_START = 24;

        private ComputeInstanceInfo() {}
    }
}
