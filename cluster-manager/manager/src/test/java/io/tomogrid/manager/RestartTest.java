package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** JOB-05: the manager ends in every state of a job and goes on after its next start. */
@Tag("cluster")
class RestartTest {
    @TempDir
    Path folder;

    private Scene scene;

    @BeforeEach
    void start() throws Exception {
        scene = new Scene(folder, Map.of());
        scene.start();
    }

    @AfterEach
    void stop() throws Exception {
        scene.assertAsAgreed();
        scene.close();
    }

    @Test
    void it_goes_on_from_every_state() throws Exception {
        fromQueued();
        fromLeased();
        fromRunning();
        fromStoring();
        fromDelivering();
    }

    private void fromQueued() throws Exception {
        scene.driver.down();
        String study = scene.petCt();
        scene.await(study, "QUEUED");
        scene.stop();
        scene.driver.up();
        startedAgain(study);
    }

    private void fromLeased() throws Exception {
        scene.driver.releaseIdle();
        scene.agent.refuses(true);
        String study = scene.petCt();
        scene.awaitReason(study, "somebody else cuts this GPU");
        scene.await(study, "LEASED");
        scene.stop();
        scene.agent.refuses(false);
        startedAgain(study);
    }

    /** The lease ends while nobody can renew it; nobody else can have had the slice either. */
    private void fromRunning() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        scene.awaitStage(study, "suv");
        scene.stop();
        scene.sql("update manager.lease set expiry = expiry - interval '1 hour' where state = 'LIVE'");
        scene.driver.script(scene.driver::success);
        startedAgain(study);
    }

    private void fromStoring() throws Exception {
        scene.gateway.storing(false);
        String study = scene.petCt();
        scene.await(study, "STORING");
        scene.stop();
        scene.gateway.storing(true);
        startedAgain(study);
    }

    private void fromDelivering() throws Exception {
        scene.gateway.pacs(GatewayDouble.Pacs.DOWN);
        String study = scene.petCt();
        scene.await(study, "DELIVERING");
        scene.stop();
        scene.gateway.pacs(GatewayDouble.Pacs.UP);
        startedAgain(study);
    }

    private void startedAgain(String study) throws Exception {
        scene.start();
        Map<String, Object> job = scene.await(study, "DONE");
        assertThat(job).containsEntry("attempt", 1);
        assertThat(Scene.states(job)).containsExactly("QUEUED", "LEASED", "RUNNING", "STORING", "DELIVERING", "DONE");
    }

    /** What was done but not yet written down is done again and changes nothing. */
    @Test
    void a_step_that_was_not_written_down_is_taken_again() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String submitted = scene.petCt();
        scene.awaitStage(submitted, "suv");
        scene.stop();
        scene.sql("update manager.job set state = 'LEASED', since = now() where state = 'RUNNING'");
        scene.driver.script(scene.driver::success);
        scene.gateway.pacs(GatewayDouble.Pacs.DOWN);
        scene.start();
        assertThat(scene.await(submitted, "DELIVERING")).containsEntry("attempt", 1);
        assertThat(scene.driver.submitted()).hasSize(1);
        scene.stop();
        scene.sql("update manager.job set state = 'STORING' where state = 'DELIVERING'");
        scene.gateway.pacs(GatewayDouble.Pacs.UP);
        scene.start();
        assertThat(scene.await(submitted, "DONE")).containsEntry("attempt", 1);
    }

    /** A manager that is slow to die and its successor: only one grants leases. */
    @Test
    void a_second_manager_waits_until_the_first_has_gone() throws Exception {
        scene.await(scene.petCt(), "DONE");
        try (ConfigurableApplicationContext second = ManagerApplication.start(scene.properties())) {
            scene.await(scene.petCt(), "DONE");
            int read = scene.gateway.feedRead();
            scene.stop();
            scene.useManagerAt(
                    URI.create("http://127.0.0.1:" + second.getEnvironment().getProperty("local.server.port")));
            scene.await(scene.petCt(), "DONE");
            assertThat(scene.gateway.feedRead()).isGreaterThan(read);
        }
    }
}
