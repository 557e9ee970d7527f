package io.tomogrid.slices.http;

import java.util.Map;
import java.util.Optional;

/**
 * @param status HTTP status
 * @param body a JSON object; values may be null
 */
public record Reply(int status, Optional<Map<String, Object>> body) {
    public static Reply of(int status, Map<String, Object> body) {
        return new Reply(status, Optional.of(body));
    }

    public static Reply empty(int status) {
        return new Reply(status, Optional.empty());
    }
}
