package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.slices.SliceKey;
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

    /** FOR-01, FOR-02: the count goes up and down by the hour of the week, in a way that yesterday does not tell. */
    @Test
    void slices_are_cut_before_the_jobs_come() throws Exception {
        history("3 + (hour / 24 % 7) + (hour * 7 / 24) % 5 + hour * 7919 % 3", "30 minutes");
        scene.start();
        Scene.until(
                "a slice is cut ahead",
                () -> scene.agent.exists(SliceKey.parse("node1-gpu0-2g-0"))
                        || scene.agent.exists(SliceKey.parse("node1-gpu0-2g-4")));
        Map<String, Object> series = series();
        assertThat(series)
                .containsEntry("protocol", "petct-standard")
                .containsEntry("on", true)
                .containsEntry("seconds", 1800.0);
        assertThat((double) series.get("skill")).isPositive();
        assertThat((List<?>) series.get("next-hours")).hasSize(2);
        assertThat(Scene.objects(scene.get("/api/slices"), "leases")).isEmpty();
    }

    /** FOR-01: every hour is as the one before, so looking back is perfect already. */
    @Test
    void without_skill_nothing_is_cut_and_it_says_so() throws Exception {
        history("4", "30 minutes");
        scene.start();
        Scene.until(
                "the forecast is there",
                () -> !Scene.objects(scene.get("/api/forecast"), "series").isEmpty());
        assertThat(series()).containsEntry("on", false).containsEntry("next-hours", List.of());
        assertThat((String) series().get("verdict")).startsWith("off: ");
        scene.await(scene.petCt(), "DONE");
        assertThat(Scene.objects(scene.get("/api/slices"), "gpus"))
                .allSatisfy(gpu -> assertThat((List<?>) gpu.get("slices")).hasSize(1));
    }

    private Map<String, Object> series() throws Exception {
        return Scene.objects(scene.get("/api/forecast"), "series").get(0);
    }

    /** @param count SQL of the jobs in an hour, of the hour's number @param length of each */
    private void history(String count, String length) throws Exception {
        scene.sql(
                "insert into manager.job (id, study_uid, revision, protocol, study, state, reason, attempt, not_before,"
                        + " created, since, updated, manifest) select 'h' || hour || '-' || n, '1.' || hour || '.' || n, 1,"
                        + " 'petct-standard', '{}', 'DONE', '', 1, at, at, at, at, '{}' from"
                        + " (select hour, date_trunc('hour', now()) - (1344 - hour) * interval '1 hour' as at"
                        + " from generate_series(0, 1343) hour) hours, generate_series(1, (" + count + ")::int) n");
        scene.sql("insert into manager.attempt select id, 1, 0, 'node1-gpu0-2g-0', created, created + interval '"
                + length + "', 'SUCCEEDED' from manager.job");
    }
}
