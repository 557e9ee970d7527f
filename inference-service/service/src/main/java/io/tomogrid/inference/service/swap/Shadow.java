package io.tomogrid.inference.service.swap;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.service.runner.RunnerLost;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Asks a version what another one was asked, and compares. One request at a time; those that come meanwhile are let pass,
 * so that nobody waits for a version that answers nobody.
 */
final class Shadow implements AutoCloseable {
    /** Numbers that differ by less of the greatest one are taken as equal. */
    private static final double SAME = 1e-3;

    private final LiveVersion version;
    private final ThreadPoolExecutor asker =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), task -> {
                Thread thread = new Thread(task, "model-shadow");
                thread.setDaemon(true);
                return thread;
            });
    private long compared;
    private double agreement;

    Shadow(LiveVersion version) {
        this.version = version;
    }

    LiveVersion version() {
        return version;
    }

    /** @param outputs what was answered */
    void ask(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        try {
            asker.execute(() -> compare(inputs, outputs));
        } catch (RejectedExecutionException busy) {
            // one request less to compare: the next one will do
            return;
        }
    }

    private void compare(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        if (!version.retain()) {
            return;
        }
        try {
            long began = System.nanoTime();
            Map<String, Tensor> own = version.runner().run(inputs);
            String bad = VersionStats.notFinite(own);
            if (!bad.isEmpty()) {
                version.stats().failed("output " + bad + " has values that are not numbers");
                return;
            }
            double same = outputs.entrySet().stream()
                    .mapToDouble(o -> agreement(o.getValue(), own.get(o.getKey())))
                    .min()
                    .orElse(1);
            synchronized (this) {
                compared++;
                agreement += same;
            }
            version.stats().summed(VersionStats.summary(own));
            version.stats().answered(System.nanoTime() - began);
        } catch (ModelException | RunnerLost e) {
            version.stats().failed(e.getMessage());
        } finally {
            version.release();
        }
    }

    /** @return mean share of the values that are the same, 1 before anything was compared */
    synchronized double agreement() {
        return compared == 0 ? 1 : agreement / compared;
    }

    synchronized long compared() {
        return compared;
    }

    /** Share of the elements that are equal: labels exactly, numbers within a thousandth of the greatest. */
    static double agreement(Tensor a, Tensor b) {
        if (b == null || a.type() != b.type() || !Arrays.equals(a.shape(), b.shape())) {
            return 0;
        }
        ByteBuffer x = a.data();
        ByteBuffer y = b.data();
        int bytes = a.type().bytes();
        int n = x.remaining() / bytes;
        double tolerance = a.type() == Tensor.Type.FP32 ? SAME * greatest(x) : 0;
        int same = 0;
        for (int i = 0; i < n; i++) {
            if (a.type() == Tensor.Type.FP32
                    ? Math.abs(x.getFloat(4 * i) - y.getFloat(4 * i)) <= tolerance
                    : equal(x, y, i * bytes, bytes)) {
                same++;
            }
        }
        return n == 0 ? 1 : (double) same / n;
    }

    private static boolean equal(ByteBuffer x, ByteBuffer y, int at, int bytes) {
        for (int i = at; i < at + bytes; i++) {
            if (x.get(i) != y.get(i)) {
                return false;
            }
        }
        return true;
    }

    private static double greatest(ByteBuffer floats) {
        float greatest = 0;
        for (int i = 0; i < floats.limit(); i += Float.BYTES) {
            greatest = Math.max(greatest, Math.abs(floats.getFloat(i)));
        }
        return greatest;
    }

    @Override
    public void close() {
        asker.shutdown();
    }
}
