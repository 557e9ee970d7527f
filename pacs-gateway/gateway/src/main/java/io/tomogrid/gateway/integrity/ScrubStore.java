package io.tomogrid.gateway.integrity;

import io.tomogrid.archive.SegmentRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Where a round stands, and what is damaged, in the database. A series counts once it is read whole. */
@Component
class ScrubStore {
    private static final int MOST = 1000;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;

    ScrubStore(JdbcTemplate jdbc, TransactionTemplate transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** @param began of the last round, if there was one @param ended empty while it goes on */
    record Round(Optional<Instant> began, Optional<Instant> ended, long instances, long bytes) {}

    record Series(String studyUid, String seriesUid) {}

    record Kept(String sopInstanceUid, SegmentRef ref, String sha256) {}

    record Damaged(String sopInstanceUid, Instant found, String reason) {}

    Round round() {
        return jdbc.queryForObject(
                "SELECT began, ended, instances, bytes FROM scrub",
                (row, n) -> new Round(instant(row, 1), instant(row, 2), row.getLong(3), row.getLong(4)));
    }

    void begin(Instant now) {
        jdbc.update(
                "UPDATE scrub SET began = ?, ended = NULL, study_uid = '', series_uid = '', instances = 0, bytes = 0",
                Timestamp.from(now));
    }

    void end(Instant now) {
        jdbc.update("UPDATE scrub SET ended = ?", Timestamp.from(now));
    }

    /** The first series behind the one that was read last. */
    Optional<Series> next() {
        return jdbc
                .query(
                        "SELECT s.study_uid, s.series_uid FROM series s, scrub"
                                + " WHERE (s.study_uid, s.series_uid) > (scrub.study_uid, scrub.series_uid)"
                                + " ORDER BY s.study_uid, s.series_uid LIMIT 1",
                        (row, n) -> new Series(row.getString(1), row.getString(2)))
                .stream()
                .findFirst();
    }

    /** In the order in which they lie in the archive. */
    List<Kept> instances(Series series) {
        return jdbc.query(
                "SELECT sop_instance_uid, segment, start, length, sha256 FROM instance"
                        + " WHERE study_uid = ? AND series_uid = ? ORDER BY segment, start",
                (row, n) -> new Kept(
                        row.getString(1),
                        new SegmentRef(row.getString(2), row.getLong(3), row.getLong(4)),
                        row.getString(5)),
                series.studyUid(),
                series.seriesUid());
    }

    /** The series is read. @param damaged why, of those instances that are */
    void read(Series series, long instances, long bytes, Map<String, String> damaged, Instant now) {
        transactions.executeWithoutResult(status -> {
            jdbc.update(
                    "UPDATE scrub SET study_uid = ?, series_uid = ?, instances = instances + ?, bytes = bytes + ?",
                    series.studyUid(),
                    series.seriesUid(),
                    instances,
                    bytes);
            jdbc.update(
                    "DELETE FROM damage USING instance i WHERE damage.sop_instance_uid = i.sop_instance_uid"
                            + " AND i.study_uid = ? AND i.series_uid = ? AND NOT damage.sop_instance_uid = ANY(?)",
                    series.studyUid(),
                    series.seriesUid(),
                    damaged.keySet().toArray(String[]::new));
            damaged.forEach((uid, reason) -> jdbc.update(
                    "INSERT INTO damage SELECT sop_instance_uid, ?, ? FROM instance WHERE sop_instance_uid = ?"
                            + " ON CONFLICT (sop_instance_uid) DO UPDATE SET reason = excluded.reason",
                    Timestamp.from(now),
                    reason,
                    uid));
        });
    }

    /** Newest first. */
    List<Damaged> damaged() {
        return jdbc.query(
                "SELECT sop_instance_uid, found, reason FROM damage ORDER BY found DESC, sop_instance_uid LIMIT "
                        + MOST,
                (row, n) -> new Damaged(row.getString(1), row.getTimestamp(2).toInstant(), row.getString(3)));
    }

    private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
    }
}
