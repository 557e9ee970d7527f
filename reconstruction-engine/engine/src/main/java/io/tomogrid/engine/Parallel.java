package io.tomogrid.engine;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * Spreads the parts of a piece of work over threads. What a part is follows from the work alone, never from the number
 * of threads, so whatever a part computes by itself comes out the same on any machine.
 *
 * @param threads how many work at once, the caller among them; at least 1
 */
public record Parallel(int threads) {
    /* Threads are made per call: a study needs a dozen calls of 0.1 s and more, against 0.1 ms for a thread, and there
     * is no pool that someone must close or that other work of the process may have filled. */

    /** Below every part: nothing more is done once the caller was interrupted. */
    private static final int CANCELLED = -1;

    /** What a part, or {@link #CANCELLED}, ended with. */
    private record Failure(int part, Throwable thrown) {}

    public Parallel {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
        }
    }

    /** As many threads as the process may use processors. */
    public static Parallel onAllProcessors() {
        return new Parallel(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Runs the body for every part 0 … parts − 1, each once, in no particular order, and returns when all are done. The
     * bodies must write to disjoint places.
     *
     * @throws CancellationException if the caller is interrupted, whose interrupt status stays set; parts not begun are
     *     left out
     * @throws RuntimeException the failure of the lowest part that fails, whatever the number of threads; parts above it
     *     that are not begun are left out
     */
    public void run(int parts, IntConsumer body) {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Failure> failure = new AtomicReference<>();
        Thread[] helpers = new Thread[Math.max(0, Math.min(threads, parts) - 1)];
        for (int t = 0; t < helpers.length; t++) {
            helpers[t] = new Thread(() -> work(parts, body, next, failure), "tomogrid-engine-" + (t + 1));
            helpers[t].setDaemon(true);
            helpers[t].start();
        }
        work(parts, body, next, failure);
        boolean interrupted = joinAll(helpers, failure);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure.get() != null) {
            rethrow(failure.get().thrown);
        }
    }

    private static void work(int parts, IntConsumer body, AtomicInteger next, AtomicReference<Failure> failure) {
        int part = next.getAndIncrement();
        try {
            // Parts are taken in order, so every part below one that failed is in hand: it is done all the same, to
            // tell
            // which the lowest is.
            while (part < parts && part < lowest(failure)) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("interrupted");
                }
                body.accept(part);
                part = next.getAndIncrement();
            }
        } catch (CancellationException cancelled) {
            note(failure, new Failure(CANCELLED, cancelled));
        } catch (RuntimeException | Error thrown) {
            note(failure, new Failure(part, thrown));
        }
    }

    private static int lowest(AtomicReference<Failure> failure) {
        Failure noted = failure.get();
        return noted == null ? Integer.MAX_VALUE : noted.part;
    }

    private static void note(AtomicReference<Failure> failure, Failure one) {
        failure.accumulateAndGet(one, (noted, other) -> noted == null || other.part < noted.part ? other : noted);
    }

    private static boolean joinAll(Thread[] helpers, AtomicReference<Failure> failure) {
        boolean interrupted = false;
        for (Thread helper : helpers) {
            while (helper.isAlive()) {
                try {
                    helper.join();
                } catch (InterruptedException cancelled) {
                    // The helpers write into the caller's arrays: they are waited for all the same, but end after their
                    // part.
                    interrupted = true;
                    note(failure, new Failure(CANCELLED, new CancellationException("interrupted")));
                }
            }
        }
        return interrupted;
    }

    private static void rethrow(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
