package io.tomogrid.gateway.index;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.gateway.Poller;
import io.tomogrid.gateway.index.IndexedAttribute.Level;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Completes rows that were made from records of before the attributes were indexed: reads the headers in the archive, in
 * the order in which they came, in the background. Until then a query finds them by UID, patient ID and modality only.
 * May be interrupted anywhere and goes on at the next start.
 */
@Component
class Describer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Describer.class);
    private static final Duration PAUSE = Duration.ofMinutes(5);
    private static final int AT_ONCE = 200;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final SegmentReader archive;
    private final Poller poller;

    /** @param caughtUp the index has every record of the archive before this begins */
    Describer(JdbcTemplate jdbc, TransactionTemplate transactions, SegmentReader archive, ArchiveIndex caughtUp) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.archive = archive;
        this.poller = Poller.start("describer", PAUSE, this::run);
    }

    private record Bare(String sopInstanceUid, String studyUid, String seriesUid, String syntax, SegmentRef ref) {}

    private record Described(Bare bare, Map<IndexedAttribute, String> attributes) {}

    private void run() throws InterruptedException {
        int count = 0;
        List<Bare> some = next();
        while (!some.isEmpty()) {
            List<Described> described = new ArrayList<>();
            for (Bare bare : some) {
                described.add(new Described(bare, read(bare)));
            }
            transactions.executeWithoutResult(status -> described.forEach(this::write));
            count += some.size();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            some = next();
        }
        if (count > 0) {
            log.info("{} instances of before are described in the index now", count);
        }
    }

    private List<Bare> next() {
        return jdbc.query(
                """
                SELECT sop_instance_uid, study_uid, series_uid, transfer_syntax_uid, segment, start, length
                FROM instance WHERE NOT described ORDER BY segment, start LIMIT ?""",
                (row, n) -> new Bare(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        new SegmentRef(row.getString(5), row.getLong(6), row.getLong(7))),
                AT_ONCE);
    }

    private Map<IndexedAttribute, String> read(Bare bare) {
        try (InputStream in = new BufferedInputStream(archive.stream(bare.ref()), 1 << 16)) {
            return IndexedAttribute.read(
                    DatasetReader.readUntil(in, bare.syntax(), InstanceHeader.LIMITS, InstanceHeader.FIRST_NOT_READ));
        } catch (IOException e) {
            log.error("{} stays without attributes in the index", bare.sopInstanceUid(), e);
            return Map.of();
        }
    }

    private void write(Described described) {
        Bare bare = described.bare();
        update("study", Level.STUDY, described, "study_uid = ?", bare.studyUid());
        update(
                "series",
                Level.SERIES,
                described,
                "study_uid = ? AND series_uid = ?",
                bare.studyUid(),
                bare.seriesUid());
        update("instance", Level.INSTANCE, described, "sop_instance_uid = ?", bare.sopInstanceUid());
    }

    private void update(String table, Level level, Described described, String where, Object... key) {
        List<Object> values = new ArrayList<>();
        StringBuilder set = new StringBuilder("described = true");
        for (IndexedAttribute attribute : IndexedAttribute.of(level)) {
            set.append(", ").append(attribute.column()).append(" = ?");
            values.add(described.attributes().getOrDefault(attribute, ""));
        }
        if (level == Level.STUDY) {
            set.append(", patient_name_key = ?");
            values.add(NameKey.of(described.attributes().getOrDefault(IndexedAttribute.PATIENT_NAME, "")));
        }
        values.addAll(List.of(key));
        jdbc.update("UPDATE " + table + " SET " + set + " WHERE NOT described AND " + where, values.toArray());
    }

    @Override
    public void close() {
        poller.close();
    }
}
