package io.tomogrid.slices.process;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A second process of a child's, warm and waiting to take its place. It is started while the processors have nothing better to
 * do: not while others start anew after whatever ended the child, unless they never rest.
 */
final class Spare implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Spare.class);
    private static final double BUSY = 0.5;

    private final ChildSpec spec;
    private final String warmUp;
    private final Duration after;
    private final Duration patience;
    private Process process;
    private long since = System.nanoTime();

    /**
     * @param warmUp main class of what it does before it waits
     * @param after so long after the last one was started or taken, if the processors rest
     * @param patience so long after that in any case
     */
    Spare(ChildSpec spec, String warmUp, Duration after, Duration patience) {
        this.spec = spec;
        this.warmUp = warmUp;
        this.after = after;
        this.patience = patience;
    }

    /** Starts one if there is none and the time has come. */
    synchronized void look() {
        long waited = System.nanoTime() - since;
        if (isThere() || waited < after.toNanos() || waited < patience.toNanos() && busy()) {
            return;
        }
        since = System.nanoTime();
        try {
            process = Supervisor.launch(spec, Map.of(ChildMain.STANDBY, warmUp), false);
        } catch (IOException e) {
            log.warn("no spare of {} can be started: {}", spec.name(), e.toString());
        }
    }

    /** Sends it into its place. @return empty if there is none */
    synchronized Optional<Process> take() {
        since = System.nanoTime();
        if (!isThere()) {
            return Optional.empty();
        }
        Process taken = process;
        process = null;
        try {
            taken.getOutputStream().write('\n');
            taken.getOutputStream().flush();
            return Optional.of(taken);
        } catch (IOException hasEnded) {
            taken.destroyForcibly();
            return Optional.empty();
        }
    }

    synchronized boolean isThere() {
        return process != null && process.isAlive();
    }

    @Override
    public synchronized void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private static boolean busy() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getCpuLoad() > BUSY;
    }
}
