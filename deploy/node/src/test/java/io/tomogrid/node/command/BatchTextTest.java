package io.tomogrid.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** BAT-05: what a person reads of a batch. */
class BatchTextTest {
    private static Map<String, Object> batch() {
        return new HashMap<>(Map.ofEntries(
                Map.entry("batch", "b1"),
                Map.entry("query", "ModalitiesInStudy=PT"),
                Map.entry("protocol", "petct-standard"),
                Map.entry("most-at-once", 4),
                Map.entry("state", "RUNNING"),
                Map.entry("reason", ""),
                Map.entry("studies", 120),
                Map.entry("done", 12),
                Map.entry("failed", 1),
                Map.entry("skipped", 0),
                Map.entry("cancelled", 0),
                Map.entry("under-way", 4),
                Map.entry("waiting", 103),
                Map.entry("created", "2026-11-25T10:00:00Z")));
    }

    @Test
    void one_line_says_how_far_it_is_and_how_long_it_takes() {
        Map<String, Object> batch = batch();
        assertThat(BatchText.line(batch)).isEqualTo("batch b1 is RUNNING: 12 done, 1 failed of 120, 4 under way");
        batch.put("per-hour", 512.4);
        batch.put("seconds-left", 3725);
        assertThat(BatchText.line(batch)).endsWith(", 4 under way, 512 per hour, 1:02:05 left");
        batch.put("reason", "the gateway is away");
        assertThat(BatchText.line(batch)).endsWith("left; the gateway is away");
        batch.put("studies", null);
        assertThat(BatchText.line(batch)).startsWith("batch b1 is RUNNING: its studies are taken in, 103 so far");
    }

    @Test
    void without_a_terminal_each_tenth_is_told_once() {
        Map<String, Object> batch = batch();
        String tenth = BatchText.step(batch);
        batch.put("done", 22);
        assertThat(BatchText.step(batch)).isEqualTo(tenth);
        batch.put("done", 23);
        assertThat(BatchText.step(batch)).isNotEqualTo(tenth);
    }

    @Test
    void the_report_names_what_failed_and_why_some_were_skipped() {
        Map<String, Object> report = batch();
        report.put("state", "DONE");
        report.put("ended", "2026-11-25T11:00:00Z");
        Map<String, Object> seconds = Map.of("p50", 4.5, "p90", 9.0, "p99", 12.25, "max", 13.0);
        report.put("seconds", Map.of("processing", seconds));
        report.put(
                "failures",
                List.of(Map.of(
                        "study-uid", "1.2.3", "revision", 2, "job-id", "j9", "reason", "the weight is missing")));
        report.put("skips", List.of(Map.of("reason", "no rule matches", "studies", 7, "example", "1.2.4")));
        StringWriter out = new StringWriter();
        BatchText.report(report, new PrintWriter(out, true));
        assertThat(out.toString().lines())
                .contains(
                        "petct-standard over ModalitiesInStudy=PT, at most 4 at once, from 2026-11-25T10:00:00Z to"
                                + " 2026-11-25T11:00:00Z",
                        "done       12",
                        "under way  4",
                        "SECONDS     P50  P90  P99    MAX",
                        "processing  4.5  9.0  12.25  13.0",
                        "1.2.3         2         j9   the weight is missing",
                        "no rule matches  7        1.2.4");
    }
}
