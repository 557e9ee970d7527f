package io.tomogrid.engine.cuda;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Memory of the device. Whoever makes it closes it. */
final class DeviceBuffer implements AutoCloseable {
    private static final long MIB = 1 << 20;

    private final CudaDevice device;
    private final String what;
    private final long bytes;
    private final CUdeviceptr address = new CUdeviceptr();

    private DeviceBuffer(CudaDevice device, String what, long bytes) {
        this.device = device;
        this.what = what;
        this.bytes = bytes;
    }

    /**
     * Memory with nothing meaningful in it.
     *
     * @param what it is for, for messages, e.g. {@code voxels of the source}
     * @throws CudaException if so much is not free; the message says how much is
     */
    static DeviceBuffer allocate(CudaDevice device, String what, long bytes) {
        device.use();
        DeviceBuffer buffer = new DeviceBuffer(device, what, bytes);
        int code = JCudaDriver.cuMemAlloc(buffer.address, Math.max(1, bytes));
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            CudaDevice.Memory memory = device.memory();
            throw new CudaException(
                    what + " on " + device.name(),
                    code,
                    "it needs " + mib(bytes) + " MiB, of the device's " + memory.total() / MIB + " MiB "
                            + memory.free() / MIB + " MiB are free: let the job lease a slice with at least "
                            + mib(bytes - memory.free()) + " MiB more, or set " + Backends.VARIABLE + "=cpu");
        }
        CudaException.check(code, what);
        return buffer;
    }

    private static long mib(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }

    static DeviceBuffer upload(CudaDevice device, String what, float[] values) {
        return upload(device, what, Pointer.to(values), (long) values.length * Float.BYTES);
    }

    static DeviceBuffer upload(CudaDevice device, String what, double[] values) {
        return upload(device, what, Pointer.to(values), (long) values.length * Double.BYTES);
    }

    static DeviceBuffer upload(CudaDevice device, String what, int[] values) {
        return upload(device, what, Pointer.to(values), (long) values.length * Integer.BYTES);
    }

    static DeviceBuffer upload(CudaDevice device, String what, short[] values) {
        return upload(device, what, Pointer.to(values), (long) values.length * Short.BYTES);
    }

    static DeviceBuffer upload(CudaDevice device, String what, byte[] values) {
        return upload(device, what, Pointer.to(values), values.length);
    }

    private static DeviceBuffer upload(CudaDevice device, String what, Pointer values, long bytes) {
        DeviceBuffer buffer = allocate(device, what, bytes);
        int code = JCudaDriver.cuMemcpyHtoD(buffer.address, values, bytes);
        if (code != CUresult.CUDA_SUCCESS) {
            buffer.close();
        }
        CudaException.check(code, "upload of " + what);
        return buffer;
    }

    /** @param into OVERWRITTEN in its first {@code count} bytes, at most those of the buffer */
    void download(Pointer into, long count) {
        device.use();
        CudaException.check(JCudaDriver.cuMemcpyDtoH(into, address, count), "download of " + what);
    }

    void download(Pointer into) {
        download(into, bytes);
    }

    /** Its address, as an argument of a kernel. */
    Pointer argument() {
        return Pointer.to(address);
    }

    @Override
    public void close() {
        device.use();
        CudaException.check(JCudaDriver.cuMemFree(address), "freeing " + what);
    }
}
