package io.tomogrid.inference.service.swap;

import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The documents of {@code docs/interfaces.md} about models, as maps. */
final class ModelDocuments {
    private static final double MILLI = 1e6;

    private ModelDocuments() {}

    static List<Map<String, Object>> versions(String model, ModelStore store, Route route, Pins pins)
            throws ModelException {
        List<Map<String, Object>> versions = new ArrayList<>();
        for (ModelStore.Entry entry : store.versions(model)) {
            var map = new LinkedHashMap<String, Object>();
            map.put("version", entry.version());
            map.put("digest", entry.digest());
            Optional<LiveVersion> live = route.versions()
                    .filter(v -> v.pack().digest().equals(entry.digest()))
                    .findFirst();
            map.put("role", live.map(v -> role(route, v)).orElse("stored"));
            live.ifPresent(v -> {
                map.put("runner", v.kind().word());
                map.put("pins", pins.count(v));
                map.putAll(figures(v.stats().view()));
            });
            versions.add(map);
        }
        return versions;
    }

    static Map<String, Object> status(String model, Route route, Optional<Rollout> rollout, String failure) {
        var map = new LinkedHashMap<String, Object>();
        map.put("model", model);
        map.put("serving", route.serving().map(v -> v.pack().version()).orElse(null));
        map.put("digest", route.serving().map(v -> v.pack().digest()).orElse(null));
        map.put("warm", route.previous().map(v -> v.pack().version()).orElse(null));
        map.put("canary", route.canary().map(c -> c.version().pack().version()).orElse(null));
        map.put("failure", failure == null ? "" : failure);
        map.put("rollout", rollout.map(r -> rollout(r.status())).orElse(null));
        return map;
    }

    static Map<String, Object> rollout(Rollout.Status status) {
        var map = new LinkedHashMap<String, Object>();
        map.put("rollout", status.id());
        map.put("version", status.version());
        map.put("digest", status.digest());
        map.put("step", status.step().word());
        map.put("state", status.state().name());
        map.put("reason", status.reason());
        map.put("began", status.began().toString());
        return map;
    }

    private static String role(Route route, LiveVersion version) {
        if (route.serving().filter(v -> v == version).isPresent()) {
            return "serving";
        }
        return route.previous().filter(v -> v == version).isPresent() ? "warm" : "canary";
    }

    private static Map<String, Object> figures(VersionStats.View view) {
        var map = new LinkedHashMap<String, Object>();
        map.put("answers", view.answers());
        map.put("errors", view.errors());
        map.put("p50-ms", view.median().toNanos() / MILLI);
        map.put("p99-ms", view.p99().toNanos() / MILLI);
        return map;
    }
}
