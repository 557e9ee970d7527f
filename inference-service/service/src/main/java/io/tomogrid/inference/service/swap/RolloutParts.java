package io.tomogrid.inference.service.swap;

import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.trust.Verdict;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What rollouts work with.
 *
 * @param trust who vouches for a package @param available memory that can be had, bytes
 * @param proofLimit longest that one run of a proof may take @param entering told of each step before it begins
 */
record RolloutParts(
        ModelStore store,
        Function<ModelPackage, Verdict> trust,
        Routing routing,
        Pins pins,
        Switchboard board,
        AuditLog audit,
        LongSupplier available,
        Duration proofLimit,
        ScheduledExecutorService clock,
        Consumer<Step> entering) {

    /** Opens a package, every digest checked. @param version a version or {@code sha256:…} */
    ModelPackage find(String model, String version) throws ModelException {
        return store.find(model + (version.startsWith("sha256:") ? "@" : ":") + version);
    }

    /** @return what vouches for it */
    String checkTrust(ModelPackage pack) throws ModelException {
        Verdict verdict = trust.apply(pack);
        if (verdict instanceof Verdict.Verified verified) {
            return verified.by();
        }
        throw new ModelException(verdict.toString());
    }

    /** @return why a version has no room beside what is loaded, or an empty string */
    String lackOfRoom(ModelPackage pack) {
        long needed = pack.onnx().toFile().length() + pack.card().memoryMib() * (1L << 20);
        return Headroom.lack(needed, available);
    }

    ScheduledFuture<?> after(Duration time, Runnable task) {
        return clock.schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
    }
}
