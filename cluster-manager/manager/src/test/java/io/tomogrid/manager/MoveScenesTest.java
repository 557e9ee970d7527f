package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.slices.SliceKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that goes from one GPU to another, on two hosts with one each. */
class MoveScenesTest {
    @TempDir
    Path folder;

    private final Set<String> ending = ConcurrentHashMap.newKeySet();

    /** JOB-14, SLC-06 */
    @Test
    void two_fragmented_gpus_are_defragmented_for_a_4g() throws Exception {
        onTwoHosts((scene, second) -> {
            List<String> small = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                small.add(scene.petCt());
            }
            Scene.until("both GPUs are full", () -> scene.driver.busy() == 6);
            List<String> stay = new ArrayList<>();
            for (String study : small) {
                if (slice(scene, study).endsWith("-2g-0")) {
                    stay.add(study);
                } else {
                    ending.add(study);
                    scene.await(study, "DONE");
                }
            }
            Scene.until("the others' executors have gone", () -> {
                scene.driver.releaseIdle();
                return scene.count("manager.lease where state <> 'ENDED'") == 2;
            });

            String large = Scene.studyUid();
            scene.gateway.complete(large, 1, "FOUR");
            scene.awaitStage(large, "suv");
            assertThat(slice(scene, large)).endsWith("-4g-0");
            Scene.until("all three work", () -> scene.driver.busy() == 3);
            String moved = stay.stream()
                    .filter(study -> !slice(scene, study).endsWith("-2g-0"))
                    .findFirst()
                    .orElseThrow();
            assertThat(job(scene, moved)).containsEntry("attempt", 2);
            assertThat(Scene.objects(job(scene, moved), "transitions"))
                    .extracting(t -> (String) t.get("reason"))
                    .anyMatch(reason -> reason.startsWith("moved to " + slice(scene, moved) + " to make room for job "
                                    + job(scene, large).get("job-id"))
                            && reason.contains("slice-seconds of work done twice"));
            scene.driver.script(scene.driver::success);
            for (String study : List.of(stay.get(0), stay.get(1), large)) {
                scene.await(study, "DONE");
            }
            assertThat(scene.count("manager.attempt where outcome = 'SUCCEEDED'"))
                    .isEqualTo(7);
            assertThat(scene.count("manager.job where failures > 0")).isZero();
        });
    }

    /** JOB-16: long before its lease would expire. */
    @Test
    void work_on_a_slice_that_is_lost_goes_on_elsewhere_at_once() throws Exception {
        onTwoHosts((scene, second) -> {
            String study = scene.petCt();
            scene.awaitStage(study, "suv");
            SliceKey lost = SliceKey.parse(slice(scene, study));
            (lost.host().equals("node1") ? scene.agent : second).lose(lost);
            Scene.until(
                    "it works elsewhere",
                    () -> scene.driver.busy() == 1
                            && job(scene, study).get("attempt").equals(2)
                            && job(scene, study).get("stage").equals("suv"));
            assertThat(SliceKey.parse(slice(scene, study)).host()).isNotEqualTo(lost.host());
            assertThat(Scene.objects(job(scene, study), "transitions"))
                    .extracting(t -> (String) t.get("reason"))
                    .anyMatch(reason -> reason.contains("slice " + lost + " is gone from its GPU"));
            ending.add(study);
            scene.await(study, "DONE");
        });
    }

    /** JOB-29 */
    @Test
    void a_drain_moves_what_may_begin_anew_and_waits_for_stat_work() throws Exception {
        onTwoHosts((scene, second) -> {
            String stat = Scene.studyUid();
            scene.gateway.complete(stat, 1, "STAT");
            scene.awaitStage(stat, "suv");
            String host = SliceKey.parse(slice(scene, stat)).host();
            List<String> work = List.of(scene.petCt(), scene.petCt());
            for (String study : work) {
                scene.awaitStage(study, "suv");
            }
            List<String> there = work.stream()
                    .filter(study -> SliceKey.parse(slice(scene, study)).host().equals(host))
                    .toList();
            assertThat(there).isNotEmpty();

            assertThat(scene.ask("POST", "/api/slices/drain?target=" + host + "&grace=2h&by=jd")
                            .statusCode())
                    .isEqualTo(202);
            for (String study : there) {
                scene.awaitReason(study, " by an operator (jd); this job is moved at ");
            }
            scene.awaitReason(stat, "; this job is waited for, since STAT work is never stopped");

            assertThat(scene.ask("POST", "/api/slices/drain?target=" + host + "/gpu0&grace=0s&by=jd&reason=new+fan")
                            .statusCode())
                    .isEqualTo(202);
            for (String study : there) {
                Scene.until(
                        "it works elsewhere",
                        () -> job(scene, study).get("attempt").equals(2)
                                && job(scene, study).get("stage").equals("suv"));
                assertThat(SliceKey.parse(slice(scene, study)).host()).isNotEqualTo(host);
                assertThat(Scene.objects(job(scene, study), "transitions"))
                        .extracting(t -> (String) t.get("reason"))
                        .anyMatch(reason -> reason.startsWith("moved off: " + host + "/gpu0 is drained from ")
                                && reason.endsWith(" by an operator (jd): new fan; it begins anew"));
            }
            assertThat(scene.driver.busy()).isEqualTo(3);
            assertThat(job(scene, stat)).containsEntry("attempt", 1);
            assertThat(waitsFor(scene)).containsOnly(List.of(job(scene, stat).get("job-id")));

            ending.add(stat);
            scene.await(stat, "DONE");
            AgentDouble drained = host.equals("node1") ? scene.agent : second;
            Scene.until("its executors have gone", () -> !drained.working());
            assertThat(waitsFor(scene)).containsOnly(List.of());
            ending.addAll(work);
            for (String study : work) {
                scene.await(study, "DONE");
            }
            assertThat(scene.count("manager.job where failures > 0")).isZero();
        });
    }

    private static List<Object> waitsFor(Scene scene) throws Exception {
        return Scene.objects(scene.get("/api/slices"), "maintenance").stream()
                .map(window -> window.get("waits-for"))
                .toList();
    }

    private interface Story {
        void tell(Scene scene, AgentDouble second) throws Exception;
    }

    private void onTwoHosts(Story story) throws Exception {
        Map<String, Object> settings = new HashMap<>();
        SliceScenesTest.rule(settings, 0, "petct-standard", "PT,CT", "9GB", 2);
        SliceScenesTest.rule(settings, 1, "four", "FOUR", "15GB", 4);
        SliceScenesTest.rule(settings, 2, "stat", "STAT", "9GB", 2);
        settings.put("tomogrid.manager.rules[2].priority", "STAT");
        settings.put("tomogrid.manager.lease", "60s");
        settings.put("tomogrid.manager.start-deadline", "20s");
        try (Scene scene = new Scene(folder, settings);
                AgentDouble second = new AgentDouble("node2", folder.resolve("agent2"))) {
            settings.put("tomogrid.manager.agents", scene.agent.url() + "," + second.url());
            scene.driver.executorsOn(new Both(scene.agent, second));
            scene.driver.script(
                    task -> ending.contains(task.study().studyUid()) ? scene.driver.success(task) : DriverDouble.BUSY);
            scene.start();
            story.tell(scene, second);
            scene.assertAsAgreed();
            assertThat(second.violations).isEmpty();
        }
    }

    private static Map<String, Object> job(Scene scene, String study) {
        try {
            return scene.jobs(study).get(0);
        } catch (Exception e) {
            throw new AssertionError("the manager does not tell of " + study, e);
        }
    }

    private static String slice(Scene scene, String study) {
        return (String) job(scene, study).get("slice");
    }
}
