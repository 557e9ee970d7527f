package io.tomogrid.inference.service.swap;

import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.service.runner.RunnerKind;
import io.tomogrid.inference.service.runner.Runners;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Swings the pointers. What is to outlive a crash is on the disk before a request can see it; what no request sees any
 * more is drained and closed in the background.
 */
final class Switchboard implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Switchboard.class);
    /** How long runs that were told to end may take to do so. */
    private static final Duration ENDING = Duration.ofSeconds(10);
    /** A version whose process ends again so soon is not begun anew once more. */
    private static final Duration RECOVERY = Duration.ofSeconds(30);

    private final Routing routing;
    private final Pins pins;
    private final Pointers pointers;
    private final AuditLog audit;
    private final Runners runners;
    private final Map<String, Long> revived = new ConcurrentHashMap<>();
    private final ExecutorService undertakers = Executors.newCachedThreadPool(task -> daemon(task, "model-drain"));
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "model-clock"));

    Switchboard(Routing routing, Pins pins, Pointers pointers, AuditLog audit, Runners runners) {
        this.routing = routing;
        this.pins = pins;
        this.pointers = pointers;
        this.audit = audit;
        this.runners = runners;
        clock.scheduleWithFixedDelay(pins::expire, 1, 1, TimeUnit.SECONDS);
    }

    /** The version on trial serves; the one before stays warm for a while. @throws IOException nothing has changed */
    synchronized void switchTo(String model, LiveVersion next, String rollout, RolloutPolicy policy)
            throws IOException {
        Route before = routing.of(model);
        pointers.write(
                model,
                new Pointers.Pointer(Pointers.Target.of(next), before.serving().map(Pointers.Target::of)));
        boolean warm = !policy.keepWarm().isZero();
        routing.change(
                model,
                route -> Route.NONE
                        .serving(next)
                        .previous(warm ? before.serving() : Optional.empty())
                        .observed(policy.watch() > 0));
        note(
                model,
                rollout,
                Step.SWITCH,
                next,
                before.serving().map(v -> "after " + v.pack().version()).orElse(""),
                policy.by());
        before.previous().ifPresent(old -> retire(model, old, rollout, policy));
        if (warm) {
            before.serving()
                    .ifPresent(old -> clock.schedule(
                            () -> coolDown(model, old, rollout, policy),
                            policy.keepWarm().toMillis(),
                            TimeUnit.MILLISECONDS));
        } else {
            before.serving().ifPresent(old -> retire(model, old, rollout, policy));
        }
    }

    /**
     * The version before serves again, from the next request on.
     *
     * @param expected only if this one serves; empty for whichever does
     * @param atFault whether the version that goes must not finish the work that it began
     * @return the version that serves now; empty if none is kept warm
     */
    synchronized Optional<LiveVersion> rollBack(
            String model,
            Optional<LiveVersion> expected,
            String rollout,
            String reason,
            boolean atFault,
            RolloutPolicy policy)
            throws IOException {
        Route before = routing.of(model);
        if (before.previous().isEmpty()
                || before.serving().isEmpty()
                || expected.isPresent() && before.serving().get() != expected.get()) {
            return Optional.empty();
        }
        LiveVersion back = before.previous().get();
        LiveVersion gone = before.serving().get();
        pointers.write(model, new Pointers.Pointer(Pointers.Target.of(back), Optional.empty()));
        routing.change(model, route -> Route.NONE.serving(back));
        note(model, rollout, Step.ROLL_BACK, back, "from " + gone.pack().version() + ": " + reason, policy.by());
        if (atFault) {
            pins.end(gone, reason);
        }
        retire(model, gone, rollout, policy);
        return Optional.of(back);
    }

    /** It serves no more, and is not loaded when the service begins anew. */
    synchronized void unload(String model, RolloutPolicy policy) throws IOException {
        Route before = routing.of(model);
        pointers.delete(model);
        routing.remove(model);
        before.serving().ifPresent(version -> note(model, "", Step.UNLOAD, version, "", policy.by()));
        before.versions().distinct().forEach(version -> retire(model, version, "", policy));
    }

    /** Nobody is sent to it any more: waits for its users, then closes it. */
    void retire(String model, LiveVersion version, String rollout, RolloutPolicy policy) {
        undertakers.execute(() -> {
            try {
                drain(model, version, rollout, policy);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Waits until the last user of the version is gone and it is closed. @return whether it is */
    boolean drain(String model, LiveVersion version, String rollout, RolloutPolicy policy) throws InterruptedException {
        long began = System.nanoTime();
        version.release();
        boolean closed = version.awaitClosed(policy.drain());
        if (closed) {
            note(model, rollout, Step.DRAIN, version, seconds(began), policy.by());
        } else {
            int users = version.users();
            pins.end(version, "it had to go, " + policy.drain().toSeconds() + " s after its successor began to serve");
            version.runner().endRuns();
            closed = version.awaitClosed(ENDING);
            audit.add(
                    model,
                    rollout,
                    Step.DRAIN.word(),
                    "failed",
                    version.pack().version(),
                    version.pack().digest(),
                    users + " users were still there after " + policy.drain().toSeconds() + " s and were ended",
                    policy.by());
        }
        if (closed) {
            note(model, rollout, Step.CLOSE, version, "", policy.by());
        } else {
            audit.add(
                    model,
                    rollout,
                    Step.CLOSE.word(),
                    "failed",
                    version.pack().version(),
                    version.pack().digest(),
                    "a run does not end; its memory goes back when it does",
                    policy.by());
        }
        return closed;
    }

    /** The version that is kept warm goes now, for its memory is needed. @return whether there was one */
    boolean dropPrevious(String model, String rollout, RolloutPolicy policy) throws InterruptedException {
        Optional<LiveVersion> old;
        synchronized (this) {
            old = routing.of(model).previous();
            old.ifPresent(version -> routing.change(model, route -> route.previous(Optional.empty())));
        }
        return old.isPresent() && drain(model, old.get(), rollout, policy);
    }

    private synchronized void coolDown(String model, LiveVersion old, String rollout, RolloutPolicy policy) {
        if (routing.of(model).previous().filter(version -> version == old).isPresent()) {
            routing.change(model, route -> route.previous(Optional.empty()));
            retire(model, old, rollout, policy);
        }
    }

    /** Opens the same package again, since the process that it ran in has ended. */
    synchronized void revive(String model, LiveVersion lost, String reason) throws NotServed {
        if (routing.of(model).serving().filter(version -> version == lost).isEmpty()) {
            return; // another request did it, or it serves no more
        }
        Long last = revived.put(model, System.nanoTime());
        if (last != null && System.nanoTime() - last < RECOVERY.toNanos()) {
            throw new NotServed(
                    NotServed.Kind.LATER,
                    lost + " ended twice within " + RECOVERY.toSeconds() + " s: " + reason
                            + "; ./tomogrid models rollback takes the version before");
        }
        try {
            LiveVersion again = open(lost.pack(), lost.kind());
            routing.change(model, route -> route.serving(again));
            note(model, "", Step.REVIVE, again, reason, "service");
            retire(model, lost, "", RolloutPolicy.DEFAULT);
        } catch (ModelException e) {
            throw new NotServed(NotServed.Kind.LATER, lost + " does not come back: " + e.getMessage(), e);
        }
    }

    LiveVersion open(io.tomogrid.inference.pack.ModelPackage pack, RunnerKind kind) throws ModelException {
        return new LiveVersion(runners.open(pack, kind), kind);
    }

    private void note(String model, String rollout, Step step, LiveVersion version, String detail, String by) {
        audit.add(
                model,
                rollout,
                step.word(),
                "ok",
                version.pack().version(),
                version.pack().digest(),
                detail,
                by);
    }

    static String seconds(long began) {
        return String.format(Locale.ROOT, "%.3f s", (System.nanoTime() - began) / 1e9);
    }

    /** Ends what runs and closes every version. */
    @Override
    public void close() {
        clock.shutdownNow();
        undertakers.shutdownNow();
        routing.all().values().stream()
                .flatMap(route -> {
                    route.shadow().ifPresent(Shadow::close);
                    return route.versions();
                })
                .distinct()
                .forEach(version -> {
                    version.runner().endRuns();
                    version.release();
                });
        log.debug("the model service has let its versions go");
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
