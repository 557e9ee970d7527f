package io.tomogrid.gateway.index;

import io.tomogrid.archive.RecordKind;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.archive.StoredRecord;
import io.tomogrid.gateway.index.IndexedAttribute.Level;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Puts records of the archive into the tables. Every statement may run twice for the same record; the first record of a
 * SOP Instance UID is the instance, whatever comes later.
 */
final class IndexRows {
    private static final String PATIENT =
            "INSERT INTO patient (patient_id, issuer) VALUES (?, ?) ON CONFLICT DO NOTHING";
    private static final String STUDY = """
            INSERT INTO study (study_uid, patient, last_received, patient_name_key, described%s)
            SELECT ?, id, ?, ?, ?%s FROM patient WHERE patient_id = ? AND issuer = ? ON CONFLICT DO NOTHING""".formatted(columns(Level.STUDY), marks(Level.STUDY));
    private static final String SERIES = """
            INSERT INTO series (study_uid, series_uid, modality, described%s)
            VALUES (?, ?, ?, ?%s) ON CONFLICT DO NOTHING""".formatted(columns(Level.SERIES), marks(Level.SERIES));
    private static final String INSTANCE = """
            WITH added AS (
                INSERT INTO instance (sop_instance_uid, sop_class_uid, study_uid, series_uid, transfer_syntax_uid,
                    segment, start, length, sha256, received, file_sha256, calling_ae, described%s, result)
                SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?%s,
                    ? OR EXISTS (SELECT FROM result_object o WHERE o.sop_instance_uid = ?)
                ON CONFLICT DO NOTHING RETURNING study_uid, received, result)
            UPDATE study SET pending = pending + 1, last_received = greatest(last_received, added.received)
            FROM added WHERE study.study_uid = added.study_uid AND NOT added.result""".formatted(columns(Level.INSTANCE), marks(Level.INSTANCE));
    private static final String ASIDE = """
            INSERT INTO %s (sop_instance_uid, received, calling_ae, reason, segment, start, length, sha256)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""";
    private static final String INDEXED = """
            INSERT INTO indexed (segment, start) VALUES (?, ?)
            ON CONFLICT (only_row) DO UPDATE SET segment = excluded.segment, start = excluded.start""";

    private static final Logger log = LoggerFactory.getLogger(IndexRows.class);

    private final JdbcTemplate jdbc;

    IndexRows(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** In the caller's transaction. */
    void add(List<StoredRecord> records) {
        var instances = of(records, RecordKind.INSTANCE);
        addSeries(instances);
        addAll(records);
    }

    /** The patients, studies and series of instances, in the caller's transaction. */
    void addSeries(List<StoredRecord> instances) {
        batch(PATIENT, instances, r ->
                new Object[] {r.meta().get(RecordMeta.PATIENT_ID), r.meta().get(RecordMeta.ISSUER)});
        batch(STUDY, instances, IndexRows::study);
        batch(SERIES, instances, IndexRows::series);
    }

    /**
     * Whatever is no series, in the caller's transaction.
     *
     * @return source instances of which this record is the first; others may be so, too
     */
    Set<SegmentRef> addAll(List<StoredRecord> records) {
        var instances = of(records, RecordKind.INSTANCE);
        int[] added = batch(INSTANCE, instances, IndexRows::instance);
        batch(ASIDE.formatted("conflict"), of(records, RecordKind.CONFLICT), IndexRows::aside);
        batch(ASIDE.formatted("quarantine"), of(records, RecordKind.QUARANTINE), IndexRows::aside);
        Set<SegmentRef> first = new HashSet<>();
        for (int n = 0; n < added.length; n++) {
            if (added[n] == 1) {
                first.add(instances.get(n).ref());
            }
        }
        return first;
    }

    /**
     * In transactions of its own; a record that the tables cannot hold is told to the log and left out.
     *
     * @return the others
     */
    List<StoredRecord> addEach(List<StoredRecord> records, TransactionTemplate transactions) {
        List<StoredRecord> added = new ArrayList<>();
        for (StoredRecord stored : records) {
            try {
                transactions.executeWithoutResult(status -> add(List.of(stored)));
                added.add(stored);
            } catch (DataIntegrityViolationException noRow) {
                log.error("the record at {} makes no row of the index and is left out", stored.ref(), noRow);
            }
        }
        return added;
    }

    /** A catch-up may begin behind this place. */
    void indexedUpTo(SegmentRef place) {
        jdbc.update(INDEXED, place.segment(), place.offset());
    }

    static List<StoredRecord> of(List<StoredRecord> records, RecordKind kind) {
        return records.stream().filter(r -> r.kind() == kind).toList();
    }

    /** @return how many rows each record changed */
    private int[] batch(String sql, List<StoredRecord> records, Function<StoredRecord, Object[]> row) {
        return records.isEmpty()
                ? new int[0]
                : jdbc.batchUpdate(sql, records.stream().map(row).toList());
    }

    private static Object[] study(StoredRecord stored) {
        Map<String, String> meta = stored.meta();
        List<Object> row = new ArrayList<>();
        row.add(meta.get(RecordMeta.STUDY));
        row.add(received(meta));
        row.add(NameKey.of(meta.getOrDefault(IndexedAttribute.PATIENT_NAME.metaKey(), "")));
        row.add(meta.containsKey(RecordMeta.DESCRIBED));
        addValues(row, meta, Level.STUDY);
        row.add(meta.get(RecordMeta.PATIENT_ID));
        row.add(meta.get(RecordMeta.ISSUER));
        return row.toArray();
    }

    private static Object[] series(StoredRecord stored) {
        Map<String, String> meta = stored.meta();
        List<Object> row = new ArrayList<>();
        row.add(meta.get(RecordMeta.STUDY));
        row.add(meta.get(RecordMeta.SERIES));
        row.add(meta.get(RecordMeta.MODALITY));
        row.add(meta.containsKey(RecordMeta.DESCRIBED));
        addValues(row, meta, Level.SERIES);
        return row.toArray();
    }

    private static Object[] instance(StoredRecord stored) {
        Map<String, String> meta = stored.meta();
        SegmentRef ref = stored.ref();
        List<Object> row = new ArrayList<>();
        row.add(meta.get(RecordMeta.SOP_INSTANCE));
        row.add(meta.get(RecordMeta.SOP_CLASS));
        row.add(meta.get(RecordMeta.STUDY));
        row.add(meta.get(RecordMeta.SERIES));
        row.add(meta.get(RecordMeta.TRANSFER_SYNTAX));
        row.add(ref.segment());
        row.add(ref.offset());
        row.add(ref.length());
        row.add(stored.sha256());
        row.add(received(meta));
        row.add(meta.get(RecordMeta.FILE_SHA256));
        row.add(meta.getOrDefault(RecordMeta.CALLING_AE, ""));
        row.add(meta.containsKey(RecordMeta.DESCRIBED));
        addValues(row, meta, Level.INSTANCE);
        row.add(meta.containsKey(RecordMeta.RESULT_OF));
        row.add(meta.get(RecordMeta.SOP_INSTANCE));
        return row.toArray();
    }

    private static String columns(Level level) {
        return IndexedAttribute.of(level).stream().map(a -> ", " + a.column()).collect(Collectors.joining());
    }

    private static String marks(Level level) {
        return ", ?".repeat(IndexedAttribute.of(level).size());
    }

    private static void addValues(List<Object> row, Map<String, String> meta, Level level) {
        IndexedAttribute.of(level).forEach(a -> row.add(meta.getOrDefault(a.metaKey(), "")));
    }

    private static Object[] aside(StoredRecord stored) {
        Map<String, String> meta = stored.meta();
        SegmentRef ref = stored.ref();
        return new Object[] {
            meta.get(RecordMeta.SOP_INSTANCE),
            received(meta),
            meta.get(RecordMeta.CALLING_AE),
            meta.get(RecordMeta.REASON),
            ref.segment(),
            ref.offset(),
            ref.length(),
            stored.sha256()
        };
    }

    private static Timestamp received(Map<String, String> meta) {
        return Timestamp.from(Instant.parse(meta.get(RecordMeta.RECEIVED)));
    }
}
