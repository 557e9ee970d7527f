package io.tomogrid.inference.service.swap;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.client.Caller;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.service.runner.RunnerLost;
import io.tomogrid.inference.service.runner.Runners;
import io.tomogrid.inference.trust.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The models that serve: asks them, rolls versions out and back, and remembers over a crash what serves. */
public final class Models implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Models.class);
    private static final String SERVICE = "service";

    private final ModelStore store;
    private final Routing routing = new Routing();
    private final Pins pins;
    private final Pointers pointers;
    private final AuditLog audit;
    private final Switchboard board;
    private final Dispatcher dispatcher;
    private final RolloutParts parts;
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, Models::daemon);
    private final ExecutorService workers = Executors.newCachedThreadPool(Models::daemon);
    /** The last rollout of each model. */
    private final Map<String, Rollout> rollouts = new ConcurrentHashMap<>();
    /** Why a model that is in the store does not serve. */
    private final Map<String, String> failures = new ConcurrentHashMap<>();

    /**
     * @param state folder for the pointers and the audit log
     * @param pinIdle after this long without a request a pin ends
     * @param proofLimit longest that one run of a proof may take
     */
    public record Settings(Path state, Duration pinIdle, Duration proofLimit) {}

    /**
     * @param trust who vouches for a package
     * @throws IOException if the state cannot be read, or the audit log was changed
     */
    public Models(Settings settings, ModelStore store, Function<ModelPackage, Verdict> trust, Runners runners)
            throws IOException {
        this(settings, store, trust, runners, Headroom::available, step -> {});
    }

    Models(
            Settings settings,
            ModelStore store,
            Function<ModelPackage, Verdict> trust,
            Runners runners,
            LongSupplier available,
            Consumer<Step> entering)
            throws IOException {
        this.store = store;
        pins = new Pins(settings.pinIdle());
        pointers = new Pointers(settings.state().resolve("serving"));
        audit = new AuditLog(settings.state().resolve("audit.jsonl"));
        board = new Switchboard(routing, pins, pointers, audit, runners);
        dispatcher = new Dispatcher(routing, pins, board::revive);
        clock.setRemoveOnCancelPolicy(true);
        parts = new RolloutParts(
                store, trust, routing, pins, board, audit, available, settings.proofLimit(), clock, entering);
    }

    /** Takes up every model where it was; one that was never switched to begins with its highest version. */
    public void start() throws IOException, ModelException {
        closeInterrupted();
        for (String model : names()) {
            Optional<Pointers.Pointer> pointer = pointers.read(model);
            try {
                if (pointer.isPresent()) {
                    restore(model, pointer.get());
                } else {
                    load(model, "");
                }
            } catch (ModelException | NotServed e) {
                failures.put(model, e.getMessage());
                log.error("model {} does not serve: {}", model, e.getMessage());
            }
        }
    }

    /** What was under way when the service ended is over; the audit log says so. */
    private void closeInterrupted() {
        Map<String, AuditLog.Entry> open = new LinkedHashMap<>();
        for (AuditLog.Entry entry : audit.entries("", 0)) {
            if (entry.step().equals(Step.BEGIN.word())) {
                open.put(entry.rollout(), entry);
            } else if (entry.step().equals(Step.END.word())) {
                open.remove(entry.rollout());
            }
        }
        open.values()
                .forEach(entry -> audit.add(
                        entry.model(),
                        entry.rollout(),
                        Step.END.word(),
                        "failed",
                        entry.version(),
                        entry.digest(),
                        "the service ended meanwhile",
                        SERVICE));
    }

    private void restore(String model, Pointers.Pointer pointer) throws ModelException, IOException {
        List<Pointers.Target> targets = new ArrayList<>(List.of(pointer.serving()));
        pointer.previous().ifPresent(targets::add);
        ModelException first = null;
        for (Pointers.Target target : targets) {
            try {
                ModelPackage pack = parts.find(model, target.digest());
                parts.checkTrust(pack);
                LiveVersion version = proved(pack, target);
                routing.change(model, route -> Route.NONE.serving(version));
                if (first != null) {
                    pointers.write(model, new Pointers.Pointer(target, Optional.empty()));
                }
                audit.add(
                        model,
                        "",
                        Step.RESTORE.word(),
                        "ok",
                        pack.version(),
                        pack.digest(),
                        first == null ? "" : "instead of " + pointer.serving().version() + ": " + first.getMessage(),
                        SERVICE);
                return;
            } catch (ModelException e) {
                first = first == null ? e : first;
            }
        }
        throw first;
    }

    /** A version that has given its golden example again: the machine may be another one than before. */
    private LiveVersion proved(ModelPackage pack, Pointers.Target target) throws ModelException {
        LiveVersion version = board.open(pack, target.runner());
        String mismatch;
        try {
            mismatch = pack.golden().mismatch(version.runner().run(pack.golden().inputs()));
        } catch (ModelException | RunnerLost e) {
            mismatch = e.getMessage();
        }
        if (!mismatch.isEmpty()) {
            version.release();
            throw new ModelException(pack.name() + " " + pack.version() + ": " + mismatch);
        }
        return version;
    }

    /**
     * @param wanted a version; empty for the one that the caller is to have
     * @throws ModelException if an input does not fit or the run fails
     */
    public ModelAnswer infer(String model, String wanted, Caller caller, Map<String, Tensor> inputs)
            throws ModelException, NotServed {
        return dispatcher.infer(model, wanted, caller, inputs);
    }

    /** Brings the highest version of the store to serve, or the one that is named, and waits for that. */
    public void load(String model, String version) throws ModelException, NotServed {
        Rollout rollout =
                begin(model, version.isEmpty() ? store.entry(model).version() : version, RolloutPolicy.UNWATCHED);
        rollout.run();
        if (rollout.status().state() == Rollout.State.REFUSED) {
            failures.put(model, rollout.status().reason());
            throw new ModelException(rollout.status().reason());
        }
    }

    /** Begins to bring a version to serve. @param version a version or {@code sha256:…} @return the rollout's id */
    public String rollOut(String model, String version, RolloutPolicy policy) throws ModelException, NotServed {
        Rollout rollout = begin(model, version, policy);
        workers.execute(rollout);
        return rollout.status().id();
    }

    private synchronized Rollout begin(String model, String version, RolloutPolicy policy)
            throws ModelException, NotServed {
        ModelStore.Entry entry = store.entry(model + (version.startsWith("sha256:") ? "@" : ":") + version);
        Rollout last = rollouts.get(model);
        if (last != null && !last.decided()) {
            throw new NotServed(
                    NotServed.Kind.CONFLICT,
                    "version " + last.status().version() + " of model " + model + " is being rolled out (at "
                            + last.status().step().word() + "); wait for it, or stop it with ./tomogrid models abort "
                            + model);
        }
        Rollout next = new Rollout(UUID.randomUUID().toString(), model, entry.version(), policy, parts);
        rollouts.put(model, next);
        failures.remove(model);
        return next;
    }

    /** Waits until it is decided whether a model's last rollout serves. */
    void awaitDecision(String model, Duration patience) throws InterruptedException {
        rollouts.get(model).await(patience);
    }

    /** Stops the rollout that is under way. */
    public void abort(String model, String by) throws NotServed {
        Rollout last = rollouts.get(model);
        if (last == null || last.over()) {
            throw new NotServed(NotServed.Kind.CONFLICT, "no rollout of model " + model + " is under way");
        }
        last.abort(by);
    }

    /**
     * Takes the version that serves back: the one before serves from the next request on. Where that is not kept warm any
     * more it is loaded and proved first.
     *
     * @return the version that serves now
     */
    public String rollBack(String model, String reason, String by) throws ModelException, NotServed, IOException {
        Rollout last = rollouts.get(model);
        if (last != null && !last.decided()) {
            last.abort(by);
            return routing.of(model).serving().map(v -> v.pack().version()).orElse("");
        }
        String rollout = last == null ? "" : last.status().id();
        Optional<LiveVersion> back =
                board.rollBack(model, Optional.empty(), rollout, reason, false, RolloutPolicy.DEFAULT.by(by));
        if (back.isPresent()) {
            return back.get().pack().version();
        }
        Pointers.Target target = pointers.read(model)
                .flatMap(Pointers.Pointer::previous)
                .orElseThrow(() -> new NotServed(
                        NotServed.Kind.CONFLICT,
                        "nothing served before what serves now as model " + model + "; roll a version out"));
        load(model, target.digest());
        return target.version();
    }

    public void unload(String model, String by) throws IOException {
        board.unload(model, RolloutPolicy.DEFAULT.by(by));
    }

    /** The work with this pin has ended. */
    public void releasePin(String pin) {
        pins.release(pin);
    }

    /** The package that serves. */
    public Optional<ModelPackage> serving(String model) {
        return routing.of(model).serving().map(LiveVersion::pack);
    }

    /** The package of a version that is loaded. */
    public Optional<ModelPackage> loaded(String model, String version) {
        return routing.of(model)
                .versions()
                .map(LiveVersion::pack)
                .filter(pack -> pack.version().equals(version))
                .findFirst();
    }

    /** Every version of the store and of what is loaded, see {@code docs/interfaces.md}. */
    public List<Map<String, Object>> versions(String model) throws ModelException {
        return ModelDocuments.versions(model, store, routing.of(model), pins);
    }

    /** How each model stands, and its last rollout. */
    public List<Map<String, Object>> status() throws ModelException, IOException {
        List<Map<String, Object>> all = new ArrayList<>();
        for (String model : names()) {
            all.add(ModelDocuments.status(
                    model, routing.of(model), Optional.ofNullable(rollouts.get(model)), failures.get(model)));
        }
        return all;
    }

    /** @param model empty for all @param after only entries behind this sequence */
    public List<Map<String, Object>> audit(String model, long after) {
        return audit.entries(model, after).stream().map(AuditLog.Entry::toMap).toList();
    }

    /** Why a model does not serve, or why its last rollout was refused; empty if there is nothing to say. */
    public String failure(String model) {
        Rollout last = rollouts.get(model);
        return failures.getOrDefault(model, last == null ? "" : last.status().reason());
    }

    /** Every model of the store, and that serves. */
    public List<String> names() throws ModelException, IOException {
        var names = new TreeSet<String>(pointers.models());
        store.list().forEach(entry -> names.add(entry.name()));
        names.addAll(routing.all().keySet());
        return List.copyOf(names);
    }

    /** Every version of a model in the store. */
    public List<String> inStore(String model) throws ModelException {
        return store.versions(model).stream().map(ModelStore.Entry::version).toList();
    }

    @Override
    public void close() throws IOException {
        workers.shutdownNow();
        clock.shutdownNow();
        board.close();
        audit.close();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "model-rollout");
        thread.setDaemon(true);
        return thread;
    }
}
