package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Eight weeks of a hospital lie behind; the GPU is free and uncut. */
class ForesightTest {
    @TempDir
    Path folder;

    private Scene scene;

    @BeforeEach
    void start() throws Exception {
        scene = new Scene(folder, Map.of());
        scene.start();
        scene.stop();
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    /**
     * FOR-01, FOR-02: the one protocol's jobs come by day rather than by night, scattered so that one day says little of the next;
     * of the other one every hour is as the one before, so that there is nothing to foretell.
     */
    @Test
    void slices_are_cut_before_the_jobs_come_where_foretelling_has_skill() throws Exception {
        history(
                "petct-standard",
                "1 + 2 * (hour % 24 between 7 and 18)::int + abs(hashtext(hour::text)) % 4",
                "30 minutes");
        history("pet-osem", "2", "30 minutes");
        scene.start();
        Scene.until("slices are cut ahead", () -> slices().stream().anyMatch(slice -> slice.contains("-2g-")));
        List<Map<String, Object>> series = Scene.objects(scene.get("/api/forecast"), "series");
        assertThat(series).extracting(one -> one.get("protocol")).containsExactly("pet-osem", "petct-standard");
        assertThat(series.get(1)).containsEntry("on", true).containsEntry("seconds", 1800.0);
        assertThat((double) series.get(1).get("skill")).isPositive();
        assertThat((List<?>) series.get(1).get("next-hours")).hasSize(2);
        assertThat(series.get(0)).containsEntry("on", false).containsEntry("next-hours", List.of());
        assertThat((String) series.get(0).get("verdict")).startsWith("off: ");
        assertThat(slices()).noneMatch(slice -> slice.contains("-1g-"));
        assertThat(Scene.objects(scene.get("/api/slices"), "leases")).isEmpty();
    }

    private List<String> slices() throws Exception {
        return Scene.objects(scene.get("/api/slices"), "gpus").stream()
                .flatMap(gpu -> Scene.objects(gpu, "slices").stream())
                .map(slice -> (String) slice.get("slice"))
                .toList();
    }

    /** @param count SQL of the jobs in an hour, of the hour's number @param length of each */
    private void history(String protocol, String count, String length) throws Exception {
        scene.sql(
                "insert into manager.job (id, study_uid, revision, protocol, study, state, reason, attempt, not_before,"
                        + " created, since, updated, manifest) select '" + protocol
                        + "' || hour || '-' || n, '1.' || hour || '.' || n, 1,"
                        + " '" + protocol + "', '{}', 'DONE', '', 1, at, at, at, at, '{}' from"
                        + " (select hour, date_trunc('hour', now()) - (1344 - hour) * interval '1 hour' as at"
                        + " from generate_series(0, 1343) hour) hours, generate_series(1, (" + count + ")::int) n");
        scene.sql("insert into manager.attempt select id, 1, 0, 'node1-gpu0-2g-0', created, created + interval '"
                + length + "', 'SUCCEEDED' from manager.job where protocol = '" + protocol + "'");
    }
}
