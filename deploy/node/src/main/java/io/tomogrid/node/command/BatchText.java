package io.tomogrid.node.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A batch as a person reads it. */
final class BatchText {
    private static final List<String> OUTCOMES =
            List.of("done", "failed", "skipped", "cancelled", "under-way", "waiting");

    private BatchText() {}

    /** Where it stands, on one line. */
    static String line(Map<?, ?> batch) {
        StringBuilder line = new StringBuilder("batch " + batch.get("batch") + " is " + batch.get("state"));
        if (batch.get("studies") == null) {
            line.append(": its studies are taken in, ")
                    .append(batch.get("waiting"))
                    .append(" so far");
        } else {
            line.append(": ").append(batch.get("done")).append(" done");
            append(line, batch, "failed");
            append(line, batch, "skipped");
            append(line, batch, "cancelled");
            line.append(" of ").append(batch.get("studies"));
            append(line, batch, "under-way");
        }
        if (batch.get("per-hour") instanceof Number rate) {
            line.append(String.format(Locale.ROOT, ", %.0f per hour", rate.doubleValue()));
        }
        if (batch.get("seconds-left") instanceof Number left) {
            line.append(", ").append(span(left.longValue())).append(" left");
        }
        String reason = String.valueOf(batch.get("reason"));
        return reason.isEmpty() ? line.toString() : line + "; " + reason;
    }

    /** Changes with the state and with each tenth of the studies. */
    static String step(Map<?, ?> batch) {
        int ended = count(batch, "done") + count(batch, "failed") + count(batch, "skipped");
        int studies = count(batch, "studies");
        return batch.get("state") + " " + batch.get("reason") + " " + (studies == 0 ? -1 : 10 * ended / studies);
    }

    static Table table(List<?> batches) {
        Table table = new Table(
                "BATCH", "STATE", "PROTOCOL", "STUDIES", "DONE", "FAILED", "SKIPPED", "CREATED", "QUERY", "REASON");
        for (Object item : batches) {
            Map<?, ?> batch = (Map<?, ?>) item;
            table.row(
                    batch.get("batch"),
                    batch.get("state"),
                    batch.get("protocol"),
                    batch.get("studies"),
                    batch.get("done"),
                    batch.get("failed"),
                    batch.get("skipped"),
                    batch.get("created"),
                    batch.get("query"),
                    batch.get("reason"));
        }
        return table;
    }

    /** Outcomes, durations, what failed and what was skipped. */
    static void report(Map<?, ?> report, PrintWriter out) {
        out.println(line(report));
        out.println(report.get("protocol") + " over " + report.get("query") + ", at most " + report.get("most-at-once")
                + " at once, from " + report.get("created")
                + (report.get("ended") == null ? "" : " to " + report.get("ended")));
        out.println();
        Table outcomes = new Table("OUTCOME", "STUDIES");
        OUTCOMES.forEach(outcome -> outcomes.row(outcome.replace('-', ' '), report.get(outcome)));
        outcomes.print(out);
        if (report.get("seconds") instanceof Map<?, ?> seconds && count(report, "done") > 0) {
            out.println();
            Table durations = new Table("SECONDS", "P50", "P90", "P99", "MAX");
            seconds.forEach((what, of) -> {
                Map<?, ?> values = (Map<?, ?>) of;
                durations.row(what, values.get("p50"), values.get("p90"), values.get("p99"), values.get("max"));
            });
            durations.print(out);
        }
        rows(
                report,
                "failures",
                out,
                new Table("FAILED STUDY", "REVISION", "JOB", "REASON"),
                List.of("study-uid", "revision", "job-id", "reason"));
        rows(
                report,
                "skips",
                out,
                new Table("SKIPPED BECAUSE", "STUDIES", "ONE OF THEM"),
                List.of("reason", "studies", "example"));
    }

    private static void rows(Map<?, ?> report, String key, PrintWriter out, Table table, List<String> columns) {
        List<?> items = (List<?>) report.get(key);
        if (items.isEmpty()) {
            return;
        }
        out.println();
        for (Object item : items) {
            table.row(columns.stream().map(((Map<?, ?>) item)::get).toArray());
        }
        table.print(out);
    }

    private static void append(StringBuilder line, Map<?, ?> batch, String outcome) {
        int count = count(batch, outcome);
        if (count > 0) {
            line.append(", ").append(count).append(' ').append(outcome.replace('-', ' '));
        }
    }

    private static int count(Map<?, ?> batch, String key) {
        return batch.get(key) instanceof Number number ? number.intValue() : 0;
    }

    private static String span(long seconds) {
        Duration span = Duration.ofSeconds(seconds);
        return String.format(Locale.ROOT, "%d:%02d:%02d", span.toHours(), span.toMinutesPart(), span.toSecondsPart());
    }
}
