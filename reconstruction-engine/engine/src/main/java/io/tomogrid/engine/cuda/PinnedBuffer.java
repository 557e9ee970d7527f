package io.tomogrid.engine.cuda;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Memory of the host that the device fetches by itself, at the bus's full rate. Whoever makes it closes it. */
final class PinnedBuffer implements AutoCloseable {
    private final CudaDevice device;
    private final String what;
    private final Pointer address = new Pointer();
    private final FloatBuffer values;

    /** @param floats at most 2^29 */
    PinnedBuffer(CudaDevice device, String what, int floats) {
        this.device = device;
        this.what = what;
        device.use();
        long bytes = Math.multiplyExact(floats, Float.BYTES);
        CudaException.check(JCudaDriver.cuMemHostAlloc(address, bytes, 0), "pinned memory for " + what);
        values = address.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** From the first to the last, cleared. */
    FloatBuffer values() {
        return values.duplicate();
    }

    Pointer address() {
        return address;
    }

    @Override
    public void close() {
        device.use();
        CudaException.check(JCudaDriver.cuMemFreeHost(address), "freeing pinned memory for " + what);
    }
}
