package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.ReportRef;
import io.tomogrid.cluster.contract.TaskOutcome;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A protocol over many archived studies. */
class BatchScenesTest {
    private static final String ALL = "/api/batches";

    @TempDir
    static Path folder;

    private static final AtomicInteger ARCHIVES = new AtomicInteger();
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
        scene.gateway.up();
        Scene.until("all leases have ended", () -> {
            scene.driver.releaseIdle();
            return scene.count("manager.lease where state <> 'ENDED'") == 0;
        });
    }

    @AfterEach
    void asAgreed() {
        scene.assertAsAgreed();
    }

    /** BAT-01, BAT-04, BAT-05 */
    @Test
    void every_study_is_done_beside_its_first_results() throws Exception {
        String study = scene.petCt();
        String first = (String) scene.await(study, "DONE").get("job-id");
        var manifest = scene.gateway.manifest(first);
        Map<String, Object> batch = begin("StudyInstanceUID=" + study, 4);
        assertThat(batch).containsEntry("state", "RUNNING").containsEntry("protocol", "petct-standard");
        String id = (String) batch.get("batch");
        Map<String, Object> end = awaitState(id, "DONE");
        assertThat(end)
                .containsEntry("studies", 1)
                .containsEntry("done", 1)
                .containsEntry("waiting", 0)
                .containsEntry("under-way", 0);
        List<Map<String, Object>> jobs = scene.jobs(study);
        assertThat(jobs).hasSize(2);
        assertThat(jobs.get(0))
                .containsEntry("batch", id)
                .containsEntry("priority", "BATCH")
                .containsEntry("revision", 1)
                .containsEntry("state", "DONE");
        assertThat(jobs.get(1)).containsEntry("job-id", first).containsEntry("batch", "");
        assertThat(scene.gateway.manifest(first)).as("the first results").isEqualTo(manifest);
        List<ReconstructionTask> tasks = scene.driver.submitted().stream()
                .filter(task -> task.study().studyUid().equals(study))
                .toList();
        assertThat(tasks).extracting(ReconstructionTask::batch).containsExactly("", id);
        assertThat(tasks.get(0).predecessors()).isEmpty();
        assertThat(tasks.get(1).predecessors())
                .containsExactly(new ReportRef("2.25.3", "1.2.840.88", DriverDouble.report(tasks.get(0))));

        String again = (String) begin("StudyInstanceUID=" + study, 4).get("batch");
        awaitState(again, "DONE");
        assertThat(scene.jobs(study)).as("who asks again gets it again").hasSize(3);
    }

    /** QNT-06: the last earlier study that this protocol has results of. */
    @Test
    void a_job_is_given_what_was_found_in_the_prior_study() throws Exception {
        String before = scene.petCt();
        scene.await(before, "DONE");
        String now = Scene.studyUid();
        scene.gateway.priors(now, "2.25.404", before);
        scene.gateway.complete(now, 1, "PT", "CT");
        scene.await(now, "DONE");
        ReconstructionTask first = task(before);
        assertThat(first.priors()).isEmpty();
        assertThat(task(now).priors()).singleElement().satisfies(prior -> {
            assertThat(prior.studyUid()).isEqualTo(before);
            assertThat(prior.findings().backend()).isNotEmpty();
        });
    }

    private ReconstructionTask task(String study) {
        return scene.driver.submitted().stream()
                .filter(t -> t.study().studyUid().equals(study))
                .findFirst()
                .orElseThrow();
    }

    /** BAT-03 */
    @Test
    void no_more_than_wanted_are_under_way() throws Exception {
        String archive = archive(7, "PT", "CT");
        AtomicInteger most = new AtomicInteger();
        scene.driver.script(task -> DriverDouble.BUSY);
        String id = (String) begin("AccessionNumber=" + archive, 2).get("batch");
        Scene.until("two are busy", () -> scene.driver.busy() == 2);
        assertThat(progress(id)).containsEntry("under-way", 2).containsEntry("waiting", 5);
        scene.driver.script(task -> {
            most.accumulateAndGet((int) unsettled(id), Math::max);
            return scene.driver.success(task);
        });
        assertThat(awaitState(id, "DONE")).containsEntry("done", 7);
        assertThat(most.get()).isEqualTo(2);
    }

    /** BAT-05 */
    @Test
    void the_report_says_what_became_of_each() throws Exception {
        String archive = archive(3, "PT", "CT");
        String lame = Scene.studyUid();
        scene.gateway.archived(lame, archive, 2, "PT", "CT");
        String ctOnly = Scene.studyUid();
        scene.gateway.archived(ctOnly, archive, 1, "CT");
        String unfinished = Scene.studyUid();
        scene.gateway.archived(unfinished, archive, 0);
        scene.driver.script(task -> task.study().studyUid().equals(lame)
                ? new TaskOutcome.Failed("the weight is missing; enter it", TaskOutcome.Remedy.FIX_INPUT)
                : scene.driver.success(task));
        String id = (String) begin("AccessionNumber=" + archive, 4).get("batch");
        awaitState(id, "DONE");
        Map<String, Object> report = scene.get(ALL + "/" + id + "/report");
        assertThat(report)
                .containsEntry("studies", 6)
                .containsEntry("done", 3)
                .containsEntry("failed", 1)
                .containsEntry("skipped", 2)
                .containsEntry("cancelled", 0);
        Map<String, Object> failure = Scene.objects(report, "failures").get(0);
        assertThat(Scene.objects(report, "failures")).hasSize(1);
        assertThat(failure)
                .containsEntry("study-uid", lame)
                .containsEntry("revision", 2)
                .containsEntry("reason", "the weight is missing; enter it")
                .containsEntry("remedy", "FIX_INPUT");
        assertThat(Scene.objects(report, "skips"))
                .containsExactlyInAnyOrder(
                        Map.of(
                                "reason",
                                "no rule of petct-standard matches its modalities [CT]",
                                "studies",
                                1,
                                "example",
                                ctOnly),
                        Map.of(
                                "reason",
                                "its images still came in; it is processed when it has come to rest",
                                "studies",
                                1,
                                "example",
                                unfinished));
        assertThat(scene.jobs(ctOnly)).isEmpty();
        @SuppressWarnings("unchecked")
        var whole = (Map<String, Double>) ((Map<String, Object>) report.get("seconds")).get("whole");
        assertThat(whole.get("p50")).isPositive().isLessThanOrEqualTo(whole.get("p90"));
        assertThat(whole.get("p90")).isLessThanOrEqualTo(whole.get("max"));

        scene.driver.script(scene.driver::success);
        assertThat(scene.ask("POST", "/api/jobs/" + failure.get("job-id") + "/retry")
                        .statusCode())
                .isEqualTo(202);
        Scene.until(
                "the report knows the retry",
                () -> Integer.valueOf(4).equals(progress(id).get("done")));
    }

    /** BAT-03 */
    @Test
    void a_batch_is_paused_resumed_and_cancelled() throws Exception {
        String archive = archive(6, "PT", "CT");
        scene.driver.script(task -> DriverDouble.BUSY);
        String id = (String) begin("AccessionNumber=" + archive, 2).get("batch");
        Scene.until("two are busy", () -> scene.driver.busy() == 2);
        assertThat(post(id, "resume").statusCode()).isEqualTo(409);
        assertThat(post(id, "pause").statusCode()).isEqualTo(202);
        scene.driver.script(scene.driver::success);
        Scene.until("what was under way has ended", () -> unsettled(id) == 0);
        assertThat(progress(id))
                .containsEntry("state", "PAUSED")
                .containsEntry("done", 2)
                .containsEntry("waiting", 4);
        assertThat(error(post(id, "pause"), 409)).contains("is PAUSED; only one that is RUNNING can be paused");

        scene.driver.down();
        assertThat(post(id, "resume").statusCode()).isEqualTo(202);
        Scene.until("two wait for the driver", () -> unsettled(id) == 2);
        assertThat(post(id, "cancel").statusCode()).isEqualTo(202);
        scene.driver.up();
        Scene.until("nothing is under way", () -> unsettled(id) == 0);
        Map<String, Object> end = progress(id);
        assertThat(end).containsEntry("state", "CANCELLED").containsEntry("waiting", 2);
        assertThat((int) end.get("done") + (int) end.get("cancelled")).isEqualTo(4);
        assertThat(error(post(id, "resume"), 409)).contains("is CANCELLED");
        assertThat(post(id, "cancel").statusCode()).isEqualTo(409);
    }

    /** BAT-09: what has its results by then keeps them. */
    @Test
    void a_batch_that_is_cancelled_stops_what_runs() throws Exception {
        String archive = archive(5, "PT", "CT");
        scene.gateway.storing(false);
        String id = (String) begin("AccessionNumber=" + archive, 1).get("batch");
        Scene.until("one has results", () -> scene.count(inState(id, "STORING")) == 1);
        scene.driver.script(task -> DriverDouble.BUSY);
        scene.sql("update manager.batch set most_at_once = 3 where id = '" + id + "'");
        Scene.until("two are busy", () -> scene.driver.busy() == 2);
        assertThat(post(id, "cancel").statusCode()).isEqualTo(202);
        Scene.until("the driver has ended both", () -> scene.driver.busy() == 0);
        scene.gateway.storing(true);
        Scene.until("nothing is under way", () -> unsettled(id) == 0);
        assertThat(progress(id))
                .containsEntry("state", "CANCELLED")
                .containsEntry("done", 1)
                .containsEntry("cancelled", 2)
                .containsEntry("waiting", 2);
        assertThat(scene.count("manager.job where batch = '" + id + "' and reason = 'its batch was cancelled'"))
                .isEqualTo(2);
        assertThat(scene.count("manager.lease where state = 'LIVE'")).isZero();
    }

    private static String inState(String batch, String state) {
        return "manager.job where batch = '" + batch + "' and state = '" + state + "'";
    }

    /** BAT-02: as after a crash in the middle of taking in, with studies that came since. */
    @Test
    void what_is_taken_in_twice_is_done_once() throws Exception {
        scene.stop();
        String archive = archive(4, "PT", "CT");
        String first = Scene.studyUid();
        scene.gateway.archived(first, archive, 1, "PT", "CT");
        scene.sql("insert into manager.batch (id, query, protocol, most_at_once, state, cursor, created)"
                + " values ('half', 'AccessionNumber=" + archive + "', 'petct-standard', 3, 'RUNNING', 1, now())");
        scene.sql("insert into manager.batch_study (batch, study_uid, revision) values ('half', '" + first + "', 1)");
        scene.gateway.archived(Scene.studyUid(), archive, 1, "PT", "CT");
        scene.start();
        assertThat(awaitState("half", "DONE")).containsEntry("studies", 5).containsEntry("done", 5);
        assertThat(scene.jobs(first)).hasSize(1);
        assertThat(scene.count("manager.job where batch = 'half'")).isEqualTo(5);
    }

    /** BAT-02: three pages of the gateway. */
    @Test
    void of_many_studies_none_is_left_out() throws Exception {
        String archive = archive(2, "PT", "CT");
        for (int i = 0; i < 1000; i++) {
            scene.gateway.archived(Scene.studyUid(), archive, 0);
        }
        scene.gateway.archived(Scene.studyUid(), archive, 1, "PT", "CT");
        String id = (String) begin("AccessionNumber=" + archive, 4).get("batch");
        assertThat(awaitState(id, "DONE"))
                .containsEntry("studies", 1003)
                .containsEntry("skipped", 1000)
                .containsEntry("done", 3);
    }

    @Test
    void a_gateway_that_is_away_is_waited_for_and_named() throws Exception {
        String archive = archive(3, "PT", "CT");
        scene.driver.script(task -> DriverDouble.BUSY);
        String id = (String) begin("AccessionNumber=" + archive, 1).get("batch");
        Scene.until("one is busy", () -> scene.driver.busy() == 1);
        scene.gateway.down();
        assertThat(error(send("AccessionNumber=" + archive, 1), 503))
                .contains("the gateway")
                .contains("try again");
        scene.driver.script(task -> new TaskOutcome.Failed("made to fail", TaskOutcome.Remedy.FIX_INPUT));
        Scene.until("the batch says so", () -> ((String) progress(id).get("reason")).contains("nothing listens"));
        assertThat(progress(id)).containsEntry("state", "RUNNING");
        scene.driver.script(scene.driver::success);
        scene.gateway.up();
        assertThat(awaitState(id, "DONE"))
                .containsEntry("done", 2)
                .containsEntry("failed", 1)
                .containsEntry("reason", "");
    }

    /** BAT-07 */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"protocol":"petct-standard"}                                         | query: expected text
            {"query":"","protocol":"petct-standard"}                              | query is empty
            {"query":"PT","protocol":"petct-standard"}                            | expected attribute=value
            {"query":"StudyDate=","protocol":"petct-standard"}                    | would match every study
            {"query":"StudyDate=%zz","protocol":"petct-standard"}                 | percent-encoding
            {"query":"AccessionNumber=x&limit=3","protocol":"petct-standard"}     | limit is no attribute
            {"query":"Nonsense=1","protocol":"petct-standard"}                    | not matched by that
            {"query":"AccessionNumber=none","protocol":"petct-standard"}          | no study of the archive matches it
            {"query":"AccessionNumber=x","protocol":"brain"}                      | petct-standard, pet-osem
            {"query":"AccessionNumber=x","protocol":"pet-osem","most-at-once":0}  | most-at-once: expected a number from 1
            {"query":"AccessionNumber=x","protocol":"pet-osem","limit":"all"}     | limit: expected a number from 1
            [1]                                                                   | not a JSON object
            """)
    void what_makes_no_sense_is_refused_with_the_reason(String body, String reason) throws Exception {
        long before = scene.count("manager.batch");
        assertThat(error(scene.ask("POST", ALL, body), 400)).contains(reason);
        assertThat(scene.count("manager.batch")).isEqualTo(before);
    }

    /** BAT-07 */
    @Test
    void more_studies_than_the_limit_are_refused_and_a_dry_run_begins_nothing() throws Exception {
        String archive = archive(3, "PT", "CT");
        String body = "{\"query\":\"AccessionNumber=" + archive + "\",\"protocol\":\"petct-standard\",";
        long before = scene.count("manager.batch");
        assertThat(error(scene.ask("POST", ALL, body + "\"limit\":2}"), 400)).contains("3 studies match", "limit is 2");
        HttpResponse<String> dry = scene.ask("POST", ALL, body + "\"dry-run\":true}");
        assertThat(dry.statusCode()).isEqualTo(200);
        assertThat(JSON.std.mapFrom(dry.body())).containsEntry("studies", 3).containsEntry("dry-run", true);
        assertThat(scene.count("manager.batch")).isEqualTo(before);
        assertThat(error(scene.ask("GET", ALL + "/none"), 404)).contains("no batch has this id");
        assertThat(error(scene.ask("POST", ALL + "/none/cancel"), 404)).contains("no batch has this id");
        assertThat(Scene.objects(scene.get(ALL + "?limit=5"), "batches")).hasSizeLessThanOrEqualTo(5);
    }

    /** So many studies under an accession number of their own. @return it */
    private static String archive(int studies, String... modalities) {
        String accession = "A" + ARCHIVES.incrementAndGet();
        for (int i = 0; i < studies; i++) {
            scene.gateway.archived(Scene.studyUid(), accession, 1, modalities);
        }
        return accession;
    }

    private static HttpResponse<String> send(String query, int mostAtOnce) throws Exception {
        return scene.ask(
                "POST",
                ALL,
                JSON.std.asString(Map.of("query", query, "protocol", "petct-standard", "most-at-once", mostAtOnce)));
    }

    private static Map<String, Object> begin(String query, int mostAtOnce) throws Exception {
        HttpResponse<String> response = send(query, mostAtOnce);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return JSON.std.mapFrom(response.body());
    }

    private static Map<String, Object> progress(String id) throws Exception {
        return scene.get(ALL + "/" + id);
    }

    private static Map<String, Object> awaitState(String id, String state) throws Exception {
        List<Map<String, Object>> last = new ArrayList<>();
        Scene.until("batch " + id + " is " + state, () -> {
            last.add(0, progress(id));
            return state.equals(last.get(0).get("state"));
        });
        return last.get(0);
    }

    private static long unsettled(String batch) {
        try {
            return scene.count(
                    "manager.job where state not in ('DONE', 'FAILED', 'CANCELLED') and batch = '" + batch + "'");
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> post(String id, String verb) throws Exception {
        return scene.ask("POST", ALL + "/" + id + "/" + verb);
    }

    private static String error(HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return (String) JSON.std.mapFrom(response.body()).get("error");
    }
}
