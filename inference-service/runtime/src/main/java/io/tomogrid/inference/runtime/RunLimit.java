package io.tomogrid.inference.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The longest that one run may take. ONNX Runtime looks between two nodes, and in each round of a loop, whether it is told
 * to end; a single node that takes longer is not broken off.
 */
final class RunLimit implements AutoCloseable {
    private static final ScheduledThreadPoolExecutor CLOCK = clock();

    private final OrtSession.RunOptions options;
    private final ScheduledFuture<?> alarm;
    private boolean closed;
    private boolean passed;

    RunLimit(Duration limit) throws OrtException {
        options = new OrtSession.RunOptions();
        alarm = CLOCK.schedule(this::end, limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    OrtSession.RunOptions options() {
        return options;
    }

    /** Whether the run was told to end. */
    synchronized boolean passed() {
        return passed;
    }

    /** Tells the run to end now. */
    synchronized void end() {
        if (closed) {
            return;
        }
        passed = true;
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot be told to end a run", e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        alarm.cancel(false);
        options.close();
    }

    private static ScheduledThreadPoolExecutor clock() {
        var clock = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "model-run-limit");
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        return clock;
    }
}
