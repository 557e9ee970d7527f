package io.tomogrid.slices;

import java.util.Arrays;

/** nvmlReturn_t of nvml.h, as far as the slices' calls answer it. */
public enum NvmlReturn {
    SUCCESS(0, ""),
    UNINITIALIZED(1, "this is a fault of ours; report it"),
    INVALID_ARGUMENT(2, "the driver does not know what was asked for; update it if it is older than its GPU"),
    NOT_SUPPORTED(3, "this GPU, or its driver, cannot do it"),
    NO_PERMISSION(4, "run the agent as root or give it the capability mig/config"),
    NOT_FOUND(6, "look at the inventory anew"),
    INSUFFICIENT_SIZE(7, "this is a fault of ours; report it"),
    DRIVER_NOT_LOADED(9, "load the kernel module nvidia, then start anew"),
    TIMEOUT(10, "try again"),
    LIBRARY_NOT_FOUND(12, "install NVIDIA's driver, or work without a GPU"),
    FUNCTION_NOT_FOUND(13, "update NVIDIA's driver"),
    GPU_IS_LOST(15, "drain the host, reset or replace the GPU"),
    RESET_REQUIRED(16, "drain the GPU, then reset it: nvidia-smi --gpu-reset"),
    IN_USE(19, "end the processes that use it, then try again"),
    INSUFFICIENT_RESOURCES(23, "destroy what overlaps first"),
    VERSION_MISMATCH(25, "the driver does not know this version of a structure; update it"),
    UNKNOWN(999, "look into the kernel's log");

    private final int code;
    private final String remedy;

    NvmlReturn(int code, String remedy) {
        this.code = code;
        this.remedy = remedy;
    }

    /** What to do about it; empty for SUCCESS. */
    public String remedy() {
        return remedy;
    }

    public int code() {
        return code;
    }

    static NvmlReturn of(int code) {
        return Arrays.stream(values()).filter(r -> r.code == code).findFirst().orElse(UNKNOWN);
    }
}
