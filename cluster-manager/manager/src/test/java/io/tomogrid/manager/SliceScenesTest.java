package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that compete for the slices of one GPU: it holds three of 2g, or one of 7g. */
@Tag("slow")
class SliceScenesTest {
    @TempDir
    static Path folder;

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        Map<String, Object> rules = new HashMap<>();
        rule(rules, 0, "petct-standard", "PT,CT", "9GB", 2);
        rule(rules, 1, "whole-body", "PT,MR", "30GB", 7);
        rule(rules, 2, "too-large", "PT,NM", "200GB", 2);
        scene = new Scene(folder, rules);
        scene.start();
    }

    static void rule(
            Map<String, Object> rules, int index, String protocol, String modalities, String memory, int compute) {
        String prefix = "tomogrid.manager.rules[" + index + "].";
        rules.put(prefix + "protocol", protocol);
        rules.put(prefix + "modalities", modalities);
        rules.put(prefix + "memory", memory);
        rules.put(prefix + "compute-slices", compute);
        rules.put(prefix + "model", "suv-threshold");
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @BeforeEach
    void everythingIsIdle() throws Exception {
        scene.driver.script(scene.driver::success);
        Scene.until("all leases have ended", () -> {
            scene.driver.releaseIdle();
            return leases().isEmpty();
        });
    }

    @AfterEach
    void asAgreed() {
        scene.assertAsAgreed();
    }

    /** SLC-02 */
    @Test
    void jobs_at_once_get_disjoint_slices_and_more_wait_their_turn() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        List<String> studies = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            studies.add(scene.petCt());
        }
        Scene.until("three run", () -> scene.driver.busy() == 3);
        for (String study : studies.subList(3, 5)) {
            assertThat(scene.awaitReason(study, "is taken; it waits until one is free"))
                    .containsEntry("state", "QUEUED");
        }
        assertThat(leases())
                .extracting(lease -> lease.get("slice"))
                .containsExactlyInAnyOrder("node1-gpu0-2g-0", "node1-gpu0-2g-2", "node1-gpu0-2g-4");
        assertThat(leases()).allSatisfy(lease -> assertThat(lease).containsEntry("state", "LIVE"));
        assertThat(scene.get("/api/status")).containsEntry("queued", 2).containsEntry("running", 3);
        scene.driver.script(scene.driver::success);
        for (String study : studies) {
            scene.await(study, "DONE");
        }
    }

    /** SLC-05: an idle executor keeps its slice; the next job has exactly that one, at once. */
    @Test
    void the_next_job_takes_the_slice_whose_executor_is_idle() throws Exception {
        Map<String, Object> first = scene.await(scene.petCt(), "DONE");
        assertThat(leases())
                .singleElement()
                .satisfies(lease -> assertThat(lease)
                        .containsEntry("state", "RELEASING")
                        .containsEntry("holder", first.get("job-id")));
        Map<String, Object> second = scene.await(scene.petCt(), "DONE");
        assertThat(second.get("slice")).isEqualTo(first.get("slice"));
        assertThat(leases()).hasSize(1);
    }

    /** SLC-02, SLC-05: what overlaps an idle executor's slice waits until its lock is gone; then the slice is destroyed. */
    @Test
    void a_large_job_waits_for_the_lock_of_an_idle_executor_that_is_sent_away() throws Exception {
        SliceKey small =
                SliceKey.parse((String) scene.await(scene.petCt(), "DONE").get("slice"));
        assertThat(scene.agent.locked(small)).isTrue();
        scene.driver.executorsStay(true);
        String study = Scene.studyUid();
        scene.gateway.complete(study, 1, "PT", "MR");
        assertThat(scene.awaitReason(study, "a process works on " + small)).containsEntry("state", "LEASED");
        assertThat(scene.agent.exists(small)).isTrue();
        scene.driver.executorsStay(false);
        assertThat(scene.await(study, "DONE")).containsEntry("slice", "node1-gpu0-7g-0");
        assertThat(scene.agent.exists(small)).isFalse();
    }

    /** JOB-04 */
    @Test
    void what_no_gpu_can_ever_serve_is_refused_with_the_reason() throws Exception {
        String study = Scene.studyUid();
        scene.gateway.complete(study, 1, "PT", "NM");
        Map<String, Object> job = scene.await(study, "FAILED");
        assertThat(job)
                .containsEntry("remedy", "ASK_OPERATOR")
                .containsEntry("attempt", 0)
                .extracting("reason")
                .asString()
                .startsWith("no GPU can serve 200.00 GiB and 2 compute slices; the largest slice there is: 7g")
                .contains("retry the job");
        scene.await(scene.petCt(), "DONE");
    }

    /** A Worker that offers the slice no more: the attempt is cancelled at its start deadline, within bounds. */
    @Test
    void an_attempt_that_waits_too_long_for_its_executor_is_cancelled() throws Exception {
        List<SliceKey> all = List.of(
                SliceKey.parse("node1-gpu0-2g-0"),
                SliceKey.parse("node1-gpu0-2g-2"),
                SliceKey.parse("node1-gpu0-2g-4"));
        all.forEach(scene.agent::hang);
        String study = scene.petCt();
        Scene.until(
                "the second attempt is handed over",
                () -> scene.driver.submitted().stream()
                        .anyMatch(t -> t.study().studyUid().equals(study) && t.attempt() == 2));
        all.forEach(scene.agent::recover);
        Map<String, Object> job = scene.await(study, "DONE");
        assertThat(Scene.objects(job, "transitions"))
                .extracting(t -> (String) t.get("reason"))
                .anyMatch(reason -> reason.contains("no executor began on its slice within 1 s"));
    }

    /** A slice that a hung executor keeps is given to nobody. */
    @Test
    void a_slice_whose_executor_hangs_is_left_alone() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        scene.awaitStage(study, "suv");
        SliceKey hung = SliceKey.parse((String) scene.jobs(study).get(0).get("slice"));
        scene.driver.script(task -> task.lease().key().equals(hung)
                ? new TaskOutcome.Failed("the executor was lost", TaskOutcome.Remedy.RETRY)
                : scene.driver.success(task));
        Map<String, Object> job = scene.await(study, "DONE");
        assertThat(job).containsEntry("attempt", 2);
        assertThat(job.get("slice")).isNotEqualTo(hung.toString());
        assertThat(scene.agent.locked(hung)).isTrue();
        assertThat(leases())
                .anySatisfy(lease -> assertThat(lease)
                        .containsEntry("slice", hung.toString())
                        .containsEntry("state", "RELEASING"));
    }

    /** SLC-02: whoever writes it. */
    @Test
    void the_database_itself_refuses_leases_that_overlap() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        scene.awaitStage(study, "suv");
        String overlapping =
                "insert into manager.lease select nextval('manager.lease_epoch'), 'node1-gpu0-7g-0', gpu, 0, 8,"
                        + " job_id, now(), now(), '', true, 'LIVE' from manager.lease where state = 'LIVE'";
        Assertions.assertThatThrownBy(() -> scene.sql(overlapping))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("lease_overlaps");
        scene.sql(overlapping.replace(", gpu,", ", 'node2-gpu0',"));
        scene.sql("delete from manager.lease where gpu = 'node2-gpu0'");
        scene.driver.script(scene.driver::success);
        scene.await(study, "DONE");
    }

    @Test
    void an_agent_that_is_down_is_waited_for() throws Exception {
        scene.agent.down();
        String study = scene.petCt();
        scene.awaitReason(study, "no agent has told of a GPU yet; down: the agent at");
        assertThat(Scene.objects(scene.get("/api/slices"), "gpus")).isEmpty();
        scene.agent.up();
        scene.await(study, "DONE");
        assertThat(Scene.objects(scene.get("/api/slices"), "gpus"))
                .singleElement()
                .satisfies(gpu -> assertThat(gpu).containsEntry("simulated", true));
    }

    private static List<Map<String, Object>> leases() throws Exception {
        return Scene.objects(scene.get("/api/slices"), "leases");
    }
}
