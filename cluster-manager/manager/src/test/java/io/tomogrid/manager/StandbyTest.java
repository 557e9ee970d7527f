package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.support.TransactionTemplate;

/** JOB-27: two managers on one database. */
@Tag("cluster")
class StandbyTest {
    private static final Duration TAKEOVER = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    @Test
    void a_standby_answers_takes_what_operators_want_and_takes_over_from_a_killed_one() throws Exception {
        try (Scene scene = new Scene(folder, Map.of());
                ManagerProcess first = ManagerProcess.spawn(scene, ManagerProcess.freePort())) {
            first.awaitUp(scene);
            Scene.until("the first is active", () -> role(scene, first.base()).equals("active"));
            scene.start();
            assertThat(role(scene, scene.base())).isEqualTo("standby");

            scene.driver.script(task -> DriverDouble.BUSY);
            String cancelled = scene.petCt();
            Map<String, Object> job = scene.awaitStage(cancelled, "suv");
            Scene.until(
                    "the standby tells of the GPU",
                    () -> scene.get("/api/slices").toString().contains("GPU-"));
            assertThat(scene.ask("POST", "/api/jobs/" + job.get("job-id") + "/cancel")
                            .statusCode())
                    .isEqualTo(202);
            Scene.until("the active one has told the driver", () -> scene.driver.busy() == 0);

            String goesOn = scene.petCt();
            scene.awaitStage(goesOn, "suv");
            first.kill();
            long killed = System.nanoTime();
            Scene.until("the standby is active", () -> role(scene, scene.base()).equals("active"));
            Duration took = Duration.ofNanos(System.nanoTime() - killed);
            System.out.println("standby took over after " + took.toMillis() + " ms");
            assertThat(took).isLessThan(TAKEOVER);
            scene.driver.script(scene.driver::success);
            assertThat(scene.await(goesOn, "DONE")).containsEntry("attempt", 1);
            scene.await(scene.petCt(), "DONE");
            scene.assertAsAgreed();
        }
    }

    /** It does not know that its lock is gone: the term in the database says so. */
    @Test
    void a_manager_that_another_has_replaced_grants_nothing() throws Exception {
        try (Scene scene = new Scene(folder, Map.of())) {
            scene.start();
            scene.await(scene.petCt(), "DONE");
            Fence fence = scene.bean(Fence.class);
            TransactionTemplate transaction = scene.bean(TransactionTemplate.class);
            transaction.executeWithoutResult(status -> fence.check());
            scene.sql("update manager.term set term = term + 1");
            assertThatThrownBy(() -> transaction.executeWithoutResult(status -> fence.check()))
                    .hasMessageContaining("another manager has become the active one");
            String study = scene.petCt();
            scene.await(study, "QUEUED");
            long granted = scene.count("manager.lease");
            int read = scene.gateway.feedRead();
            Scene.until("it has tried for a while", () -> scene.gateway.feedRead() > read + 5);
            assertThat(scene.jobs(study).get(0)).containsEntry("state", "QUEUED");
            assertThat(scene.count("manager.lease")).isEqualTo(granted);
        }
    }

    private static String role(Scene scene, URI manager) throws Exception {
        return (String) JSON.std
                .mapFrom(scene.ask(manager, "GET", "/api/status").body())
                .get("role");
    }
}
