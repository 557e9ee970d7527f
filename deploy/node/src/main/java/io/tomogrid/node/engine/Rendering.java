package io.tomogrid.node.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Configuration of a cluster that is not ours.
 *
 * @param files texts by file name
 * @param status what of it was run and what was not, in one sentence
 */
public record Rendering(Map<String, String> files, String status) {
    /** For people: the only file as it is, so that it can be piped on; several with their names. */
    public String text() {
        if (files.size() == 1) {
            return files.values().iterator().next();
        }
        StringBuilder text = new StringBuilder("# " + status + "\n");
        files.forEach((name, content) ->
                text.append("\n==> ").append(name).append(" <==\n").append(content));
        return text.toString();
    }

    /** A document. */
    public Map<String, Object> toMap(String engine) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("engine", engine);
        map.put("status", status);
        map.put("files", files);
        return map;
    }
}
