package io.tomogrid.gateway.dicomweb;

import io.tomogrid.archive.SegmentRef;
import io.tomogrid.gateway.RequestFault;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Where the instances of a study lie, from the index. */
@Component
final class StoredInstances {
    private static final String COLUMNS =
            "SELECT study_uid, series_uid, sop_instance_uid, sop_class_uid, transfer_syntax_uid, segment, start, length,"
                    + " sha256 FROM instance WHERE study_uid = ?";
    private static final String ORDER = " ORDER BY series_uid, segment, start";

    private final JdbcTemplate jdbc;

    StoredInstances(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** One instance and the place of its encoded data set. */
    record Stored(
            String studyUid,
            String seriesUid,
            String sopInstanceUid,
            String sopClassUid,
            String transferSyntax,
            SegmentRef ref,
            String sha256) {
        /** Path of its resource below the service's root. */
        String path() {
            return "/studies/" + studyUid + "/series/" + seriesUid + "/instances/" + sopInstanceUid;
        }
    }

    /** @throws RequestFault if there is none */
    List<Stored> ofStudy(String study) {
        return found("study", query(COLUMNS + ORDER, study));
    }

    /** @throws RequestFault if there is none */
    List<Stored> ofSeries(String study, String series) {
        return found("series", query(COLUMNS + " AND series_uid = ?" + ORDER, study, series));
    }

    /** @throws RequestFault if there is none */
    Stored instance(String study, String series, String instance) {
        return found(
                        "instance",
                        query(COLUMNS + " AND series_uid = ? AND sop_instance_uid = ?", study, series, instance))
                .get(0);
    }

    private static List<Stored> found(String what, List<Stored> instances) {
        if (instances.isEmpty()) {
            throw RequestFault.notFound("no " + what + " with this UID is stored here");
        }
        return instances;
    }

    private List<Stored> query(String sql, Object... arguments) {
        return jdbc.query(
                sql,
                (row, n) -> new Stored(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        new SegmentRef(row.getString(6), row.getLong(7), row.getLong(8)),
                        row.getString(9)),
                arguments);
    }
}
