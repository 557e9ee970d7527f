package io.tomogrid.sparkjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The driver on a real Spark cluster whose parts are killed: SLC-03, SLC-05, JOB-02, HEAL-02. */
@Tag("cluster")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class DriverClusterTest {
    private static final String FIRST = "node1-gpu0-3g-0";
    private static final String SECOND = "node1-gpu0-3g-4";
    private static final String NOBODYS = "node2-gpu0-3g-4";

    @TempDir
    static Path home;

    private static TestCluster cluster;
    private static DriverClient driver;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(home, List.of(FIRST, SECOND));
        cluster.startDriver(List.of(
                "spark.network.timeout=15s",
                "spark.network.timeoutInterval=2s",
                "spark.executor.heartbeatInterval=2s",
                "spark.eventLog.enabled=true",
                "spark.eventLog.compress=false",
                "spark.eventLog.dir="
                        + Files.createDirectories(home.resolve("events")).toUri()));
        try {
            driver = client();
        } catch (AssertionError e) {
            String logs = cluster.log("master") + cluster.log("worker") + cluster.log("driver");
            cluster.close();
            throw new AssertionError(e.getMessage() + "\n" + logs, e);
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void a_task_runs_on_exactly_its_slice_and_the_next_one_finds_the_executor_warm() throws Exception {
        TaskOutcome.Succeeded first = run("exact-1", SECOND, "sleep 0");
        assertThat(first.findings().notes().subList(1, 4)).containsExactly(SECOND, "MIG-" + SECOND, TestCluster.TOKEN);
        assertThat(SliceLock.isHeld(cluster.locks(), SliceKey.parse(SECOND))).isTrue();
        TaskOutcome.Succeeded second = run("exact-2", SECOND, "sleep 0");
        assertThat(pid(second)).isEqualTo(pid(first));
    }

    /** JOB-11: so that its GPU can be cut in another way at once. */
    @Test
    void an_idle_executor_is_sent_away_and_a_working_one_stays() throws Exception {
        long executor = pid(run("vacate-1", SECOND, "sleep 0"));
        TaskId id = submit("vacate-2", SECOND, "sleep 60000");
        awaitRuns(id, 1);
        assertThat(driver.vacate(SECOND).statusCode()).isEqualTo(202);
        awaitStage(id, "working");
        driver.delete(id);
        Waiting.forValue("the executor's end", Duration.ofSeconds(20), () -> {
            driver.vacate(SECOND);
            return ProcessHandle.of(executor).filter(ProcessHandle::isAlive).isPresent() ? null : "gone";
        });
        assertThat(SliceLock.isHeld(cluster.locks(), SliceKey.parse(SECOND))).isFalse();
        assertThat(pid(run("vacate-3", SECOND, "sleep 0"))).isNotEqualTo(executor);
    }

    @Test
    void two_tasks_run_at_once_on_two_slices() throws Exception {
        TaskId one = submit("both-1", FIRST, "sleep 60000");
        TaskId two = submit("both-2", SECOND, "sleep 60000");
        awaitRuns(one, 1);
        awaitRuns(two, 1);
        awaitStage(one, "working");
        awaitStage(two, "working");
        assertThat(runs(one)).doesNotContainAnyElementsOf(runs(two));
        assertThat(SliceLock.isHeld(cluster.locks(), SliceKey.parse(FIRST))).isTrue();
        assertThat(SliceLock.isHeld(cluster.locks(), SliceKey.parse(SECOND))).isTrue();
        driver.delete(one);
        driver.delete(two);
    }

    /** JOB-15: each slice has its part, at the same time as the other's. */
    @Test
    void a_job_of_two_slices_works_on_both() throws Exception {
        TaskId id = new TaskId("gang", 1);
        driver.post(TestTasks.gang(id, List.of(FIRST, SECOND), "hold-0ms", staging(id)));
        assertThat(success(id).findings().notes())
                .hasSize(2)
                .satisfies(notes -> assertThat(notes.get(0))
                        .startsWith("first instruction at ")
                        .endsWith(" on " + FIRST))
                .satisfies(notes -> assertThat(notes.get(1))
                        .startsWith("first instruction at ")
                        .endsWith(" on " + SECOND));

        TaskId long1 = new TaskId("gang-cancelled", 1);
        driver.post(TestTasks.gang(long1, List.of(SECOND, FIRST), "hold-600000ms", staging(long1)));
        // which both slices have told by then, see TaskBoardTest
        awaitStage(long1, "holds");
        driver.delete(long1);
        run("after-gang-1", FIRST, "sleep 0");
        run("after-gang-2", SECOND, "sleep 0");
    }

    @Test
    void an_attempt_ends_with_its_executor_and_the_next_one_gets_another() throws Exception {
        TaskId id = submit("executor", FIRST, "sleep 60000");
        long killed = kill("-KILL", awaitRuns(id, 1));
        assertLost(id);
        TaskOutcome.Succeeded outcome = again(id, FIRST);
        assertThat(pid(outcome)).isNotEqualTo(killed);
        assertThat(runs(id)).containsExactly("begin " + killed);
    }

    @Test
    void an_attempt_ends_with_its_worker() throws Exception {
        TaskId id = submit("worker", FIRST, "sleep 60000");
        long executor = awaitRuns(id, 1);
        kill("-KILL", cluster.workerPid());
        assertLost(id);
        assertThat(pid(again(id, FIRST))).isNotEqualTo(executor);
        assertThat(ProcessHandle.of(executor).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void a_restarted_driver_knows_no_task_and_takes_new_attempts() throws Exception {
        TaskId id = submit("driver", FIRST, "sleep 60000");
        long executor = awaitRuns(id, 1);
        Files.delete(cluster.portFile());
        kill("-KILL", cluster.driverPid());
        driver = client();
        assertThat(driver.get(id).statusCode()).isEqualTo(404);
        assertThat(driver.delete(id).statusCode()).isEqualTo(404);
        TaskId next = new TaskId(id.jobId(), 2);
        driver.post(TestTasks.task(next, FIRST, "sleep 0", staging(next)));
        assertThat(pid(success(next))).isNotEqualTo(executor);
        assertThat(ProcessHandle.of(executor).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void a_hung_executor_keeps_its_slice_until_it_is_gone() throws Exception {
        TaskId id = submit("hung", FIRST, "sleep 60000");
        long hung = kill("-STOP", awaitRuns(id, 1));
        assertLost(id);
        TaskOutcome.Succeeded outcome = again(id, FIRST);
        // the second one began: the lock says that the first is no more
        assertThat(ProcessHandle.of(hung).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(pid(outcome)).isNotEqualTo(hung);
        assertThat(runs(id)).containsExactly("begin " + hung);
    }

    @Test
    void a_cancelled_task_stops_and_leaves_its_slice_to_the_next() throws Exception {
        TaskId id = submit("cancel", SECOND, "sleep 60000");
        awaitRuns(id, 1);
        assertThat(driver.delete(id).statusCode()).isEqualTo(202);
        assertThat(driver.outcome(id))
                .isEqualTo(new TaskOutcome.Failed("cancelled on request; retry the job", TaskOutcome.Remedy.RETRY));
        run("after-cancel", SECOND, "sleep 0");
        assertThat(runs(id)).hasSize(1);
    }

    @Test
    void a_cancelled_task_that_does_not_stop_takes_its_executor_with_it() throws Exception {
        TaskId id = submit("stubborn", SECOND, "stubborn");
        long stubborn = awaitRuns(id, 1);
        driver.delete(id);
        assertThat(pid(run("after-stubborn", SECOND, "sleep 0"))).isNotEqualTo(stubborn);
        assertThat(ProcessHandle.of(stubborn).filter(ProcessHandle::isAlive)).isEmpty();
    }

    /** BAT-06 */
    @Test
    void tasks_of_a_batch_are_one_to_spark() throws Exception {
        for (String job : List.of("of-batch-1", "of-batch-2")) {
            TaskId id = new TaskId(job, 1);
            driver.post(TestTasks.task(
                    id, "b7", SECOND, "sleep 0", staging(id), Instant.now().plusSeconds(600)));
            success(id);
        }
        run("of-none", SECOND, "sleep 0");
        List<String> starts = new ArrayList<>();
        try (Stream<Path> files = Files.walk(home.resolve("events"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                starts.addAll(Files.readAllLines(file));
            }
        }
        starts.removeIf(line -> !line.contains("SparkListenerJobStart"));
        assertThat(starts)
                .filteredOn(line -> line.contains("\"spark.job.tags\":\"batch-b7\""))
                .hasSize(2)
                .allMatch(line -> line.contains("\"spark.job.description\":\"batch b7, job of-batch-"));
        assertThat(starts)
                .filteredOn(line -> line.contains("of-none"))
                .isNotEmpty()
                .noneMatch(line -> line.contains("b7"));
    }

    @Test
    void an_idle_executor_ends_and_its_slice_is_free() throws Exception {
        run("idle", FIRST, "sleep 0");
        Waiting.forValue("slice " + FIRST + " to be free", Duration.ofSeconds(60), () -> {
            return SliceLock.isHeld(cluster.locks(), SliceKey.parse(FIRST)) ? null : true;
        });
    }

    @Test
    void a_slice_that_nobody_offers_is_waited_for_until_the_task_is_cancelled() throws Exception {
        TaskId id = submit("nobody", NOBODYS, "sleep 0");
        run("beside-nobody", SECOND, "sleep 0");
        assertThat(driver.outcome(id)).isEqualTo(new TaskOutcome.Running("waiting for the slice"));
        driver.delete(id);
        assertThat(driver.outcome(id)).isInstanceOf(TaskOutcome.Failed.class);
        assertThat(Files.exists(staging(id).resolve("runs"))).isFalse();
    }

    @Test
    void a_protocol_that_fails_is_not_tried_again_and_says_where() throws Exception {
        TaskId id = submit("fails", SECOND, "fail");
        assertThat(ended(id))
                .isInstanceOfSatisfying(
                        TaskOutcome.Failed.class,
                        failed -> assertThat(failed.reason())
                                .contains("protocol test failed", "the test wanted it", "TestProtocol.java"));
        assertThat(runs(id)).hasSize(1);
    }

    private static DriverClient client() throws Exception {
        return new DriverClient(
                Integer.parseInt(Waiting.forValue("the driver's port", Duration.ofSeconds(60), () -> {
                    return Files.exists(cluster.portFile()) ? Files.readString(cluster.portFile()) : null;
                })),
                TestCluster.TOKEN);
    }

    private static TaskId submit(String job, String slice, String order) throws Exception {
        TaskId id = new TaskId(job, 1);
        assertThat(driver.post(TestTasks.task(id, slice, order, staging(id))).statusCode())
                .isEqualTo(202);
        return id;
    }

    private static void assertLost(TaskId id) throws Exception {
        assertThat(ended(id)).as(() -> logs()).isInstanceOfSatisfying(TaskOutcome.Failed.class, failed -> {
            assertThat(failed.remedy()).isEqualTo(TaskOutcome.Remedy.RETRY);
            assertThat(failed.reason()).containsIgnoringCase("executor");
        });
    }

    /** The next attempt, as the manager makes it. */
    private static TaskOutcome.Succeeded again(TaskId id, String slice) throws Exception {
        TaskId next = new TaskId(id.jobId(), id.attempt() + 1);
        driver.post(TestTasks.task(next, slice, "sleep 0", staging(next)));
        return success(next);
    }

    private static TaskOutcome.Succeeded run(String job, String slice, String order) throws Exception {
        return success(submit(job, slice, order));
    }

    private static TaskOutcome.Succeeded success(TaskId id) throws Exception {
        TaskOutcome outcome = ended(id);
        assertThat(outcome).as(() -> logs()).isInstanceOf(TaskOutcome.Succeeded.class);
        return (TaskOutcome.Succeeded) outcome;
    }

    private static TaskOutcome ended(TaskId id) throws Exception {
        return Waiting.forValue("the end of " + id, Duration.ofSeconds(90), () -> {
            TaskOutcome outcome = driver.outcome(id);
            return outcome instanceof TaskOutcome.Running ? null : outcome;
        });
    }

    /** Waits until the protocol has begun so often; returns the process that began last. */
    private static long awaitRuns(TaskId id, int begins) throws Exception {
        return Waiting.forValue("begin number " + begins + " of " + id, Duration.ofSeconds(90), () -> {
            List<String> lines =
                    runs(id).stream().filter(line -> line.startsWith("begin")).toList();
            return lines.size() < begins
                    ? null
                    : Long.valueOf(lines.get(begins - 1).split(" ")[1]);
        });
    }

    /** The driver hears of a stage a little after the executor began it. */
    private static void awaitStage(TaskId id, String stage) throws Exception {
        Waiting.forValue(
                id + " is " + stage,
                Duration.ofSeconds(10),
                () -> driver.outcome(id).equals(new TaskOutcome.Running(stage)) ? stage : null);
    }

    private static List<String> runs(TaskId id) throws IOException {
        Path file = staging(id).resolve("runs");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static Path staging(TaskId id) {
        return home.resolve("staging").resolve(id.group());
    }

    private static long pid(TaskOutcome.Succeeded outcome) {
        return Long.parseLong(outcome.findings().notes().get(0));
    }

    private static long kill(String signal, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
        return pid;
    }

    private static String logs() {
        try {
            return cluster.log("driver") + cluster.executorLogs();
        } catch (IOException e) {
            return "no logs: " + e;
        }
    }
}
