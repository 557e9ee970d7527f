package io.tomogrid.engine.cuda;

import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** Memory of the device. Whoever makes it closes it. */
final class DeviceBuffer implements AutoCloseable {
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
     * @throws CudaException if so much is not free, or more than this process's {@link MemoryQuota}; the message says how much is
     */
    static DeviceBuffer allocate(CudaDevice device, String what, long bytes) {
        device.use();
        DeviceBuffer buffer = new DeviceBuffer(device, what, bytes);
        if (!device.quota().take(bytes)) {
            throw CudaException.outOfMemory(what, device, bytes);
        }
        int code = JCudaDriver.cuMemAlloc(buffer.address, Math.max(1, bytes));
        if (code != CUresult.CUDA_SUCCESS) {
            device.quota().giveBack(bytes);
        }
        if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw CudaException.outOfMemory(what, device, bytes);
        }
        CudaException.check(code, what);
        DeviceMemory.taken(bytes);
        return buffer;
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

    /** @param values as many bytes as the buffer has */
    void fill(Pointer values) {
        fill(values, bytes);
    }

    /** @param count bytes from the start, at most those of the buffer */
    void fill(Pointer values, long count) {
        device.use();
        CudaException.check(JCudaDriver.cuMemcpyHtoD(address, values, count), "upload of " + what);
    }

    /** Copies in the stream's order. @param count bytes, at most those of the buffer */
    void copyFrom(PinnedBuffer from, long count, CUstream stream) {
        device.use();
        CudaException.check(JCudaDriver.cuMemcpyHtoDAsync(address, from.address(), count, stream), "upload of " + what);
    }

    /** All bytes 0. */
    void zero() {
        device.use();
        CudaException.check(JCudaDriver.cuMemsetD8(address, (byte) 0, bytes), "clearing " + what);
    }

    /** Closes all, also after one of them could not be freed. */
    static void closeAll(List<DeviceBuffer> buffers) {
        CudaException failed = null;
        for (DeviceBuffer buffer : buffers) {
            try {
                buffer.close();
            } catch (CudaException notFreed) {
                failed = failed == null ? notFreed : failed;
            }
        }
        buffers.clear();
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public void close() {
        device.use();
        CudaException.check(JCudaDriver.cuMemFree(address), "freeing " + what);
        device.quota().giveBack(bytes);
        DeviceMemory.given(bytes);
    }
}
