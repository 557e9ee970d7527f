package io.tomogrid.gateway.verdict;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.object.Algorithm;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.index.ArchiveIndex;
import io.tomogrid.gateway.index.RecordMeta;
import io.tomogrid.gateway.index.VerdictRow;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** The quality ledger: verdicts in the order they came, in the archive as decisions and in the database. */
@Component
public class Verdicts {
    private static final ReadLimits HEADER = ReadLimits.DEFAULT;

    private final ArchiveIndex index;
    private final SegmentReader reader;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final Clock clock;

    Verdicts(
            ArchiveIndex index,
            SegmentReader reader,
            JdbcTemplate jdbc,
            TransactionTemplate transactions,
            Clock clock) {
        this.index = index;
        this.reader = reader;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** The job that made this object, if one of ours did. */
    Optional<String> jobOf(String sopInstanceUid) {
        return jdbc
                .queryForList(
                        "SELECT job_id FROM result_object WHERE sop_instance_uid = ? LIMIT 1",
                        String.class,
                        sopInstanceUid)
                .stream()
                .findFirst();
    }

    boolean hasResults(String jobId) {
        Integer count =
                jdbc.queryForObject("SELECT count(*) FROM result_object WHERE job_id = ?", Integer.class, jobId);
        return count != null && count > 0;
    }

    /** Once for each id. */
    void add(String id, String jobId, String source, Judgement judgement) {
        Optional<Algorithm> model = model(jobId);
        var map = new LinkedHashMap<String, Object>();
        map.put("format-version", 1);
        map.put("id", id);
        map.put("job-id", jobId);
        map.put("verdict", judgement.outcome().name());
        map.put("source", source);
        map.put("by", judgement.by());
        map.put("reason", judgement.reason());
        map.put("model", model.map(Algorithm::name).orElse(""));
        map.put("model-version", model.map(Algorithm::version).orElse(""));
        map.put("model-digest", model.map(Algorithm::digest).orElse(""));
        judgement.lesions().ifPresent(lesions -> map.put("lesions", toMap(lesions)));
        map.put("given", clock.instant().truncatedTo(ChronoUnit.MICROS).toString());
        transactions.executeWithoutResult(status -> {
            if (VerdictRow.insert(jdbc, map)) {
                index.decide(RecordMeta.verdict(jobId), Documents.json(map));
            }
        });
    }

    private static Map<String, Object> toMap(Judgement.Lesions lesions) {
        var map = new LinkedHashMap<String, Object>();
        map.put("kept", lesions.kept());
        map.put("edited", lesions.edited());
        map.put("removed", lesions.removed());
        map.put("added", lesions.added());
        return map;
    }

    /** As the job's own report names it; empty if it has none, or is not stored yet. */
    private Optional<Algorithm> model(String jobId) {
        List<String> reports = jdbc.queryForList(
                "SELECT sop_instance_uid FROM result_object WHERE job_id = ? AND kind = 'SR' LIMIT 1",
                String.class,
                jobId);
        Optional<ArchiveIndex.Indexed> place = reports.stream().findFirst().flatMap(index::find);
        if (place.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = new BufferedInputStream(reader.stream(place.get().ref()))) {
            return Algorithm.of(DatasetReader.read(in, place.get().transferSyntax(), HEADER));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the report of job " + jobId + " cannot be read", unreadable);
        }
    }

    /** Newest first. @param jobId or empty for all */
    List<Map<String, Object>> list(String jobId, int limit) {
        return jdbc.query(
                "SELECT * FROM verdict WHERE ? = '' OR job_id = ? ORDER BY sequence DESC LIMIT ?",
                (row, n) -> VerdictRow.toMap(row),
                jobId,
                jobId,
                limit);
    }

    /** By model and version the last verdict on each job, and what became of the lesions where that was told. */
    List<Map<String, Object>> models() {
        return jdbc.query("""
                SELECT model, model_version, model_digest,
                    count(*) FILTER (WHERE verdict = 'ACCEPTED'), count(*) FILTER (WHERE verdict = 'EDITED'),
                    count(*) FILTER (WHERE verdict = 'REJECTED'),
                    coalesce(sum(kept), 0), coalesce(sum(edited), 0), coalesce(sum(removed), 0), coalesce(sum(added), 0)
                FROM (SELECT DISTINCT ON (job_id) * FROM verdict ORDER BY job_id, sequence DESC) last
                GROUP BY model, model_version, model_digest ORDER BY model, model_version, model_digest""", (row, n) -> {
            var map = new LinkedHashMap<String, Object>();
            map.put("model", row.getString(1));
            map.put("model-version", row.getString(2));
            map.put("model-digest", row.getString(3));
            map.put("accepted", row.getInt(4));
            map.put("edited", row.getInt(5));
            map.put("rejected", row.getInt(6));
            map.put(
                    "lesions",
                    toMap(new Judgement.Lesions(row.getInt(7), row.getInt(8), row.getInt(9), row.getInt(10))));
            return map;
        });
    }
}
