package io.tomogrid.agent;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.process.ChildSpec;
import io.tomogrid.slices.process.Supervised;
import io.tomogrid.slices.process.Supervisor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The Worker of each GPU. It outlives a killed agent, until the next one keeps it on (SLC-45). */
final class Workers implements AutoCloseable {
    /** The child to keep for a GPU. */
    interface Spec {
        ChildSpec of(Gpu gpu) throws IOException;
    }

    private final Optional<Spec> spec;
    private final Map<Integer, Supervised> kept = new TreeMap<>();

    /** @param spec empty if no Workers are to be kept */
    Workers(Optional<Spec> spec) {
        this.spec = spec;
    }

    /** Keeps a Worker for it, unless there is one; one that an agent before us left is ours. */
    synchronized void keep(Gpu gpu) throws IOException {
        if (spec.isPresent() && !kept.containsKey(gpu.index())) {
            kept.put(gpu.index(), Supervisor.adopt(spec.get().of(gpu)));
        }
    }

    /** Ends its Worker and the executors of that. */
    synchronized void end(Gpu gpu) {
        Supervised worker = kept.remove(gpu.index());
        if (worker != null) {
            worker.close();
        }
    }

    synchronized List<Map<String, Object>> toList() {
        List<Map<String, Object>> result = new ArrayList<>();
        kept.forEach((gpu, worker) -> {
            var map = new LinkedHashMap<String, Object>();
            map.put("gpu", gpu);
            map.put("state", worker.state().name());
            map.put("pid", worker.pid());
            map.put("restarts", worker.restarts());
            map.put("silent-seconds", worker.silence().map(Duration::toSeconds).orElse(null));
            result.add(map);
        });
        return result;
    }

    @Override
    public synchronized void close() {
        kept.values().parallelStream().forEach(Supervised::close);
    }
}
