package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.slices.SliceKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts with a GPU each. */
class TwoHostsTest {
    @TempDir
    Path folder;

    /** JOB-02 */
    @Test
    void work_goes_to_the_other_host_when_nothing_begins_on_the_first() throws Exception {
        Map<String, Object> settings = new HashMap<>();
        try (Scene scene = new Scene(folder, settings);
                AgentDouble second = new AgentDouble("node2", folder.resolve("agent2"))) {
            settings.put("tomogrid.manager.agents", scene.agent.url() + "," + second.url());
            scene.driver.executorsOn(new Both(scene.agent, second));
            for (int start = 0; start < 6; start += 2) {
                scene.agent.hang(SliceKey.parse("node1-gpu0-2g-" + start));
            }
            scene.start();
            Map<String, Object> moved = scene.await(scene.petCt(), "DONE");
            assertThat((String) moved.get("slice")).startsWith("node2-gpu0-2g");
            assertThat(moved).containsEntry("attempt", 2);

            scene.driver.script(task -> DriverDouble.BUSY);
            second.down();
            Scene.until(
                    "one agent is down",
                    () -> scene.get("/api/status").toString().contains("down: the agent"));
            second.up();
            for (int start = 0; start < 6; start += 2) {
                scene.agent.recover(SliceKey.parse("node1-gpu0-2g-" + start));
            }
            Scene.until(
                    "both are up",
                    () -> Scene.objects(scene.get("/api/slices"), "gpus").size() == 2);
            List<String> studies = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                studies.add(scene.petCt());
            }
            Scene.until("six run", () -> scene.driver.busy() == 6);
            scene.driver.script(scene.driver::success);
            for (String study : studies) {
                assertThat(scene.await(study, "DONE")).containsEntry("attempt", 1);
            }
            scene.assertAsAgreed();
            assertThat(second.violations).isEmpty();
        }
    }
}
