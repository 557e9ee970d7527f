package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JOB-05 with {@code kill -9}, the manager in a process of its own. */
@Tag("cluster")
class KillTest {
    private static final long SEED = 20261124;
    private static final int KILLS = 4;
    private static final int STUDIES = 30;

    @TempDir
    Path folder;

    @Test
    void a_manager_that_is_killed_again_and_again_ends_every_job_right_once() throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        int port = ManagerProcess.freePort();
        try (Scene scene = new Scene(folder, Map.of())) {
            scene.useManagerAt(URI.create("http://127.0.0.1:" + port));
            List<String> studies = new ArrayList<>();
            long unsettled = 0;
            ManagerProcess manager = null;
            try {
                for (int kill = 0; kill < KILLS; kill++) {
                    manager = ManagerProcess.spawn(scene, port);
                    manager.awaitUp(scene);
                    for (int i = 0; i < 3; i++) {
                        studies.add(scene.petCt());
                    }
                    Thread.sleep(random.nextInt(400));
                    manager.kill();
                    scene.driver.releaseIdle();
                    unsettled += scene.count("manager.job where state not in ('DONE', 'FAILED')");
                }
                manager = ManagerProcess.spawn(scene, port);
                manager.awaitUp(scene);
                for (String study : studies) {
                    Map<String, Object> job = scene.await(study, "DONE");
                    assertThat(scene.gateway.manifest((String) job.get("job-id")))
                            .isNotNull();
                    assertThat(Scene.states(job)).containsOnlyOnce("STORING", "DELIVERING", "DONE");
                }
                assertThat(unsettled).as("jobs that a kill interrupted").isPositive();
                scene.assertAsAgreed();
            } finally {
                if (manager != null) {
                    manager.close();
                }
            }
        }
    }

    /** BAT-02 */
    @Test
    void a_batch_does_every_study_once_however_often_the_manager_is_killed() throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        int port = ManagerProcess.freePort();
        try (Scene scene = new Scene(folder, Map.of())) {
            scene.useManagerAt(URI.create("http://127.0.0.1:" + port));
            for (int i = 0; i < STUDIES; i++) {
                scene.gateway.archived(Scene.studyUid(), "archive", 1, "PT", "CT");
            }
            ManagerProcess manager = ManagerProcess.spawn(scene, port);
            try {
                manager.awaitUp(scene);
                var begun = scene.ask(
                        "POST",
                        "/api/batches",
                        "{\"query\":\"AccessionNumber=archive\",\"protocol\":\"petct-standard\",\"most-at-once\":3}");
                assertThat(begun.statusCode()).as(begun.body()).isEqualTo(201);
                int interrupted = 0;
                for (int kill = 0; kill < KILLS / 2; kill++) {
                    Thread.sleep(random.nextInt(400));
                    manager.kill();
                    scene.driver.releaseIdle();
                    interrupted += scene.count("manager.batch where state = 'RUNNING'");
                    manager = ManagerProcess.spawn(scene, port);
                    manager.awaitUp(scene);
                }
                Scene.until("the batch is done", () -> scene.count("manager.batch where state = 'DONE'") == 1);
                assertThat(interrupted).as("kills in the middle of it").isPositive();
                assertThat(scene.count("manager.job where state = 'DONE'")).isEqualTo(STUDIES);
                assertThat(scene.count("(select distinct study_uid from manager.job) studies"))
                        .isEqualTo(STUDIES);
                assertThat(scene.count("manager.job")).isEqualTo(STUDIES);
                assertThat(scene.count("manager.transition where state = 'STORING'"))
                        .isEqualTo(STUDIES);
                scene.assertAsAgreed();
            } finally {
                manager.close();
            }
        }
    }
}
