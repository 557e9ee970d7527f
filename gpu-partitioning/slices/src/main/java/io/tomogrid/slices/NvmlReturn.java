package io.tomogrid.slices;

import java.util.Arrays;

/** nvmlReturn_t of nvml.h, as far as the slices' calls answer it. */
public enum NvmlReturn {
    SUCCESS(0),
    UNINITIALIZED(1),
    INVALID_ARGUMENT(2),
    NOT_SUPPORTED(3),
    NO_PERMISSION(4),
    NOT_FOUND(6),
    INSUFFICIENT_SIZE(7),
    DRIVER_NOT_LOADED(9),
    TIMEOUT(10),
    LIBRARY_NOT_FOUND(12),
    FUNCTION_NOT_FOUND(13),
    GPU_IS_LOST(15),
    RESET_REQUIRED(16),
    IN_USE(19),
    INSUFFICIENT_RESOURCES(23),
    VERSION_MISMATCH(25),
    UNKNOWN(999);

    private final int code;

    NvmlReturn(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    static NvmlReturn of(int code) {
        return Arrays.stream(values()).filter(r -> r.code == code).findFirst().orElse(UNKNOWN);
    }
}
