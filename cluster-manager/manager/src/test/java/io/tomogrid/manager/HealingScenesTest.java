package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that stands on what is ill goes elsewhere. */
class HealingScenesTest {
    @TempDir
    Path folder;

    private final Map<String, Object> settings = new HashMap<>();

    /** HEAL-03, HEAL-05 */
    @Test
    void a_job_leaves_a_gpu_that_falls_ill_under_it_at_once() throws Exception {
        settings.put("tomogrid.manager.back-off", "1h");
        try (Scene scene = new Scene(folder, settings);
                AgentDouble second = new AgentDouble("node2", folder.resolve("agent2"))) {
            settings.put("tomogrid.manager.agents", scene.agent.url() + "," + second.url());
            scene.driver.executorsOn(new Both(scene.agent, second));
            scene.driver.script(task -> task.attempt() == 1 ? DriverDouble.BUSY : scene.driver.success(task));
            scene.start();
            String study = scene.petCt();
            String slice = (String) scene.awaitStage(study, "suv").get("slice");
            (slice.startsWith("node1") ? scene.agent : second).fault("XID 79 on gpu0");
            Map<String, Object> done = scene.await(study, "DONE");
            assertThat((String) done.get("slice")).startsWith(slice.startsWith("node1") ? "node2" : "node1");
            assertThat(done.get("transitions").toString()).contains("must not be used any more: XID 79 on gpu0");
            assertThat(Scene.states(done)).containsOnlyOnce("STORING", "DONE");
            scene.assertAsAgreed();
        }
    }

    /** HEAL-03: it has the lease of a slice there, and its agent refuses to make that for as long as the fault lasts. */
    @Test
    void a_job_that_has_not_begun_yet_leaves_a_gpu_that_falls_ill() throws Exception {
        settings.put("tomogrid.manager.start-deadline", "1h");
        try (Scene scene = new Scene(folder, settings);
                AgentDouble second = new AgentDouble("node2", folder.resolve("agent2"))) {
            settings.put("tomogrid.manager.agents", scene.agent.url() + "," + second.url());
            scene.driver.executorsOn(new Both(scene.agent, second));
            scene.agent.refuses(true);
            second.refuses(true);
            scene.start();
            String study = scene.petCt();
            String slice = (String)
                    scene.awaitReason(study, "somebody else cuts this GPU").get("slice");
            AgentDouble ill = slice.startsWith("node1") ? scene.agent : second;
            AgentDouble well = ill == second ? scene.agent : second;
            well.refuses(false);
            ill.fault("XID 79 on gpu0");
            Map<String, Object> done = scene.await(study, "DONE");
            assertThat((String) done.get("slice")).startsWith(well == second ? "node2" : "node1");
            assertThat(done.get("transitions").toString()).contains("must not be used any more: XID 79 on gpu0");
            scene.assertAsAgreed();
        }
    }

    /** HEAL-04 */
    @Test
    void a_job_that_stands_still_for_too_long_is_tried_again() throws Exception {
        settings.put("tomogrid.manager.stall-limit", "300ms");
        try (Scene scene = new Scene(folder, settings)) {
            scene.driver.script(task -> task.attempt() == 1 ? DriverDouble.BUSY : scene.driver.success(task));
            scene.start();
            String study = scene.petCt();
            Map<String, Object> done = scene.await(study, "DONE");
            assertThat(done).containsEntry("attempt", 2);
            assertThat(done.get("transitions").toString()).contains("the last stage was: suv");
            scene.assertAsAgreed();
        }
    }

    /** HEAL-04: a rule may give its protocol another limit than the manager's. */
    @Test
    void the_limit_for_standing_still_is_the_protocols() throws Exception {
        settings.put("tomogrid.manager.stall-limit", "1h");
        settings.put("tomogrid.manager.rules[0].protocol", "petct-standard");
        settings.put("tomogrid.manager.rules[0].modalities", "PT,CT");
        settings.put("tomogrid.manager.rules[0].memory", "9GB");
        settings.put("tomogrid.manager.rules[0].compute-slices", "2");
        settings.put("tomogrid.manager.rules[0].model", "suv-threshold");
        settings.put("tomogrid.manager.rules[0].stall-limit", "300ms");
        try (Scene scene = new Scene(folder, settings)) {
            scene.driver.script(task -> task.attempt() == 1 ? DriverDouble.BUSY : scene.driver.success(task));
            scene.start();
            String study = scene.petCt();
            // by the manager's own limit the first attempt would stand still for an hour
            assertThat(scene.await(study, "DONE")).containsEntry("attempt", 2);
            scene.assertAsAgreed();
        }
    }
}
