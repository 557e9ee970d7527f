package io.tomogrid.slices.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * @param method {@code GET}, {@code PUT}, …
 * @param path decoded segments: {@code /slices/a} is {@code [slices, a]}
 * @param body as it came; empty if there was none
 */
public record Request(String method, List<String> path, byte[] body) {
    public Request {
        path = List.copyOf(path);
    }

    /** Whether it is this method on a path of this first segment with so many segments after it. */
    public boolean is(String wantedMethod, String first, int more) {
        return method.equals(wantedMethod)
                && path.size() == 1 + more
                && path.get(0).equals(first);
    }

    /** @throws HttpError 400 if the body is no JSON object; the message says where, never what, the body held */
    public Map<String, Object> json() throws IOException {
        try {
            return JSON.std.mapFrom(body);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
            throw new HttpError(400, "the body must be a JSON object" + where);
        }
    }
}
