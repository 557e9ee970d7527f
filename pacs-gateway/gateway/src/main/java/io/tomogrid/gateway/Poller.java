package io.tomogrid.gateway;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that looks for work again and again, at once when it is woken; what goes wrong is logged and tried again. */
public final class Poller implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Poller.class);
    private static final long GRACE_MILLIS = 10_000;

    private final String name;
    private final Duration pause;
    private final Work work;
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;

    /** What is looked for. Interrupted when the poller closes. */
    @FunctionalInterface
    public interface Work {
        void run() throws InterruptedException;
    }

    private Poller(String name, Duration pause, Work work) {
        this.name = name;
        this.pause = pause;
        this.work = work;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** @param pause longest time between two looks */
    public static Poller start(String name, Duration pause, Work work) {
        Poller poller = new Poller(name, pause, work);
        poller.thread.start();
        return poller;
    }

    /** Looks at once. */
    public void wake() {
        wake.release();
    }

    private void run() {
        while (!closed) {
            try {
                look();
                if (wake.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            } catch (InterruptedException closing) {
                return;
            }
        }
    }

    private void look() throws InterruptedException {
        try {
            work.run();
        } catch (RuntimeException e) {
            if (!closed) {
                log.error("{} failed and will try again", name, e);
            }
        }
    }

    /** Interrupts the work and waits for its end. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(GRACE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
