package io.tomogrid.manager.batch;

import io.tomogrid.cluster.contract.Documents;
import java.util.Map;

/**
 * What somebody wants reprocessed.
 *
 * @param mostAtOnce how many of its jobs may be under way
 * @param limit a query that matches more studies is refused
 * @param dryRun only how many it would be is asked
 */
record BatchRequest(BatchQuery query, String protocol, int mostAtOnce, int limit, boolean dryRun) {
    private static final int DEFAULT_AT_ONCE = 4;
    private static final int MOST_AT_ONCE = 1000;
    private static final int DEFAULT_LIMIT = 100_000;
    private static final int LARGEST_LIMIT = 10_000_000;

    /** @throws IllegalArgumentException naming the key that is missing or wrong */
    static BatchRequest parse(String json) {
        Map<String, Object> map = Documents.parse(json);
        return new BatchRequest(
                BatchQuery.parse(text(map, "query")),
                text(map, "protocol"),
                number(map, "most-at-once", DEFAULT_AT_ONCE, MOST_AT_ONCE),
                number(map, "limit", DEFAULT_LIMIT, LARGEST_LIMIT),
                Boolean.TRUE.equals(map.get("dry-run")));
    }

    private static String text(Map<String, Object> map, String key) {
        if (map.get(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(key + ": expected text, got " + (map.get(key) == null ? "nothing" : "else"));
    }

    private static int number(Map<String, Object> map, String key, int otherwise, int most) {
        Object value = map.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof Integer number) || number < 1 || number > most) {
            throw new IllegalArgumentException(key + ": expected a number from 1 to " + most + ", got " + value);
        }
        return number;
    }
}
