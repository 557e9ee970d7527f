package io.tomogrid.manager.batch;

import io.tomogrid.manager.Sql;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** How far a batch has come, and what became of it. Its jobs are asked, so that one that is retried counts as it stands. */
@Component
class BatchView {
    private static final int VERSION = 1;
    private static final int MOST_FAILED = 1000;
    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final String STUDIES =
            " from manager.batch_study study left join manager.job on job.id = study.job_id where study.batch = :id";

    private final JdbcClient jdbc;
    private final BatchStore batches;

    BatchView(JdbcClient jdbc, BatchStore batches) {
        this.jdbc = jdbc;
        this.batches = batches;
    }

    /** Studies of a batch by what became of them. */
    private record Counts(int done, int failed, int cancelled, int skipped, int underWay, int waiting) {
        static Counts of(ResultSet row, int number) throws SQLException {
            return new Counts(
                    row.getInt("done"),
                    row.getInt("failed"),
                    row.getInt("cancelled"),
                    row.getInt("skipped"),
                    row.getInt("under_way"),
                    row.getInt("waiting"));
        }
    }

    Map<String, Object> newest(int limit) {
        var document = document();
        document.put(
                "batches", batches.newest(limit).stream().map(this::progress).toList());
        return document;
    }

    Map<String, Object> progress(Batch batch) {
        Counts counts = jdbc.sql("select count(*) filter (where job.state = 'DONE') as done,"
                        + " count(*) filter (where job.state = 'FAILED') as failed,"
                        + " count(*) filter (where job.state = 'CANCELLED') as cancelled,"
                        + " count(*) filter (where skipped is not null) as skipped,"
                        + " count(*) filter (where job.state not in ('DONE', 'FAILED', 'CANCELLED')) as under_way,"
                        + " count(*) filter (where job_id is null and skipped is null) as waiting" + STUDIES)
                .param("id", batch.id())
                .query(Counts::of)
                .single();
        var document = document();
        document.put("batch", batch.id());
        document.put("query", batch.query().text());
        document.put("protocol", batch.protocol());
        document.put("most-at-once", batch.mostAtOnce());
        document.put("state", batch.state().name());
        document.put("reason", batch.reason());
        document.put("studies", batch.wanted().isPresent() ? batch.wanted().getAsInt() : null);
        document.put("done", counts.done());
        document.put("failed", counts.failed());
        document.put("cancelled", counts.cancelled());
        document.put("skipped", counts.skipped());
        document.put("under-way", counts.underWay());
        document.put("waiting", counts.waiting());
        Optional<Double> rate =
                batch.state() == Batch.State.RUNNING ? perSecond(batch, Instant.now()) : Optional.empty();
        document.put("per-hour", rate.map(r -> Math.round(r * 36_000) / 10.0).orElse(null));
        document.put(
                "seconds-left",
                rate.map(r -> Math.round((counts.underWay() + counts.waiting()) / r))
                        .orElse(null));
        document.put("created", batch.created().toString());
        document.put("ended", batch.ended().map(Instant::toString).orElse(null));
        return document;
    }

    /** How fast its jobs have ended lately; empty before the first one has. */
    private Optional<Double> perSecond(Batch batch, Instant now) {
        return jdbc.sql("select count(*) filter (where state in ('DONE', 'FAILED') and since >= :from) as ended,"
                        + " min(created) as first from manager.job where batch = :id")
                .param("from", Sql.at(now.minus(WINDOW)))
                .param("id", batch.id())
                .query((row, number) -> {
                    int ended = row.getInt("ended");
                    if (ended == 0) {
                        return Optional.<Double>empty();
                    }
                    Duration worked = Duration.between(Sql.instant(row, "first"), now);
                    Duration window = worked.compareTo(WINDOW) < 0 ? worked : WINDOW;
                    return Optional.of(ended * 1e3 / Math.max(1, window.toMillis()));
                })
                .single();
    }

    /** The progress, how long studies took, and which have no results and why. No patient data. */
    Map<String, Object> report(Batch batch) {
        var document = progress(batch);
        document.put("seconds", seconds(batch));
        document.put(
                "failures",
                jdbc.sql("select study.study_uid, study.revision, job.id, job.reason, job.remedy" + STUDIES
                                + " and job.state = 'FAILED' order by study.ordinal limit " + MOST_FAILED)
                        .param("id", batch.id())
                        .query(BatchView::failure)
                        .list());
        document.put(
                "skips",
                jdbc.sql("select skipped, count(*) as studies, min(study.study_uid) as example" + STUDIES
                                + " and skipped is not null group by skipped order by count(*) desc, skipped limit "
                                + MOST_FAILED)
                        .param("id", batch.id())
                        .query((row, number) -> Map.<String, Object>of(
                                "reason", row.getString("skipped"),
                                "studies", row.getInt("studies"),
                                "example", row.getString("example")))
                        .list());
        return document;
    }

    /** Of the studies that are done: the last attempt alone, and from its turn to its last delivery. */
    private Map<String, Object> seconds(Batch batch) {
        var seconds = new LinkedHashMap<String, Object>();
        seconds.put("processing", percentiles(batch, "attempt.ended - attempt.started"));
        seconds.put("whole", percentiles(batch, "job.since - job.created"));
        return seconds;
    }

    /** Nearest-rank percentiles of a duration in seconds; none if nothing is done. */
    private Map<String, Object> percentiles(Batch batch, String duration) {
        String each = "extract(epoch from " + duration + ")::float8";
        return jdbc.sql("select percentile_disc(array[0.5, 0.9, 0.99, 1]) within group (order by " + each + ")"
                        + " from manager.job join manager.attempt on attempt.job_id = job.id and attempt.number = job.attempt"
                        + " where job.batch = :id and job.state = 'DONE' and attempt.ended is not null")
                .param("id", batch.id())
                .query((row, number) -> {
                    Array values = row.getArray(1);
                    return values == null ? Map.<String, Object>of() : named((Double[]) values.getArray());
                })
                .single();
    }

    private static Map<String, Object> named(Double[] values) {
        List<String> names = List.of("p50", "p90", "p99", "max");
        var named = new LinkedHashMap<String, Object>();
        for (int i = 0; i < values.length; i++) {
            named.put(names.get(i), Math.round(values[i] * 1e3) / 1e3);
        }
        return named;
    }

    private static Map<String, Object> failure(ResultSet row, int number) throws SQLException {
        var failure = new LinkedHashMap<String, Object>();
        failure.put("study-uid", row.getString("study_uid"));
        failure.put("revision", row.getInt("revision"));
        failure.put("job-id", row.getString("id"));
        failure.put("reason", row.getString("reason"));
        failure.put("remedy", row.getString("remedy"));
        return failure;
    }

    private static Map<String, Object> document() {
        var document = new LinkedHashMap<String, Object>();
        document.put("format-version", VERSION);
        return document;
    }
}
