package io.tomogrid.sparkjob;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what other processes do. */
final class Waiting {
    private static final long PAUSE_MILLIS = 5;

    private Waiting() {}

    /** Asks until the answer is not null; fails after the limit, naming what was waited for. */
    static <T> T forValue(String what, Duration limit, Callable<T> ask) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            T answer = ask.call();
            if (answer != null) {
                return answer;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new AssertionError("waited " + limit.toSeconds() + " s in vain for " + what);
    }
}
