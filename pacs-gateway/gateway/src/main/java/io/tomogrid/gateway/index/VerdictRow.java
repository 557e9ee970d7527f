package io.tomogrid.gateway.index;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;

/** A verdict's document and its row, docs/interfaces.md: the row is made of the document, also when an index is built anew. */
public final class VerdictRow {
    private VerdictRow() {}

    /** @return false when there is one with this id already */
    public static boolean insert(JdbcTemplate jdbc, Map<String, Object> document) {
        Map<?, ?> lesions = document.get("lesions") instanceof Map<?, ?> told ? told : Map.of();
        return jdbc.update(
                        """
                        INSERT INTO verdict (id, job_id, verdict, source, by_whom, reason, model, model_version, model_digest,
                            kept, edited, removed, added, given)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING""",
                        document.get("id"),
                        document.get("job-id"),
                        document.get("verdict"),
                        document.get("source"),
                        document.get("by"),
                        document.get("reason"),
                        document.get("model"),
                        document.get("model-version"),
                        document.get("model-digest"),
                        lesions.get("kept"),
                        lesions.get("edited"),
                        lesions.get("removed"),
                        lesions.get("added"),
                        Timestamp.from(Instant.parse(String.valueOf(document.get("given")))))
                > 0;
    }

    public static Map<String, Object> toMap(ResultSet row) throws SQLException {
        var map = new LinkedHashMap<String, Object>();
        map.put("id", row.getString("id"));
        map.put("job-id", row.getString("job_id"));
        map.put("verdict", row.getString("verdict"));
        map.put("source", row.getString("source"));
        map.put("by", row.getString("by_whom"));
        map.put("reason", row.getString("reason"));
        map.put("model", row.getString("model"));
        map.put("model-version", row.getString("model_version"));
        map.put("model-digest", row.getString("model_digest"));
        if (row.getObject("kept") != null) {
            map.put("lesions", lesions(row));
        }
        map.put("given", row.getTimestamp("given").toInstant().toString());
        return map;
    }

    private static Map<String, Object> lesions(ResultSet row) throws SQLException {
        var map = new LinkedHashMap<String, Object>();
        for (String what : new String[] {"kept", "edited", "removed", "added"}) {
            map.put(what, row.getInt(what));
        }
        return map;
    }
}
