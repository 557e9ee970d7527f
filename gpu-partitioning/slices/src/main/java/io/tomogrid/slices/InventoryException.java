package io.tomogrid.slices;

/** A GPU, real or simulated, refused. */
public final class InventoryException extends Exception {
    private final NvmlReturn code;

    public InventoryException(NvmlReturn code, String message) {
        super(message + " (NVML " + code.code() + " " + code + "); " + code.remedy());
        this.code = code;
    }

    public NvmlReturn code() {
        return code;
    }
}
