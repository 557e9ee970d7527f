package io.tomogrid.sparkjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The driver on a real standalone cluster that is not ours: a Worker with two devices by its discovery script (ENG-03, ENG-04). */
@Tag("cluster")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ExistingStandaloneTest {
    private static final String FIRST = "node1-gpu0-3g-0";
    private static final String SECOND = "node1-gpu0-3g-4";
    private static final String NOT_OFFERED = "node1-gpu1-3g-0";

    @TempDir
    static Path home;

    private static TestCluster cluster;
    private static DriverClient driver;

    @BeforeAll
    static void start() throws Exception {
        // what a lease of TestTasks calls the devices of these slices
        cluster = TestCluster.existing(home, List.of("MIG-" + FIRST, "MIG-" + SECOND));
        cluster.startDriver(List.of());
        try {
            driver = new DriverClient(
                    Integer.parseInt(Waiting.forValue("the driver's port", Duration.ofSeconds(60), () -> {
                        return Files.exists(cluster.portFile()) ? Files.readString(cluster.portFile()) : null;
                    })),
                    TestCluster.TOKEN);
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
    void each_task_goes_to_the_executor_that_was_given_its_device() throws Exception {
        List<String> second = run("exact-1", SECOND, "sleep 0");
        List<String> first = run("exact-2", FIRST, "sleep 0");
        assertThat(second.subList(1, 4)).containsExactly("given", "MIG-" + SECOND, TestCluster.TOKEN);
        assertThat(first.subList(1, 4)).containsExactly("given", "MIG-" + FIRST, TestCluster.TOKEN);
        assertThat(first.get(0)).isNotEqualTo(second.get(0));
        // each executor stays and is found again
        assertThat(run("exact-3", SECOND, "sleep 0").get(0)).isEqualTo(second.get(0));
        assertThat(run("exact-4", FIRST, "sleep 0").get(0)).isEqualTo(first.get(0));
    }

    @Test
    void a_slice_is_locked_while_its_task_runs_and_free_when_it_was_cancelled() throws Exception {
        TaskId id = submit("cancel", FIRST, "sleep 60000");
        awaitBegin(id);
        assertThat(locked(FIRST)).isTrue();
        driver.delete(id);
        Waiting.forValue("slice " + FIRST + " to be free", Duration.ofSeconds(60), () -> locked(FIRST) ? null : true);
        run("after-cancel", FIRST, "sleep 0");
    }

    @Test
    void an_executor_that_is_killed_is_replaced_on_the_same_device() throws Exception {
        TaskId id = submit("killed", SECOND, "sleep 60000");
        long pid = awaitBegin(id);
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
        assertThat(ended(id))
                .isInstanceOfSatisfying(
                        TaskOutcome.Failed.class,
                        failed -> assertThat(failed.remedy()).isEqualTo(TaskOutcome.Remedy.RETRY));
        List<String> next = run("killed-2", SECOND, "sleep 0");
        assertThat(next.get(2)).isEqualTo("MIG-" + SECOND);
        assertThat(next.get(0)).isNotEqualTo(Long.toString(pid));
    }

    @Test
    void a_device_that_the_cluster_has_not_is_waited_for_until_the_task_is_cancelled() throws Exception {
        TaskId id = submit("nobody", NOT_OFFERED, "sleep 0");
        run("beside-nobody", FIRST, "sleep 0");
        assertThat(driver.outcome(id)).isEqualTo(new TaskOutcome.Running("waiting for the slice"));
        driver.delete(id);
        assertThat(driver.outcome(id)).isInstanceOf(TaskOutcome.Failed.class);
        assertThat(staging(id).resolve("runs")).doesNotExist();
    }

    private static boolean locked(String slice) throws IOException {
        return SliceLock.isHeld(cluster.locks(), SliceKey.parse(slice));
    }

    private static TaskId submit(String job, String slice, String order) throws Exception {
        TaskId id = new TaskId(job, 1);
        assertThat(driver.post(TestTasks.task(id, slice, order, staging(id))).statusCode())
                .isEqualTo(202);
        return id;
    }

    /** What the protocol noted: process, how it has its slice, device, token. */
    private static List<String> run(String job, String slice, String order) throws Exception {
        TaskOutcome outcome = ended(submit(job, slice, order));
        assertThat(outcome).as(ExistingStandaloneTest::logs).isInstanceOf(TaskOutcome.Succeeded.class);
        return ((TaskOutcome.Succeeded) outcome).findings().notes();
    }

    private static TaskOutcome ended(TaskId id) throws Exception {
        return waiting("the end of " + id, () -> {
            TaskOutcome outcome = driver.outcome(id);
            return outcome instanceof TaskOutcome.Running ? null : outcome;
        });
    }

    private static long awaitBegin(TaskId id) throws Exception {
        Path runs = staging(id).resolve("runs");
        return waiting(id + " to begin", () -> {
            List<String> lines = Files.exists(runs) ? Files.readAllLines(runs) : List.of();
            return lines.isEmpty() ? null : Long.valueOf(lines.get(0).split(" ")[1]);
        });
    }

    private static <T> T waiting(String what, Callable<T> ask) throws Exception {
        try {
            return Waiting.forValue(what, Duration.ofSeconds(90), ask);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + logs(), e);
        }
    }

    private static Path staging(TaskId id) {
        return home.resolve("staging").resolve(id.group());
    }

    private static String logs() {
        try {
            return cluster.log("worker") + cluster.log("driver") + cluster.executorLogs();
        } catch (IOException e) {
            return "no logs: " + e;
        }
    }
}
