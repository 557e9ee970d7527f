package io.tomogrid.inference.service.swap;

import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.service.runner.ModelRunner;
import io.tomogrid.inference.service.runner.RunnerKind;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A version in memory with a count of its users, so that it is closed after the last of them and never under one. Born
 * with one user: its owner, who lets go by {@link #release} when it is to end.
 */
final class LiveVersion {
    private final ModelRunner runner;
    private final RunnerKind kind;
    private final VersionStats stats = new VersionStats();
    private final CountDownLatch closed = new CountDownLatch(1);
    private int users = 1;

    LiveVersion(ModelRunner runner, RunnerKind kind) {
        this.runner = runner;
        this.kind = kind;
    }

    ModelRunner runner() {
        return runner;
    }

    ModelPackage pack() {
        return runner.pack();
    }

    RunnerKind kind() {
        return kind;
    }

    VersionStats stats() {
        return stats;
    }

    /** @return false if it has been closed already: look again who serves */
    synchronized boolean retain() {
        if (users == 0) {
            return false;
        }
        users++;
        return true;
    }

    void release() {
        synchronized (this) {
            users--;
            if (users > 0) {
                return;
            }
        }
        try {
            runner.close();
        } finally {
            closed.countDown();
        }
    }

    synchronized int users() {
        return users;
    }

    /** @return whether it has been closed within this time */
    boolean awaitClosed(Duration patience) throws InterruptedException {
        return closed.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public String toString() {
        return pack().name() + " " + pack().version();
    }
}
