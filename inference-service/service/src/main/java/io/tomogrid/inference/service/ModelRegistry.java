package io.tomogrid.inference.service;

import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.runtime.ModelSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of a repository folder: {@code <repository>/<model>/} holds one ModelPack each. A load verifies, opens,
 * proves (golden example) and only then switches the pointer; any failure leaves the version that serves in place.
 */
final class ModelRegistry implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ModelRegistry.class);

    private final Path repository;
    private final int threads;
    private final Map<String, ServedModel> serving = new ConcurrentHashMap<>();
    private final Map<String, String> failures = new ConcurrentHashMap<>();
    private final ReentrantLock loading = new ReentrantLock();

    ModelRegistry(Path repository, int threads) {
        this.repository = repository;
        this.threads = threads;
    }

    /** Loads every model of the repository; one that fails is listed with its reason and the others serve. */
    void loadAll() throws IOException {
        for (String name : names()) {
            try {
                load(name);
            } catch (ModelException e) {
                log.error("model {} does not serve: {}", name, e.getMessage());
            }
        }
    }

    /** @throws ModelException if the new version is not fit to serve; the old one goes on */
    void load(String name) throws ModelException {
        loading.lock();
        try {
            ModelPackage pack = ModelPackage.open(folder(name));
            ServedModel old = serving.put(name, new ServedModel(ModelSession.open(pack, threads)));
            failures.remove(name);
            log.info("model {} {} ({}) serves", name, pack.version(), pack.digest());
            if (old != null) {
                old.release();
            }
        } catch (ModelException e) {
            failures.put(name, e.getMessage());
            throw e;
        } finally {
            loading.unlock();
        }
    }

    void unload(String name) {
        loading.lock();
        try {
            ServedModel old = serving.remove(name);
            if (old != null) {
                old.release();
            }
        } finally {
            loading.unlock();
        }
    }

    /** A piece of work with a model. */
    interface Work<T> {
        T with(ModelSession session) throws ModelException, IOException;
    }

    /** Runs the work on the version that serves now, which stays open until the work has ended; empty if none serves. */
    <T> Optional<T> use(String name, Work<T> work) throws ModelException, IOException {
        for (ServedModel model = serving.get(name); model != null; model = serving.get(name)) {
            if (model.retain()) {
                try {
                    return Optional.of(work.with(model.session()));
                } finally {
                    model.release();
                }
            }
        }
        return Optional.empty();
    }

    /** @param state READY or UNAVAILABLE @param reason why it does not serve, or why its newest package was refused */
    record Entry(String name, String version, String state, String reason) {}

    List<Entry> index() throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        for (String name : names()) {
            entries.put(name, new Entry(name, "", "UNAVAILABLE", failures.getOrDefault(name, "not loaded")));
        }
        serving.forEach((name, model) -> entries.put(
                name, new Entry(name, model.session().pack().version(), "READY", failures.getOrDefault(name, ""))));
        return List.copyOf(entries.values());
    }

    @Override
    public void close() {
        List.copyOf(serving.keySet()).forEach(this::unload);
    }

    private Path folder(String name) throws ModelException {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
            throw new ModelException("not a model name: letters, digits, dot, dash and underscore are allowed");
        }
        Path folder = repository.resolve(name);
        if (!Files.isDirectory(folder)) {
            throw new ModelException("no model named " + name + " in the repository");
        }
        return folder;
    }

    private List<String> names() throws IOException {
        if (!Files.isDirectory(repository)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(repository)) {
            return all.filter(Files::isDirectory)
                    .map(p -> p.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }
}
