package io.tomogrid.gateway.study;

import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.gateway.index.ArchiveIndex;
import io.tomogrid.gateway.index.RecordMeta;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Studies and their revisions. Only source instances count; our own results belong to none (ING-11). */
@Component
public class Studies {
    private static final String SUMMARY = """
            SELECT s.study_uid, s.revision, s.pending, s.last_received,
                (SELECT count(*) FROM instance i WHERE i.study_uid = s.study_uid AND NOT i.result) AS instances,
                (SELECT count(DISTINCT series_uid) FROM instance i WHERE i.study_uid = s.study_uid AND NOT i.result)
                    AS series
            FROM study s
            """;

    private final ArchiveIndex index;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final Clock clock;
    private final ApplicationEventPublisher events;

    Studies(
            ArchiveIndex index,
            JdbcTemplate jdbc,
            TransactionTemplate transactions,
            Clock clock,
            ApplicationEventPublisher events) {
        this.index = index;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.clock = clock;
        this.events = events;
    }

    /**
     * A study as an operator sees it.
     *
     * @param instances source instances
     * @param series series that have any
     * @param revision 0 before the first completion
     * @param complete whether its last revision holds all of its instances
     */
    public record Summary(
            String studyUid, int instances, int series, int revision, boolean complete, Instant lastReceived) {
        Map<String, Object> toMap() {
            var map = new LinkedHashMap<String, Object>();
            map.put("study-uid", studyUid);
            map.put("instances", instances);
            map.put("series", series);
            map.put("revision", revision);
            map.put("complete", complete);
            map.put("last-received", lastReceived.toString());
            return map;
        }
    }

    /** Newest first. */
    public List<Summary> newest(int limit) {
        return summaries("ORDER BY s.last_received DESC, s.study_uid LIMIT ?", limit);
    }

    public Optional<Summary> find(String studyUid) {
        return summaries("WHERE s.study_uid = ?", studyUid).stream().findFirst();
    }

    private List<Summary> summaries(String rest, Object argument) {
        return jdbc.query(
                SUMMARY + rest,
                (row, n) -> new Summary(
                        row.getString("study_uid"),
                        row.getInt("instances"),
                        row.getInt("series"),
                        row.getInt("revision"),
                        row.getInt("pending") == 0 && row.getInt("revision") > 0,
                        row.getTimestamp("last_received").toInstant()),
                argument);
    }

    /** Documents of the feed above a place, in ascending sequence. */
    public List<String> feed(long after, int limit) {
        return jdbc.queryForList(
                "SELECT document FROM feed WHERE sequence > ? ORDER BY sequence LIMIT ?", String.class, after, limit);
    }

    /** The document of the feed that a revision is; empty if there is none. */
    Optional<String> revision(String studyUid, int revision) {
        return jdbc
                .queryForList(
                        "SELECT document FROM feed WHERE study_uid = ? AND revision = ?",
                        String.class,
                        studyUid,
                        revision)
                .stream()
                .findFirst();
    }

    /** The last revision of each of these studies, 0 before the first completion. */
    public Map<String, Integer> revisions(List<String> studyUids) {
        Map<String, Integer> revisions = new LinkedHashMap<>();
        jdbc.query(
                "SELECT study_uid, revision FROM study WHERE study_uid = ANY (?)",
                row -> {
                    revisions.put(row.getString(1), row.getInt(2));
                },
                (Object) studyUids.toArray(String[]::new));
        return revisions;
    }

    /**
     * Earlier studies of the same patient, the latest first: of the same identifier, issuer and birth date, by Study Date and
     * Time. A patient without an identifier has none.
     */
    List<String> priors(String studyUid, int limit) {
        return jdbc.queryForList(
                "SELECT p.study_uid FROM study s JOIN patient who ON who.id = s.patient"
                        + " JOIN study p ON p.patient = s.patient AND p.patient_birth_date = s.patient_birth_date"
                        + " WHERE s.study_uid = ? AND who.patient_id <> '' AND s.study_date <> '' AND p.study_date <> ''"
                        + " AND (p.study_date, p.study_time) < (s.study_date, s.study_time)"
                        + " ORDER BY p.study_date DESC, p.study_time DESC, p.study_uid LIMIT ?",
                String.class,
                studyUid,
                limit);
    }

    /** Studies that have unprocessed source images, none of them later than this. */
    List<String> quietSince(Instant instant) {
        return jdbc.queryForList(
                "SELECT study_uid FROM study WHERE pending > 0 AND last_received <= ? ORDER BY last_received",
                String.class,
                Timestamp.from(instant));
    }

    /** The operator's completion of a study. */
    Optional<StudyComplete> complete(String studyUid) {
        return complete(studyUid, StudyComplete.Completeness.OPERATOR, Instant.MAX);
    }

    /**
     * Makes the next revision of everything that is there, if there is anything new.
     *
     * @param quietSince nothing happens when an image came later
     * @return empty when nothing happened
     */
    Optional<StudyComplete> complete(String studyUid, StudyComplete.Completeness completeness, Instant quietSince) {
        Optional<StudyComplete> completed = transactions.execute(status -> {
            // One at a time, so that a reader of the feed never sees a sequence before a lower one.
            jdbc.execute("LOCK TABLE feed IN EXCLUSIVE MODE");
            List<Integer> revisions = jdbc.query(
                    "SELECT revision, last_received FROM study WHERE study_uid = ? AND pending > 0 FOR UPDATE",
                    (row, n) -> row.getTimestamp(2).toInstant().isAfter(quietSince) ? null : row.getInt(1),
                    studyUid);
            if (revisions.isEmpty() || revisions.get(0) == null) {
                return Optional.<StudyComplete>empty();
            }
            var complete = new StudyComplete(
                    nextSequence(),
                    studyUid,
                    revisions.get(0) + 1,
                    completeness,
                    sourceSeries(studyUid),
                    callingAes(studyUid));
            String document = Documents.json(Documents.toMap(complete));
            jdbc.update(
                    "UPDATE study SET revision = ?, pending = 0 WHERE study_uid = ?", complete.revision(), studyUid);
            jdbc.update(
                    "INSERT INTO feed (sequence, study_uid, revision, document) VALUES (?, ?, ?, ?)",
                    complete.sequence(),
                    studyUid,
                    complete.revision(),
                    document);
            index.decide(RecordMeta.studyComplete(studyUid), document);
            return Optional.of(complete);
        });
        completed.ifPresent(complete -> events.publishEvent(new StudyGrown(complete.studyUid())));
        return completed;
    }

    /** Never below the clock: a feed that begins anew with a rebuilt index goes on above what readers have seen. */
    private long nextSequence() {
        Long last = jdbc.queryForObject("SELECT coalesce(max(sequence), 0) FROM feed", Long.class);
        return Math.max(last == null ? 0 : last + 1, clock.millis());
    }

    /** Who sent most first. */
    private List<String> callingAes(String studyUid) {
        return jdbc.queryForList("""
                SELECT calling_ae FROM instance WHERE study_uid = ? AND NOT result AND calling_ae <> ''
                GROUP BY calling_ae ORDER BY count(*) DESC, calling_ae""", String.class, studyUid);
    }

    private List<SeriesRef> sourceSeries(String studyUid) {
        Map<String, String> modalities = new LinkedHashMap<>();
        Map<String, List<InstanceRef>> instances = new LinkedHashMap<>();
        jdbc.query(
                """
                SELECT s.series_uid, s.modality, i.sop_class_uid, i.sop_instance_uid, i.transfer_syntax_uid,
                    i.segment, i.start, i.length, i.sha256
                FROM series s JOIN instance i USING (study_uid, series_uid)
                WHERE s.study_uid = ? AND NOT i.result ORDER BY s.series_uid, i.sop_instance_uid""",
                row -> {
                    modalities.put(row.getString(1), row.getString(2));
                    instances
                            .computeIfAbsent(row.getString(1), uid -> new ArrayList<>())
                            .add(new InstanceRef(
                                    row.getString(3),
                                    row.getString(4),
                                    row.getString(5),
                                    row.getString(6),
                                    row.getLong(7),
                                    row.getLong(8),
                                    row.getString(9)));
                },
                studyUid);
        return instances.entrySet().stream()
                .map(e -> new SeriesRef(e.getKey(), modalities.get(e.getKey()), e.getValue()))
                .toList();
    }
}
