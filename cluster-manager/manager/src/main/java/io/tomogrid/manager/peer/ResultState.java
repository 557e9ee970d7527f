package io.tomogrid.manager.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the gateway gets on with a job's results.
 *
 * @param stage what it is doing
 * @param reason why it failed, or empty
 * @param deliveries one per object and destination
 */
public record ResultState(Stage stage, String reason, List<Delivery> deliveries) {
    private static final Set<String> GOOD = Set.of("ACCEPTED", "COMMITTED");
    private static final Set<String> OPEN = Set.of("PENDING", "UNKNOWN");
    private static final Set<String> BAD = Set.of("REFUSED", "DEAD");

    public ResultState {
        deliveries = List.copyOf(deliveries);
    }

    /** In this order, but that FAILED may follow any. REJECTED: nothing is stored, and other results may be. */
    public enum Stage {
        STORING,
        DELIVERING,
        SETTLED,
        REJECTED,
        FAILED
    }

    /** @param destination configured name @param attempts so far @param reason of the last attempt, or empty */
    public record Delivery(String destination, String state, int attempts, String reason) {
        /** Whether the gateway goes on trying. */
        public boolean open() {
            return OPEN.contains(state);
        }

        /** Whether the gateway has given up. */
        public boolean lost() {
            return BAD.contains(state);
        }

        @Override
        public String toString() {
            return "delivery to " + destination + ": " + (reason.isEmpty() ? state : reason) + " (" + state
                    + ", attempt " + attempts + ")";
        }
    }

    /** @throws IllegalArgumentException naming the key that is missing or malformed */
    static ResultState fromMap(Map<String, Object> map) {
        List<Delivery> deliveries = new ArrayList<>();
        for (Map<?, ?> object : objects(map, "objects")) {
            for (Map<?, ?> delivery : objects(object, "deliveries")) {
                String state = text(delivery, "state");
                if (!GOOD.contains(state) && !OPEN.contains(state) && !BAD.contains(state)) {
                    throw new IllegalArgumentException("state of a delivery: unknown " + state);
                }
                int attempts = delivery.get("attempts") instanceof Number number ? number.intValue() : 0;
                deliveries.add(new Delivery(text(delivery, "destination"), state, attempts, optional(delivery)));
            }
        }
        return new ResultState(stage(text(map, "state")), optional(map), deliveries);
    }

    private static Stage stage(String name) {
        try {
            return Stage.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "state: expected one of " + List.of(Stage.values()) + ", got " + name, e);
        }
    }

    private static String optional(Map<?, ?> map) {
        return map.get("reason") instanceof String reason ? reason : "";
    }

    private static String text(Map<?, ?> map, String key) {
        if (map.get(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(key + ": expected a string, got " + map.get(key));
    }

    private static List<Map<?, ?>> objects(Map<?, ?> map, String key) {
        if (!(map.get(key) instanceof List<?> list)) {
            throw new IllegalArgumentException(key + ": expected a list, got " + map.get(key));
        }
        List<Map<?, ?>> objects = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> object)) {
                throw new IllegalArgumentException(key + ": expected objects, got " + item);
            }
            objects.add(object);
        }
        return objects;
    }
}
