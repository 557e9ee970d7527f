package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.cluster.contract.TaskOutcome;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators do to jobs, to the queue and to GPUs, and what the manager makes of it. */
@Tag("slow")
class OperatorScenesTest {
    @TempDir
    static Path folder;

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        Map<String, Object> rules = new HashMap<>();
        SliceScenesTest.rule(rules, 0, "petct-standard", "PT,CT", "9GB", 2);
        SliceScenesTest.rule(rules, 1, "whole-body", "PT,MR", "9GB", 2);
        SliceScenesTest.rule(rules, 2, "learns", "PT,NM", "9GB", 1);
        scene = new Scene(folder, rules);
        scene.start();
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @BeforeEach
    void everythingIsIdle() throws Exception {
        scene.sql("delete from manager.pause");
        scene.sql("delete from manager.maintenance");
        scene.driver.up();
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

    /** JOB-20 */
    @Test
    void a_queued_job_is_cancelled_and_may_be_wanted_again() throws Exception {
        post("/api/queue/pause?by=jd&reason=power+cut", 202);
        String study = scene.petCt();
        Map<String, Object> job = scene.awaitReason(study, "the queue is paused since 2");
        assertThat((String) job.get("reason")).endsWith("by an operator (jd): power cut");
        post("/api/jobs/" + job.get("job-id") + "/cancel?by=jd&reason=sent+twice", 202);
        assertThat(scene.await(study, "CANCELLED"))
                .containsEntry("reason", "cancelled by an operator (jd): sent twice")
                .containsEntry("attempt", 0);
        assertThat(post("/api/jobs/" + job.get("job-id") + "/cancel", 409)).endsWith("it has ended already");
        post("/api/queue/resume", 202);
        scene.await(scene.petCt(), "DONE");
        assertThat(scene.jobs(study).get(0)).containsEntry("state", "CANCELLED");
        post("/api/jobs/" + job.get("job-id") + "/retry?by=jd", 202);
        assertThat(Scene.states(scene.await(study, "DONE"))).startsWith("QUEUED", "CANCELLED", "QUEUED", "LEASED");
    }

    /** JOB-20, also while the driver cannot be told: it is told once it is up. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_running_job_is_cancelled_and_its_slice_becomes_free(boolean driverIsUp) throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        Map<String, Object> job = scene.awaitStage(study, "suv");
        if (!driverIsUp) {
            scene.driver.down();
        }
        post("/api/jobs/" + job.get("job-id") + "/cancel?reason=wrong+patient", 202);
        assertThat(scene.await(study, "CANCELLED"))
                .containsEntry("reason", "cancelled by an operator: wrong patient")
                .containsEntry("stage", "");
        assertThat(leases()).noneMatch(lease -> lease.get("state").equals("LIVE"));
        scene.driver.up();
        Scene.until("the driver has ended it", () -> scene.driver.busy() == 0);
        Scene.until("and that is known", () -> scene.count("manager.job where halt is not null") == 0);
        Scene.until("the slice is free", () -> {
            scene.driver.releaseIdle();
            return leases().isEmpty();
        });
        scene.driver.script(scene.driver::success);
        post("/api/jobs/" + job.get("job-id") + "/retry", 202);
        assertThat(scene.await(study, "DONE")).containsEntry("attempt", 2);
    }

    /** JOB-21 */
    @Test
    void what_has_results_is_not_cancelled_and_needs_no_turn() throws Exception {
        scene.gateway.storing(false);
        String study = scene.petCt();
        String path = "/api/jobs/" + scene.await(study, "STORING").get("job-id");
        assertThat(post(path + "/cancel", 409)).contains("is STORING: its results are committed");
        assertThat(post(path + "/priority?value=STAT", 409)).contains("only a job without results has a priority");
        assertThat(post(path + "/deadline?at=", 409)).contains("only a job without results has a deadline");
        scene.gateway.storing(true);
        scene.await(study, "DONE");
        assertThat(post(path + "/cancel", 409)).endsWith("is DONE: it has ended already");
        assertThat(post(path + "/retry", 409)).endsWith("only a job that is FAILED or CANCELLED can be retried");
    }

    /** JOB-21 */
    @ParameterizedTest
    @ValueSource(strings = {"cancel", "retry", "priority?value=STAT", "deadline?at="})
    void a_job_that_is_not_known_is_not_found(String verb) throws Exception {
        assertThat(post("/api/jobs/none/" + verb, 404)).startsWith("no job has this id");
    }

    /** JOB-22 */
    @Test
    void a_job_gets_another_priority_and_a_deadline() throws Exception {
        post("/api/queue/pause", 202);
        String study = scene.petCt();
        String path = "/api/jobs/" + scene.awaitReason(study, "paused").get("job-id");
        post(path + "/priority?value=STAT&by=jd&reason=stroke", 202);
        post(path + "/deadline?at=2030-01-01T00:00:00Z", 202);
        Map<String, Object> job = scene.get(path);
        assertThat(job)
                .containsEntry("priority", "STAT")
                .containsEntry("deadline", "2030-01-01T00:00:00Z")
                .containsEntry("state", "QUEUED");
        assertThat(Scene.objects(job, "transitions"))
                .extracting(transition -> transition.get("reason"))
                .contains(
                        "priority STAT set by an operator (jd): stroke",
                        "deadline 2030-01-01T00:00:00Z set by an operator");
        post(path + "/deadline?at=", 202);
        assertThat(scene.get(path)).containsEntry("deadline", "");
        assertThat(post(path + "/priority?value=URGENT", 400)).contains("expected one of [STAT, ROUTINE, BATCH]");
        assertThat(post(path + "/deadline?at=tomorrow", 400)).contains("at: expected a time such as");
        assertThat(post(path + "/priority", 400)).contains("docs/interfaces.md");
    }

    /** JOB-23: of a protocol, of a site; running work goes on; what was said outlives a restart. */
    @ParameterizedTest
    @CsvSource({"protocol=petct-standard,protocol petct-standard is paused", "site=north,site north is paused"})
    void what_is_paused_waits_and_the_rest_goes_on(String what, String reason) throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String running = scene.petCt();
        scene.awaitStage(running, "suv");
        post("/api/queue/pause", 202);
        String waiting = scene.petCt();
        scene.awaitReason(waiting, "the queue is paused");
        scene.sql("update manager.job set site = 'north' where study_uid in ('" + waiting + "','" + running + "')");
        post("/api/queue/pause?" + what, 202);
        post("/api/queue/resume", 202);
        scene.awaitReason(waiting, reason);
        scene.driver.script(scene.driver::success);
        scene.await(running, "DONE");
        scene.stop();
        scene.start();
        String other = Scene.studyUid();
        scene.gateway.complete(other, 1, "PT", "MR");
        scene.await(other, "DONE");
        assertThat(scene.jobs(waiting).get(0)).containsEntry("state", "QUEUED");
        assertThat(scene.get("/api/status").get("paused").toString()).contains(reason);
        post("/api/queue/resume?" + what, 202);
        scene.await(waiting, "DONE");
        assertThat(post("/api/queue/resume?" + what, 409)).contains("is not paused");
    }

    @Test
    void only_what_there_is_can_be_paused() throws Exception {
        assertThat(post("/api/queue/pause?protocol=petct", 404))
                .startsWith("no rule has the protocol petct; there are");
        assertThat(post("/api/queue/pause?protocol=learns&site=north", 400)).startsWith("protocol and site: expected");
    }

    /** JOB-24: running work ends, nothing new begins. */
    @Test
    void a_drained_gpu_gets_nothing_new_until_it_is_undrained() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String running = scene.petCt();
        scene.awaitStage(running, "suv");
        post("/api/slices/drain?target=node1/gpu0&by=jd&reason=new+fan", 202);
        String waiting = scene.petCt();
        assertThat((String) scene.awaitReason(waiting, "node1/gpu0 is drained from 2")
                        .get("reason"))
                .contains("by an operator (jd): new fan");
        assertThat(Scene.objects(scene.get("/api/slices"), "maintenance"))
                .singleElement()
                .satisfies(window ->
                        assertThat(window).containsEntry("target", "node1/gpu0").containsEntry("until", ""));
        scene.driver.script(scene.driver::success);
        scene.await(running, "DONE");
        assertThat(scene.jobs(waiting).get(0)).containsEntry("state", "QUEUED");
        post("/api/slices/undrain?target=node1/gpu0", 202);
        scene.await(waiting, "DONE");
        assertThat(post("/api/slices/undrain?target=node1/gpu0", 409)).contains("is not drained");
    }

    /** JOB-24: a job begins before a window only if its protocol's history says that it will have ended. */
    @Test
    void what_would_run_into_a_window_waits() throws Exception {
        scene.await(scene.petCt(), "DONE");
        Instant soon = Instant.now().plus(5, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.SECONDS);
        String window = "from=" + soon + "&until=" + soon.plusSeconds(600);
        post("/api/slices/drain?target=node1&" + window, 202);
        scene.await(scene.petCt(), "DONE");
        String unknown = Scene.studyUid();
        scene.gateway.complete(unknown, 1, "PT", "NM");
        scene.awaitReason(unknown, "node1 is drained from " + soon + " until " + soon.plusSeconds(600));
        scene.sql("update manager.attempt set started = ended - interval '20 minutes' where outcome = 'SUCCEEDED'");
        String slow = scene.petCt();
        scene.awaitReason(slow, "node1 is drained from ");
        scene.sql("update manager.attempt set started = ended - interval '1 second' where outcome = 'SUCCEEDED'");
        scene.await(slow, "DONE");
        post("/api/slices/undrain?target=node1", 202);
        scene.await(unknown, "DONE");
    }

    @ParameterizedTest
    @CsvSource({
        "target=node1/gpu7,404,no agent tells of node1/gpu7",
        "target=nowhere,404,no agent tells of nowhere",
        "target=node1/fan,400,target: expected HOST or HOST/gpuN",
        "target=node1&from=today,400,from: expected a time such as",
        "target=node1&grace=soon,400,grace: expected a time such as",
        "target=node1&until=2020-01-01T00:00:00Z,400,until: expected a time after"
    })
    void a_window_that_makes_no_sense_is_refused(String query, int status, String reason) throws Exception {
        assertThat(post("/api/slices/drain?" + query, status)).startsWith(reason);
        assertThat(Scene.objects(scene.get("/api/slices"), "maintenance")).isEmpty();
    }

    /** SLC-42 */
    @Test
    void a_card_is_healed_once_its_agent_says_that_it_is_well() throws Exception {
        scene.agent.fault("gpu0 must be reset");
        assertThat(post("/api/slices/heal?target=node1/gpu0", 409))
                .contains("the agent refuses POST /gpus/0/heal", "the device says: gpu0 must be reset");
        scene.agent.fault("");
        HttpResponse<String> healed = scene.ask("POST", "/api/slices/heal?target=node1/gpu0&by=jd");
        assertThat(healed.statusCode()).as(healed.body()).isEqualTo(200);
        assertThat(JSON.std.mapFrom(healed.body())).containsEntry("forgotten", List.of("XID 48"));
        assertThat(post("/api/slices/heal?target=node1", 400)).contains("expected HOST/gpuN, one card");
        assertThat(post("/api/slices/heal?target=nowhere/gpu0", 503)).contains("host nowhere");
    }

    /** JOB-25 */
    @Test
    void what_ran_out_of_memory_is_tried_again_on_a_larger_slice() throws Exception {
        scene.driver.script(task -> task.lease().key().profile().startsWith("2g")
                ? new TaskOutcome.Failed("CUDA_ERROR_OUT_OF_MEMORY (2)", TaskOutcome.Remedy.LARGER_SLICE)
                : scene.driver.success(task));
        Map<String, Object> job = scene.await(scene.petCt(), "DONE");
        assertThat(job).containsEntry("attempt", 2);
        assertThat((String) job.get("slice")).startsWith("node1-gpu0-3g-");
        assertThat((String) job.get("sizing"))
                .matches("more than \\d+\\.\\d\\d GiB: an attempt on a slice of that size ran out of memory");
    }

    /** JOB-26 */
    @Test
    void a_protocol_that_needs_less_than_its_rule_says_gets_smaller_slices() throws Exception {
        scene.driver.script(task -> {
            var success = (TaskOutcome.Succeeded) scene.driver.success(task);
            return new TaskOutcome.Succeeded(success.manifest(), success.findings(), 2L << 30);
        });
        for (int i = 0; i < 8; i++) {
            Map<String, Object> job = learns();
            assertThat((String) job.get("slice")).startsWith("node1-gpu0-1gx2-");
            assertThat((String) job.get("sizing"))
                    .startsWith("9.00 GiB as the rule says: the device memory of " + i + " attempts");
        }
        Map<String, Object> job = learns();
        // 0.5 + 1.15 x 2 GiB
        assertThat(job)
                .containsEntry(
                        "sizing", "2.80 GiB predicted from the largest series of 9 bytes and the last 8 attempts");
        assertThat((String) job.get("slice")).startsWith("node1-gpu0-1g-");
    }

    private Map<String, Object> learns() throws Exception {
        String study = Scene.studyUid();
        scene.gateway.complete(study, 1, "PT", "NM");
        return scene.await(study, "DONE");
    }

    private static List<Map<String, Object>> leases() throws Exception {
        return Scene.objects(scene.get("/api/slices"), "leases");
    }

    /** @return the error, empty if it was accepted */
    private static String post(String path, int status) throws Exception {
        HttpResponse<String> response = scene.ask("POST", path);
        assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(status);
        return (String) JSON.std.mapFrom(response.body()).getOrDefault("error", "");
    }
}
