package io.tomogrid.agent;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuFault;
import io.tomogrid.slices.Inventory;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.converge.Converge;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for what the GPUs report, keeps it, and ends the Worker of a card that is lost. */
final class FaultWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FaultWatch.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Inventory inventory;
    private final HostState state;
    private final Workers workers;
    private final Converge converge;
    private final Thread thread;
    private volatile boolean closing;

    private FaultWatch(Inventory inventory, HostState state, Workers workers, Converge converge) {
        this.inventory = inventory;
        this.state = state;
        this.workers = workers;
        this.converge = converge;
        this.thread = new Thread(this::run, "watches-faults");
        thread.setDaemon(true);
    }

    static FaultWatch start(Inventory inventory, HostState state, Workers workers, Converge converge) {
        FaultWatch watch = new FaultWatch(inventory, state, workers, converge);
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
                for (GpuFault fault : inventory.faults(LOOK)) {
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

    /** One of a program is that program's, and is told once for the log. */
    private void take(GpuFault seen) throws IOException, InventoryException {
        if (seen.ofApplication()) {
            log.warn("{}", seen);
            return;
        }
        // an operator's heal must not come between what the device says and what is kept of it
        synchronized (state) {
            if (!seen.lasting() || inventory.lasting(seen.gpu()).isPresent()) {
                keep(seen);
            }
        }
    }

    private void keep(GpuFault seen) throws IOException, InventoryException {
        Optional<Gpu> gpu = inventory.read().gpus().stream()
                .filter(g -> g.index() == seen.gpu())
                .findFirst();
        if (gpu.isEmpty() || gpu.get().uuid().isEmpty()) {
            log.error("{}, and was so before it could be named", seen);
            return;
        }
        Fault fault = Fault.of(seen, gpu.get().uuid(), Instant.now());
        if (state.add(fault)) {
            log.error(
                    "{} is not used on: {}",
                    fault.slice().map(SliceKey::toString).orElse("GPU " + seen.gpu()),
                    seen);
        }
        if (fault.lost()) {
            workers.end(gpu.get());
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
