package io.tomogrid.inference.service.swap;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.service.runner.ModelRunner;
import io.tomogrid.inference.service.runner.RunnerLost;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * Brings one version of a model to serve, step by step; each step is in the audit log. Whatever goes wrong, the version
 * that served goes on, and the outcome names the cause.
 */
final class Rollout implements Runnable {
    private static final Duration LOOK = Duration.ofMillis(100);

    private final String id;
    private final String model;
    private final String version;
    private final RolloutPolicy policy;
    private final RolloutParts parts;
    private final Instant began = Instant.now();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch decided = new CountDownLatch(1);
    private volatile Step step = Step.BEGIN;
    private volatile String digest = "";
    private volatile State state = State.RUNNING;
    private volatile String reason = "";
    private volatile String aborted = "";
    private ModelPackage verified;
    private LiveVersion candidate;
    /** What went first for want of room, to be brought back if this fails. */
    private Optional<LiveVersion> broken = Optional.empty();

    /** How a rollout stands. */
    enum State {
        RUNNING,
        /** It serves and is watched. */
        SERVING,
        /** It serves, and was watched for as long as was asked. */
        DONE,
        /** It never served all. */
        REFUSED,
        /** It served, and does no more. */
        ROLLED_BACK
    }

    Rollout(String id, String model, String version, RolloutPolicy policy, RolloutParts parts) {
        this.id = id;
        this.model = model;
        this.version = version;
        this.policy = policy;
        this.parts = parts;
    }

    /** @param version that was asked for @param step it is at, or was when it ended @param reason why it was refused */
    record Status(
            String id,
            String model,
            String version,
            String digest,
            Step step,
            State state,
            String reason,
            Instant began) {}

    Status status() {
        return new Status(id, model, version, digest, step, state, reason, began);
    }

    /** Stops at the next look; the version that serves goes on. */
    void abort(String by) {
        aborted = "stopped by " + by;
    }

    boolean over() {
        return ended.getCount() == 0;
    }

    /** Whether another rollout may begin: this one serves, or never will. */
    boolean decided() {
        return decided.getCount() == 0;
    }

    /** Waits until it is decided whether the version serves. */
    Status await(Duration patience) throws InterruptedException {
        decided.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        return status();
    }

    @Override
    public void run() {
        try {
            note(Step.BEGIN, "ok", "to " + version + ", " + policy.runner().word());
            prove();
            if (policy.shadow() > 0 && serving().isPresent()) {
                step(Step.SHADOW, this::shadow);
            }
            if (policy.tried() && serving().isPresent()) {
                step(Step.CANARY, this::canary);
            }
            enter(Step.SWITCH);
            VersionStats.View before = serving().map(v -> v.stats().view()).orElse(new VersionStats().view());
            VersionStats.View own = candidate.stats().view();
            parts.board().switchTo(model, candidate, id, policy);
            state = State.SERVING;
            decided.countDown();
            if (policy.watch() > 0) {
                watch(before, own.answers() + own.errors());
            }
            if (state == State.SERVING) {
                state = State.DONE;
            }
            note(Step.END, "ok", state == State.DONE ? "serves" : reason);
        } catch (ModelException | RunnerLost | IOException | RuntimeException e) {
            refuse(e.getMessage() == null ? e.toString() : e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            refuse("the service ends");
        } finally {
            decided.countDown();
            ended.countDown();
        }
    }

    /** All that can be known of a version before it is asked by anybody. */
    private void prove() throws ModelException, RunnerLost, IOException, InterruptedException {
        step(Step.VERIFY, this::verify);
        ModelPackage pack = verified;
        parts.routing().change(model, route -> route == Route.NONE ? route : route.observed(true));
        makeRoom(pack);
        candidate = step(Step.LOAD, () -> parts.board().open(pack, policy.runner()));
        step(Step.CONTRACT, this::checkContract);
        step(Step.WARM_UP, () -> limited(candidate.runner(), pack.golden().inputs()));
        step(Step.GOLDEN, this::checkGolden);
    }

    private String verify() throws ModelException {
        verified = parts.find(model, version);
        digest = verified.digest();
        return "trusted by " + parts.checkTrust(verified);
    }

    private void makeRoom(ModelPackage pack) throws ModelException, IOException, InterruptedException {
        String lack = parts.lackOfRoom(pack);
        if (!lack.isEmpty() && parts.board().dropPrevious(model, id, policy)) {
            lack = parts.lackOfRoom(pack);
        }
        if (lack.isEmpty() || serving().isEmpty()) {
            return;
        }
        if (!policy.breakBeforeMake()) {
            throw new ModelException(pack.name() + " " + pack.version() + ": " + lack
                    + "; --break-before-make lets the version that serves go first, and nobody is answered meanwhile");
        }
        enter(Step.BREAK);
        broken = serving();
        parts.routing().change(model, route -> Route.NONE.observed(true));
        parts.board().drain(model, broken.get(), id, policy);
        note(Step.BREAK, "ok", lack + "; nobody is answered until the new version serves");
    }

    /** A version takes and gives what the one before does, since the protocols that ask for it know nothing else. */
    private Void checkContract() throws ModelException {
        Optional<ModelPackage> before = serving().or(() -> broken).map(LiveVersion::pack);
        if (before.isPresent()) {
            ContractCheck.check(candidate.pack(), before.get());
        }
        return null;
    }

    private Void checkGolden() throws ModelException, RunnerLost {
        Map<String, Tensor> outputs =
                limited(candidate.runner().network(), candidate.pack().golden().inputs());
        String bad = VersionStats.notFinite(outputs);
        if (!bad.isEmpty()) {
            throw new ModelException("output " + bad + " has values that are not numbers");
        }
        String mismatch = candidate.pack().golden().mismatch(outputs);
        if (!mismatch.isEmpty()) {
            throw new ModelException(mismatch);
        }
        return null;
    }

    /** Runs the candidate, but not for longer than a proof may take. */
    private Map<String, Tensor> limited(ModelRunner runner, Map<String, Tensor> inputs)
            throws ModelException, RunnerLost {
        var alarm = parts.after(parts.proofLimit(), candidate.runner()::endRuns);
        try {
            return runner.run(inputs);
        } finally {
            alarm.cancel(false);
        }
    }

    private String shadow() throws ModelException, InterruptedException {
        Shadow shadow = new Shadow(candidate);
        parts.routing().change(model, route -> route.shadow(Optional.of(shadow)));
        try {
            await(policy.shadow(), VersionStats.View::answers, "compared");
        } finally {
            parts.routing().change(model, route -> route.shadow(Optional.empty()));
            shadow.close();
        }
        if (shadow.agreement() < policy.leastAgreement()) {
            throw new ModelException(String.format(
                    Locale.ROOT,
                    "of %d answers %.1f %% of the values are those of the version that serves, at least %.1f %% must be",
                    shadow.compared(),
                    100 * shadow.agreement(),
                    100 * policy.leastAgreement()));
        }
        return String.format(Locale.ROOT, "%d compared, %.2f %% the same", shadow.compared(), 100 * shadow.agreement());
    }

    private String canary() throws ModelException, InterruptedException {
        var trial = new Route.Canary(candidate, policy.canaryPercent(), policy.canarySites());
        parts.routing().change(model, route -> route.canary(Optional.of(trial)));
        long before = candidate.stats().view().answers();
        await(policy.canary(), view -> view.answers() - before, "answered");
        return candidate.stats().view().answers() - before + " answered";
    }

    /** Waits for so many answers; the guard may refuse the version meanwhile. */
    private void await(int wanted, ToLongFunction<VersionStats.View> count, String what)
            throws ModelException, InterruptedException {
        long deadline = System.nanoTime() + policy.patience().toNanos();
        while (true) {
            VersionStats.View own = candidate.stats().view();
            String verdict = policy.guard()
                    .verdict(own, serving().map(v -> v.stats().view()).orElse(own));
            if (!verdict.isEmpty()) {
                throw new ModelException(verdict);
            }
            if (!aborted.isEmpty()) {
                throw new ModelException(aborted);
            }
            if (count.applyAsLong(own) >= wanted) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new ModelException("only " + count.applyAsLong(own) + " of " + wanted + " requests were " + what
                        + " within " + policy.patience().toSeconds() + " s");
            }
            candidate.stats().awaitNews(LOOK);
        }
    }

    /** The version serves; the one before comes back if it does not do well. */
    private void watch(VersionStats.View before, long from) throws IOException, InterruptedException {
        enter(Step.WATCH);
        long deadline = System.nanoTime() + policy.keepWarm().toNanos();
        while (serving().filter(version -> version == candidate).isPresent()) {
            VersionStats.View own = candidate.stats().view();
            String verdict = aborted.isEmpty() ? policy.guard().verdict(own, before) : aborted;
            if (!verdict.isEmpty()) {
                if (parts.board()
                        .rollBack(model, Optional.of(candidate), id, verdict, true, policy)
                        .isPresent()) {
                    state = State.ROLLED_BACK;
                    reason = verdict;
                } else {
                    note(Step.WATCH, "failed", verdict + "; no version is kept warm to go back to");
                }
                return;
            }
            if (own.answers() + own.errors() - from >= policy.watch() || System.nanoTime() > deadline) {
                note(Step.WATCH, "ok", own.answers() + own.errors() - from + " requests watched");
                parts.routing()
                        .change(
                                model,
                                route -> route.serving()
                                                .filter(v -> v == candidate)
                                                .isPresent()
                                        ? route.observed(false)
                                        : route);
                return;
            }
            candidate.stats().awaitNews(LOOK);
        }
    }

    private void refuse(String why) {
        reason = why;
        if (state == State.SERVING
                || candidate != null && serving().filter(v -> v == candidate).isPresent()) {
            // it was switched to, and what failed afterwards does not take it away
            state = State.SERVING;
            return;
        }
        state = State.REFUSED;
        parts.routing()
                .change(
                        model,
                        route -> route == Route.NONE
                                ? route
                                : route.canary(Optional.empty())
                                        .shadow(Optional.empty())
                                        .observed(false));
        if (candidate != null) {
            parts.pins().end(candidate, why);
            candidate.runner().endRuns();
            parts.board().retire(model, candidate, id, policy);
        }
        note(Step.END, "failed", why);
        broken.ifPresent(this::bringBack);
    }

    private void bringBack(LiveVersion gone) {
        try {
            parts.board().switchTo(model, parts.board().open(gone.pack(), gone.kind()), id, policy);
        } catch (ModelException | IOException e) {
            note(Step.ROLL_BACK, "failed", gone + " does not come back: " + e.getMessage());
        }
    }

    private Optional<LiveVersion> serving() {
        return parts.routing().of(model).serving();
    }

    /** A step that may fail. */
    private interface Work<T> {
        T done() throws ModelException, RunnerLost, IOException, InterruptedException;
    }

    private <T> T step(Step next, Work<T> work) throws ModelException, RunnerLost, IOException, InterruptedException {
        enter(next);
        long start = System.nanoTime();
        try {
            T result = work.done();
            note(next, "ok", (result instanceof String told ? told + ", " : "") + Switchboard.seconds(start));
            return result;
        } catch (ModelException | RunnerLost e) {
            note(next, "failed", e.getMessage());
            throw e;
        }
    }

    private void enter(Step next) {
        step = next;
        parts.entering().accept(next);
    }

    private void note(Step of, String outcome, String detail) {
        parts.audit().add(model, id, of.word(), outcome, version, digest, detail, policy.by());
    }
}
