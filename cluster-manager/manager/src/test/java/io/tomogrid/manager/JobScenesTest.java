package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.ReportRef;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One job through the manager, and what can happen to it on the way. */
class JobScenesTest {
    @TempDir
    static Path folder;

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = new Scene(folder, Map.of());
        scene.start();
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @BeforeEach
    void everythingIsFine() throws Exception {
        scene.driver.script(scene.driver::success);
        scene.driver.up();
        scene.driver.restart();
        scene.gateway.pacs(GatewayDouble.Pacs.UP);
        scene.gateway.storing(true);
    }

    @AfterEach
    void asAgreed() {
        scene.assertAsAgreed();
    }

    @Test
    void a_study_becomes_results() throws Exception {
        String study = scene.petCt();
        Map<String, Object> job = scene.await(study, "DONE");
        assertThat(Scene.states(job)).containsExactly("QUEUED", "LEASED", "RUNNING", "STORING", "DELIVERING", "DONE");
        assertThat(job)
                .containsEntry("protocol", "petct-standard")
                .containsEntry("revision", 1)
                .containsEntry("attempt", 1)
                .containsEntry("simulated", true)
                .containsEntry("stage", "")
                .containsEntry("reason", "")
                .containsEntry("remedy", "");
        assertThat((String) job.get("slice")).matches("node1-gpu0-2g-[024]");
        assertThat(job.get("findings"))
                .isInstanceOf(Map.class)
                .extracting("suv-max")
                .isEqualTo(12.5);

        String id = (String) job.get("job-id");
        ReconstructionTask task = scene.driver.submitted().stream()
                .filter(t -> t.jobId().equals(id))
                .findFirst()
                .orElseThrow();
        assertThat(task.model()).isEqualTo("suv-threshold");
        assertThat(task.lease().deviceUuid()).startsWith("MIG-");
        assertThat(task.lease().expiry()).isAfter(task.lease().granted());
        assertThat(scene.gateway.manifest(id).leaseEpoch())
                .isEqualTo(task.lease().epoch());
        assertThat(scene.staging().resolve(id)).doesNotExist();
    }

    /** JOB-01 */
    @Test
    void the_feed_read_twice_makes_one_job_and_a_new_revision_another() throws Exception {
        String study = scene.petCt();
        scene.await(study, "DONE");
        scene.gateway.repeatFeed();
        scene.gateway.complete(study, 2, "PT", "CT");
        Scene.until("the second revision is done", () -> {
            List<Map<String, Object>> jobs = scene.jobs(study);
            return jobs.size() == 2 && jobs.get(0).get("state").equals("DONE");
        });
        assertThat(scene.jobs(study)).extracting(job -> job.get("revision")).containsExactly(2, 1);
        String newest = Scene.studyUid();
        scene.gateway.complete(newest, 1, "MR");
        Scene.until("the whole feed is read", () -> unmatched(newest).size() == 1);
        assertThat(scene.jobs(study)).hasSize(2);
    }

    /** JOB-01, RES-03: also when the late images came while the revision before was still under way. */
    @Test
    void a_revision_waits_for_the_one_before_it_and_refers_to_its_report() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        scene.awaitStage(study, "suv");
        scene.gateway.complete(study, 2, "PT", "CT");
        scene.awaitReason(study, "waits for the results of revision 1");
        scene.driver.script(scene.driver::success);
        Scene.until(
                "both revisions are done",
                () -> scene.jobs(study).stream()
                        .allMatch(job -> job.get("state").equals("DONE")));
        List<ReconstructionTask> tasks = scene.driver.submitted().stream()
                .filter(t -> t.study().studyUid().equals(study))
                .toList();
        assertThat(tasks).extracting(task -> task.study().revision()).containsExactly(1, 2);
        assertThat(tasks.get(0).predecessors()).isEmpty();
        assertThat(tasks.get(1).predecessors())
                .containsExactly(new ReportRef("2.25.3", "1.2.840.88", DriverDouble.report(tasks.get(0))));
    }

    @Test
    void what_no_rule_matches_is_noted_and_holds_nothing_up() throws Exception {
        String ctOnly = Scene.studyUid();
        scene.gateway.complete(ctOnly, 1, "CT", "MR");
        scene.gateway.completeUnreadable();
        scene.await(scene.petCt(), "DONE");
        assertThat(scene.jobs(ctOnly)).isEmpty();
        assertThat(unmatched(ctOnly)).singleElement().asString().contains("no rule matched its modalities [CT, MR]");
        assertThat(unmatched("")).singleElement().asString().contains("format-version: expected 1, got 99");
    }

    /** JOB-02 */
    @Test
    void a_task_that_the_driver_forgets_is_tried_again() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        scene.awaitStage(study, "suv");
        scene.driver.script(task -> {
            attempts.set(task.attempt());
            return scene.driver.success(task);
        });
        scene.driver.restart();
        Map<String, Object> job = scene.await(study, "DONE");
        assertThat(attempts).hasValue(2);
        assertThat(job).containsEntry("attempt", 2);
        assertThat(Scene.states(job)).containsSubsequence("RUNNING", "QUEUED", "LEASED", "RUNNING", "DONE");
    }

    @Test
    void a_driver_that_is_down_shortly_costs_nothing() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        scene.awaitStage(study, "suv");
        scene.driver.down();
        scene.awaitReason(study, "the Spark driver");
        scene.driver.script(scene.driver::success);
        scene.driver.up();
        assertThat(scene.await(study, "DONE")).containsEntry("attempt", 1);
    }

    /** JOB-02: down for longer than the lease; what it did meanwhile counts for nothing. */
    @Test
    void a_driver_that_is_down_for_long_loses_the_attempt_but_not_the_job() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        scene.awaitStage(study, "suv");
        scene.driver.down();
        Map<String, Object> job = scene.await(study, "QUEUED");
        assertThat(scene.get("/api/status").get("driver")).asString().startsWith("down: the Spark driver at");
        scene.driver.script(scene.driver::success);
        scene.driver.up();
        assertThat(scene.await(study, "DONE")).containsEntry("attempt", 2);
        assertThat(Scene.states(job)).contains("RUNNING", "QUEUED");
    }

    @Test
    void a_driver_that_stumbles_over_one_job_holds_no_other_up() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        scene.awaitStage(study, "suv");
        scene.driver.brokenFor(study);
        scene.driver.script(scene.driver::success);
        scene.awaitReason(study, "with 500: a fault of the driver");
        assertThat(scene.await(scene.petCt(), "DONE")).containsEntry("attempt", 1);
        assertThat(scene.get("/api/status")).containsEntry("driver", "up");
        scene.driver.brokenFor("");
        scene.await(study, "DONE");
    }

    @Test
    void a_driver_that_hangs_holds_nothing_else_up() throws Exception {
        scene.gateway.pacs(GatewayDouble.Pacs.DOWN);
        String delivering = scene.petCt();
        scene.await(delivering, "DELIVERING");
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        scene.awaitStage(study, "suv");
        CountDownLatch hangs = new CountDownLatch(1);
        scene.driver.mangle = bytes -> {
            try {
                hangs.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
            }
            return bytes;
        };
        try {
            scene.awaitReason(study, "did not answer within 2000 ms");
            scene.gateway.pacs(GatewayDouble.Pacs.UP);
            scene.await(delivering, "DONE");
        } finally {
            scene.driver.mangle = bytes -> bytes;
            hangs.countDown();
        }
        scene.driver.script(scene.driver::success);
        scene.await(study, "DONE");
    }

    @Test
    void nothing_is_leased_while_the_driver_is_down() throws Exception {
        scene.driver.down();
        String study = scene.petCt();
        assertThat(scene.awaitReason(study, "waits for the Spark driver")).containsEntry("attempt", 0);
        scene.driver.up();
        assertThat(scene.await(study, "DONE")).containsEntry("attempt", 1);
    }

    /** JOB-03 */
    @ParameterizedTest
    @EnumSource(
            value = Remedy.class,
            names = {"FIX_INPUT", "ASK_OPERATOR"})
    void what_trying_again_cannot_help_fails_at_once(Remedy remedy) throws Exception {
        scene.driver.script(task -> new TaskOutcome.Failed("PatientWeight is missing; add it", remedy));
        String study = scene.petCt();
        Map<String, Object> job = scene.await(study, "FAILED");
        assertThat(job)
                .containsEntry("attempt", 1)
                .containsEntry("reason", "PatientWeight is missing; add it")
                .containsEntry("remedy", remedy.name());
        scene.driver.script(scene.driver::success);
        assertThat(retry(job)).isEqualTo(202);
        assertThat(scene.await(study, "DONE")).containsEntry("attempt", 2);
        assertThat(retry(job)).isEqualTo(409);
    }

    /** JOB-02, JOB-03: within bounds. */
    @ParameterizedTest
    @EnumSource(
            value = Remedy.class,
            names = {"RETRY", "FREE_CAPACITY"})
    void what_may_pass_is_tried_again_within_bounds(Remedy remedy) throws Exception {
        scene.driver.script(task -> {
            scene.agent.unlock(task.lease().key());
            return new TaskOutcome.Failed("the executor was killed", remedy);
        });
        String study = scene.petCt();
        Map<String, Object> job = scene.await(study, "FAILED");
        assertThat(job)
                .containsEntry("attempt", 3)
                .containsEntry("reason", "given up after 3 attempts; the last: the executor was killed")
                .containsEntry("remedy", remedy.name());
        assertThat(Files.exists(scene.staging().resolve((String) job.get("job-id"))))
                .isFalse();
        scene.driver.restart();
        scene.driver.script(scene.driver::success);
        assertThat(retry(job)).isEqualTo(202);
        assertThat(scene.await(study, "DONE")).containsEntry("attempt", 4);
    }

    /** SLC-04 */
    @Test
    void results_of_a_stale_epoch_are_refused() throws Exception {
        scene.driver.script(task -> task.attempt() == 1
                ? scene.driver.success(task, task.lease().epoch() - 1)
                : scene.driver.success(task));
        String study = scene.petCt();
        Map<String, Object> job = scene.await(study, "DONE");
        assertThat(job).containsEntry("attempt", 2);
        String id = (String) job.get("job-id");
        ReconstructionTask last = scene.driver.submitted().stream()
                .filter(t -> t.jobId().equals(id) && t.attempt() == 2)
                .findFirst()
                .orElseThrow();
        assertThat(scene.gateway.manifest(id).leaseEpoch())
                .isEqualTo(last.lease().epoch());
    }

    /** DEL-01: the manager waits with the gateway. */
    @Test
    void a_job_waits_for_a_pacs_that_is_down_and_says_so() throws Exception {
        scene.gateway.pacs(GatewayDouble.Pacs.DOWN);
        String study = scene.petCt();
        assertThat(scene.awaitReason(study, "delivery to pacs: nothing listens at its port"))
                .containsEntry("state", "DELIVERING");
        scene.gateway.pacs(GatewayDouble.Pacs.UP);
        assertThat(scene.await(study, "DONE")).containsEntry("reason", "");
    }

    /** JOB-03 */
    @Test
    void a_dead_delivery_fails_the_job_until_an_operator_retries_it() throws Exception {
        scene.gateway.pacs(GatewayDouble.Pacs.REFUSES);
        String study = scene.petCt();
        Map<String, Object> job = scene.await(study, "FAILED");
        assertThat(job)
                .containsEntry("remedy", "ASK_OPERATOR")
                .extracting("reason")
                .asString()
                .startsWith("delivery to pacs: nothing listens at its port (DEAD")
                .endsWith("see to the destination, then retry the job");
        scene.gateway.pacs(GatewayDouble.Pacs.UP);
        assertThat(retry(job)).isEqualTo(202);
        assertThat(scene.await(study, "DONE")).containsEntry("attempt", 1);
    }

    /** RES-01 */
    @Test
    void the_first_manifest_wins_and_the_gateway_is_told_no_other() throws Exception {
        scene.gateway.storing(false);
        String study = scene.petCt();
        Map<String, Object> job = scene.await(study, "STORING");
        String id = (String) job.get("job-id");
        JobStore jobs = scene.bean(JobStore.class);
        var first = jobs.manifest(id);
        Job storing = jobs.find(id).orElseThrow();
        TaskOutcome.Succeeded again = (TaskOutcome.Succeeded) scene.driver.success(scene.driver.submitted().stream()
                .filter(t -> t.jobId().equals(id))
                .findFirst()
                .orElseThrow());
        assertThat(jobs.commit(storing, again.manifest(), again.findings())).isFalse();
        assertThat(jobs.manifest(id)).isEqualTo(first);
        scene.gateway.storing(true);
        scene.await(study, "DONE");
        assertThat(scene.gateway.manifest(id)).isEqualTo(first);
    }

    /** RES-01, JOB-03: a staged file is gone before it was stored. */
    @Test
    void results_that_cannot_be_stored_are_made_again() throws Exception {
        scene.driver.script(task -> {
            TaskOutcome outcome = scene.driver.success(task);
            if (task.attempt() == 1) {
                removeStaged(task);
            }
            return outcome;
        });
        String study = scene.petCt();
        Map<String, Object> job = scene.await(study, "DONE");
        assertThat(job).containsEntry("attempt", 2);
        assertThat(Scene.states(job)).containsSubsequence("STORING", "QUEUED", "LEASED", "STORING", "DONE");
        assertThat(scene.gateway.manifest((String) job.get("job-id")).stagingRoot())
                .endsWith("/2");
    }

    @Test
    void results_that_can_never_be_stored_fail_the_job_until_an_operator_wants_it_again() throws Exception {
        scene.driver.script(task -> {
            TaskOutcome outcome = scene.driver.success(task);
            removeStaged(task);
            return outcome;
        });
        String study = scene.petCt();
        Map<String, Object> job = scene.await(study, "FAILED");
        assertThat(job).containsEntry("attempt", 3).containsEntry("findings", null);
        assertThat((String) job.get("reason")).contains("given up after 3 attempts", "a staged file is missing");
        scene.driver.script(scene.driver::success);
        assertThat(retry(job)).isEqualTo(202);
        assertThat(scene.await(study, "DONE")).containsEntry("attempt", 4);
    }

    private static void removeStaged(ReconstructionTask task) {
        try {
            Files.delete(Path.of(URI.create(task.stagingRoot())).resolve("seg.dcm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int retry(Map<String, Object> job) throws Exception {
        return scene.ask("POST", "/api/jobs/" + job.get("job-id") + "/retry").statusCode();
    }

    private static List<Map<String, Object>> unmatched(String study) throws Exception {
        return Scene.objects(scene.get("/api/unmatched?limit=1000"), "studies").stream()
                .filter(entry -> study.equals(entry.get("study-uid")))
                .toList();
    }
}
