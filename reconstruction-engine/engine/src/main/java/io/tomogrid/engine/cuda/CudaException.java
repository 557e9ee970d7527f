package io.tomogrid.engine.cuda;

import java.util.Optional;
import jcuda.driver.CUresult;

/** The device could not do something. The message says what, the driver's code, and what to do next. */
public final class CudaException extends RuntimeException {
    private static final String SCRIPT = "reconstruction-engine/engine/src/main/cuda/build-ptx.sh";
    private static final long MIB = 1 << 20;

    private final int code;
    private final transient Needed needed;

    /**
     * What a lack of memory asks for.
     *
     * @param device name by the driver @param bytes of memory that a device or a slice of it must have
     */
    public record Needed(String device, long bytes) {}

    /**
     * @param doing e.g. {@code kernel resample}
     * @param code of the driver, see {@link CUresult}
     * @param next what to do about it
     */
    public CudaException(String doing, int code, String next) {
        this(doing, code, next, null);
    }

    private CudaException(String doing, int code, String next, Needed needed) {
        super(doing + ": " + CUresult.stringFor(code) + " (" + code + "); " + next);
        this.code = code;
        this.needed = needed;
    }

    /** So much is not free. @param larger the slice that would do */
    public static CudaException outOfMemory(String doing, String next, Needed larger) {
        return new CudaException(doing, CUresult.CUDA_ERROR_OUT_OF_MEMORY, next, larger);
    }

    /** So much is not free. @param what it was wanted for */
    static CudaException outOfMemory(String what, CudaDevice device, long bytes) {
        CudaDevice.Memory memory = device.memory();
        long larger = bytes + memory.total() - memory.free();
        return outOfMemory(
                what + " on " + device.name(),
                "it needs " + mib(bytes) + " MiB, of the device's " + memory.total() / MIB + " MiB" + device.quota()
                        + " " + memory.free() / MIB + " MiB are free: let the job lease a slice of at least "
                        + mib(larger) + " MiB, or set " + Backends.VARIABLE + "=cpu",
                new Needed(device.name(), larger));
    }

    private static long mib(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }

    /** What would do, where memory was lacking and that is known. */
    public Optional<Needed> needed() {
        return Optional.ofNullable(needed);
    }

    /** Of the driver, see {@link CUresult}. */
    public int code() {
        return code;
    }

    /** Whether a device with more memory would have done it. */
    public boolean outOfMemory() {
        return code == CUresult.CUDA_ERROR_OUT_OF_MEMORY;
    }

    /** Whether every further call of this process will fail too, so that it must end. */
    public boolean deviceLost() {
        return switch (code) {
            case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED,
                    CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
                    CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
                    CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
                    CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
                    CUresult.CUDA_ERROR_INVALID_PC,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_ASSERT,
                    CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_DEINITIALIZED,
                    CUresult.CUDA_ERROR_UNKNOWN -> true;
            default -> false;
        };
    }

    /** @throws CudaException unless the code is success */
    static void check(int code, String doing) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw new CudaException(doing, code, next(code));
        }
    }

    private static String next(int code) {
        return switch (code) {
            case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED,
                    CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION ->
                "the process has lost its device: it must end before "
                        + "the job is tried again; report it with what ./tomogrid gpu-selftest says";
            case CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION ->
                "the driver is older than the kernels: install one of CUDA 11.8 or later; kernels of another version "
                        + "than PTX 7.8 were not made by " + SCRIPT + ", run it";
            case CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU ->
                "the kernels need a device of compute capability 8.0 or later";
            case CUresult.CUDA_ERROR_INVALID_PTX, CUresult.CUDA_ERROR_INVALID_IMAGE ->
                "the kernels are damaged, or their device is of a compute capability below 8.0: install the program anew, "
                        + "or run " + SCRIPT;
            case CUresult.CUDA_ERROR_NOT_FOUND -> "the PTX has fallen behind its sources: run " + SCRIPT;
            case CUresult.CUDA_ERROR_ECC_UNCORRECTABLE -> "the device's memory is damaged: take it out of service";
            default ->
                "look at the kernel log for NVRM: Xid and run ./tomogrid gpu-selftest; " + Backends.VARIABLE
                        + "=cpu does without the device";
        };
    }
}
