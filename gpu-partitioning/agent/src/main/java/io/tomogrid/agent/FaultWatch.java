package io.tomogrid.agent;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.Inventory;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.converge.Converge;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for what the GPUs report, keeps it, and ends the Worker of a card that is lost. */
final class FaultWatch implements AutoCloseable {
    /** What the GPUs report; waits until there is something, at most for so long. */
    interface Source {
        List<Fault> next(Duration timeout) throws InventoryException;
    }

    private static final Logger log = LoggerFactory.getLogger(FaultWatch.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Source source;
    private final Inventory inventory;
    private final HostState state;
    private final Workers workers;
    private final Converge converge;
    private final Thread thread;
    private volatile boolean closing;

    private FaultWatch(Source source, Inventory inventory, HostState state, Workers workers, Converge converge) {
        this.source = source;
        this.inventory = inventory;
        this.state = state;
        this.workers = workers;
        this.converge = converge;
        this.thread = new Thread(this::run, "watches-faults");
        thread.setDaemon(true);
    }

    static FaultWatch start(Source source, Inventory inventory, HostState state, Workers workers, Converge converge) {
        FaultWatch watch = new FaultWatch(source, inventory, state, workers, converge);
        watch.thread.start();
        return watch;
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(2 * LOOK.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        String trouble = "";
        while (!closing) {
            String now = "";
            try {
                for (Fault fault : source.next(LOOK)) {
                    take(fault);
                }
                if (!converge.unfinished().isEmpty()) {
                    converge.repair();
                }
            } catch (InventoryException | IOException | RuntimeException e) {
                now = e.toString();
                pause();
            }
            if (!now.isEmpty() && !now.equals(trouble) && !closing) {
                log.error("the GPUs' faults are not known: {}", now);
            }
            trouble = now;
        }
    }

    private void take(Fault fault) throws IOException, InventoryException {
        if (!state.add(fault)) {
            return;
        }
        log.error(
                "{}{}: {}", fault.gpuUuid(), fault.slice().map(key -> " " + key).orElse(""), fault.because());
        if (fault.lost()) {
            for (Gpu gpu : inventory.read().gpus()) {
                if (gpu.uuid().equals(fault.gpuUuid())) {
                    workers.end(gpu);
                }
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
