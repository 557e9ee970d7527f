package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JOB-17 */
class WakeTest {
    private static final Duration TICK = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    @Test
    void an_operators_retry_is_not_kept_waiting_for_the_next_look() throws Exception {
        Map<String, Object> settings = new HashMap<>();
        SliceScenesTest.rule(settings, 0, "too-large", "CT", "200GB", 2);
        settings.put("tomogrid.manager.tick", TICK.toSeconds() + "s");
        try (Scene scene = new Scene(folder, settings)) {
            String study = Scene.studyUid();
            scene.gateway.complete(study, 1, "CT");
            scene.start();
            Object job = scene.await(study, "FAILED").get("job-id");
            long before = System.nanoTime();
            assertThat(scene.ask("POST", "/api/jobs/" + job + "/retry").statusCode())
                    .isEqualTo(202);
            Scene.until("it was looked at again", () -> scene.count("manager.transition where state = 'FAILED'") == 2);
            assertThat(System.nanoTime() - before).isLessThan(TICK.toNanos() / 2);
            scene.assertAsAgreed();
        }
    }
}
