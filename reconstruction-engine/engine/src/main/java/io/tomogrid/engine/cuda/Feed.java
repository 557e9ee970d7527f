package io.tomogrid.engine.cuda;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * Brings data to the device in blocks: the next block is gathered into pinned memory and copied by a stream of its own while the
 * kernels work on the one before.
 */
final class Feed implements AutoCloseable {
    /** A larger block brings nothing more, and pinned memory is the host's. */
    static final long MOST_BYTES = 64L << 20;

    private static final int TURNS = 2;

    private final CudaDevice device;
    private final String what;
    private final List<PinnedBuffer> pinned = new ArrayList<>();
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final CUstream stream = new CUstream();
    private final ExecutorService helper;

    /** Gathers a block. */
    @FunctionalInterface
    interface Source {
        /** @param into written from its start */
        void gather(int block, FloatBuffer into);
    }

    /** Works on a block that has come. */
    @FunctionalInterface
    interface Work {
        void on(int block, DeviceBuffer values);
    }

    /** @param floats of the largest block */
    Feed(CudaDevice device, String what, int floats) {
        this.device = device;
        this.what = what;
        device.use();
        CudaException.check(
                JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "stream for " + what);
        helper = Executors.newSingleThreadExecutor(runnable -> {
            Thread thread = new Thread(runnable, "tomogrid-feed");
            thread.setDaemon(true);
            return thread;
        });
        try {
            for (int turn = 0; turn < TURNS; turn++) {
                pinned.add(new PinnedBuffer(device, what, floats));
                buffers.add(DeviceBuffer.allocate(device, what, (long) floats * Float.BYTES));
            }
        } catch (RuntimeException noRoom) {
            close();
            throw noRoom;
        }
    }

    /** Bytes of the device's memory for blocks of so many floats. */
    static long bytes(long floats) {
        return TURNS * floats * Float.BYTES;
    }

    /**
     * Works on one block after the other.
     *
     * @throws CancellationException if the thread is interrupted, whose interrupt status stays set
     */
    void each(int blocks, Source source, Work work) {
        Future<?> coming = helper.submit(() -> bring(0, source));
        for (int block = 0; block < blocks; block++) {
            await(coming);
            int next = block + 1;
            coming = next < blocks ? helper.submit(() -> bring(next, source)) : null;
            work.on(block, buffers.get(block % TURNS));
        }
    }

    private void bring(int block, Source source) {
        PinnedBuffer from = pinned.get(block % TURNS);
        FloatBuffer values = from.values();
        source.gather(block, values);
        if (values.position() > 0) {
            buffers.get(block % TURNS).copyFrom(from, (long) values.position() * Float.BYTES, stream);
            CudaException.check(JCudaDriver.cuStreamSynchronize(stream), "upload of " + what);
        }
    }

    private static void await(Future<?> coming) {
        try {
            coming.get();
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(cancelled);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    @Override
    public void close() {
        helper.shutdown();
        boolean interrupted = false;
        while (!ended()) {
            // the buffers must not be freed under the helper's hands
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        device.use();
        try {
            CudaException.check(JCudaDriver.cuStreamDestroy(stream), "stream for " + what);
        } finally {
            try {
                DeviceBuffer.closeAll(buffers);
            } finally {
                pinned.forEach(PinnedBuffer::close);
            }
        }
    }

    private boolean ended() {
        try {
            return helper.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
