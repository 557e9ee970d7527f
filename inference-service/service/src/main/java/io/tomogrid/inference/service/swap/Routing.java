package io.tomogrid.inference.service.swap;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** Who answers for which model: one immutable snapshot behind one pointer. */
final class Routing {
    private final AtomicReference<Map<String, Route>> snapshot = new AtomicReference<>(Map.of());

    Map<String, Route> all() {
        return snapshot.get();
    }

    Route of(String model) {
        return snapshot.get().getOrDefault(model, Route.NONE);
    }

    /** Swings the pointer. @return the route before */
    Route change(String model, UnaryOperator<Route> change) {
        return snapshot.getAndUpdate(before -> {
                    Map<String, Route> after = new HashMap<>(before);
                    after.put(model, change.apply(before.getOrDefault(model, Route.NONE)));
                    return Map.copyOf(after);
                })
                .getOrDefault(model, Route.NONE);
    }

    void remove(String model) {
        snapshot.updateAndGet(before -> {
            Map<String, Route> after = new HashMap<>(before);
            after.remove(model);
            return Map.copyOf(after);
        });
    }
}
