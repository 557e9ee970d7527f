package io.tomogrid.gateway.index;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Which SOP Instance UIDs the index holds of the series that come in now, so that the database is asked once for a series and
 * not for each of its instances. A hint: an instance that was found nowhere here may still be held, in another series or
 * since a moment ago, and the index says so when it is added. Thread-safe.
 */
final class SeriesHeld {
    private static final int MOST_UIDS = 200_000;

    private final JdbcTemplate jdbc;
    private final Map<Key, Set<String>> series = new LinkedHashMap<>(16, 0.75f, true);
    private int uids;

    private record Key(String study, String series) {}

    SeriesHeld(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    boolean mayHold(String studyUid, String seriesUid, String sopInstanceUid) {
        Key key = new Key(studyUid, seriesUid);
        synchronized (this) {
            Set<String> known = series.get(key);
            if (known != null) {
                return known.contains(sopInstanceUid);
            }
        }
        List<String> held = jdbc.queryForList(
                "SELECT sop_instance_uid FROM instance WHERE study_uid = ? AND series_uid = ? LIMIT " + MOST_UIDS,
                String.class,
                studyUid,
                seriesUid);
        keep(key, held);
        return held.contains(sopInstanceUid);
    }

    synchronized void added(String studyUid, String seriesUid, String sopInstanceUid) {
        Key key = new Key(studyUid, seriesUid);
        Set<String> known = series.get(key);
        if (known != null && known.add(sopInstanceUid)) {
            uids++;
            forgetEldest(key);
        }
    }

    private synchronized void keep(Key key, List<String> held) {
        Set<String> known = series.computeIfAbsent(key, k -> new HashSet<>());
        uids -= known.size();
        known.addAll(held);
        uids += known.size();
        forgetEldest(key);
    }

    private void forgetEldest(Key except) {
        var eldest = series.entrySet().iterator();
        while (uids > MOST_UIDS && eldest.hasNext()) {
            Map.Entry<Key, Set<String>> next = eldest.next();
            if (!next.getKey().equals(except)) {
                uids -= next.getValue().size();
                eldest.remove();
            }
        }
    }
}
