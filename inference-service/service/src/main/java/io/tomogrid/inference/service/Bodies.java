package io.tomogrid.inference.service;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.inference.client.MalformedMessage;
import java.io.IOException;
import java.util.Map;

/** Bodies of requests that are documents. */
final class Bodies {
    private Bodies() {}

    /** @param body may be null or empty @throws MalformedMessage if it is not a JSON object */
    static Map<String, Object> document(String body) throws MalformedMessage {
        try {
            return body == null || body.isBlank() ? Map.of() : JSON.std.mapFrom(body);
        } catch (IOException e) {
            throw new MalformedMessage("the body is not a JSON object");
        }
    }
}
