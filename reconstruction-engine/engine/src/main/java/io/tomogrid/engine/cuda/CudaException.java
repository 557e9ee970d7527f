package io.tomogrid.engine.cuda;

import jcuda.driver.CUresult;

/** The device could not do something. The message says what, the driver's code, and what to do next. */
public final class CudaException extends RuntimeException {
    private static final String SCRIPT = "reconstruction-engine/engine/src/main/cuda/build-ptx.sh";
    private static final long MIB = 1 << 20;

    private final int code;

    /**
     * @param doing e.g. {@code kernel resample}
     * @param code of the driver, see {@link CUresult}
     * @param next what to do about it
     */
    public CudaException(String doing, int code, String next) {
        super(doing + ": " + CUresult.stringFor(code) + " (" + code + "); " + next);
        this.code = code;
    }

    /** So much is not free. @param what it was wanted for */
    static CudaException outOfMemory(String what, CudaDevice device, long bytes) {
        CudaDevice.Memory memory = device.memory();
        return new CudaException(
                what + " on " + device.name(),
                CUresult.CUDA_ERROR_OUT_OF_MEMORY,
                "it needs " + mib(bytes) + " MiB, of the device's " + memory.total() / MIB + " MiB" + device.quota()
                        + " " + memory.free() / MIB + " MiB are free: let the job lease a slice of at least "
                        + mib(bytes + memory.total() - memory.free()) + " MiB, or set " + Backends.VARIABLE + "=cpu");
    }

    private static long mib(long bytes) {
        return (bytes + MIB - 1) / MIB;
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
