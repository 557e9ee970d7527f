package io.tomogrid.sparkjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TaskBoardTest {
    private static final TaskId ID = new TaskId("7", 1);
    private static final TaskOutcome WAITING = new TaskOutcome.Running("waiting for the slice");
    private static final TaskOutcome FAILED = new TaskOutcome.Failed("no weight", TaskOutcome.Remedy.FIX_INPUT);

    private final ScriptedJobs jobs = new ScriptedJobs();
    private final TaskBoard board = new TaskBoard(jobs, Clock.systemUTC());

    @AfterEach
    void close() {
        board.close();
    }

    @Test
    void a_task_goes_from_waiting_through_its_stages_to_its_outcome() throws Exception {
        assertThat(board.outcome(ID)).isEmpty();
        board.submit(task(ID));
        assertThat(board.outcome(ID)).contains(WAITING);
        reached(ID, "node1-gpu0-3g-4", "suv");
        assertThat(board.outcome(ID)).contains(new TaskOutcome.Running("suv"));
        jobs.end(ID).complete(FAILED);
        await(ID, FAILED);
        reached(ID, "node1-gpu0-3g-4", "model");
        assertThat(board.outcome(ID)).contains(FAILED);
    }

    /** JOB-02: the manager may send a request again because it did not hear the answer. */
    @Test
    void the_same_attempt_again_changes_nothing() throws Exception {
        board.submit(task(ID));
        board.submit(task(ID));
        TaskId next = new TaskId("7", 2);
        board.submit(task(next));
        Waiting.forValue("both attempts", Duration.ofSeconds(5), () -> jobs.begun.size() >= 2 ? true : null);
        assertThat(jobs.begun).containsExactlyInAnyOrder(ID, next);
        jobs.end(ID).complete(FAILED);
        await(ID, FAILED);
        board.submit(task(ID));
        assertThat(board.outcome(ID)).contains(FAILED);
        assertThat(jobs.begun).hasSize(2);
    }

    @Test
    void a_cancelled_task_stays_cancelled_whatever_comes_later() {
        assertThat(board.cancel(ID)).isFalse();
        board.submit(task(ID));
        assertThat(board.cancel(ID)).isTrue();
        TaskOutcome cancelled = board.outcome(ID).orElseThrow();
        assertThat(cancelled)
                .isInstanceOfSatisfying(
                        TaskOutcome.Failed.class,
                        failed -> assertThat(failed.reason()).startsWith("cancelled"));
        reached(ID, "node1-gpu0-3g-4", "suv");
        assertThat(board.cancel(ID)).isTrue();
        assertThat(board.outcome(ID)).contains(cancelled);
        assertThat(jobs.cancelled).containsExactly(ID);
    }

    @Test
    void an_attempt_whose_executors_were_lost_may_be_retried() throws Exception {
        board.submit(task(ID));
        jobs.end(ID).completeExceptionally(new SliceJobs.Lost("the executors died; retry the job", null));
        await(ID, new TaskOutcome.Failed("the executors died; retry the job", TaskOutcome.Remedy.RETRY));
    }

    @Test
    void a_task_that_never_began_is_given_up_when_its_lease_ends() throws Exception {
        Instant expiry = Instant.now().plusMillis(300);
        TaskId begun = new TaskId("8", 1);
        board.submit(TestTasks.task(begun, "node1-gpu0-3g-0", "", Path.of("/staging"), expiry));
        reached(begun, "node1-gpu0-3g-0", "suv");
        board.submit(TestTasks.task(ID, "node1-gpu0-3g-4", "", Path.of("/staging"), expiry));
        TaskOutcome outcome = Waiting.forValue("the end of the lease", Duration.ofSeconds(5), () -> {
            TaskOutcome now = board.outcome(ID).orElseThrow();
            return now.equals(WAITING) ? null : now;
        });
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        TaskOutcome.Failed.class,
                        failed -> assertThat(failed.reason()).contains("node1-gpu0-3g-4", expiry.toString()));
        Waiting.forValue("the cancellation", Duration.ofSeconds(5), () -> jobs.cancelled.peek());
        assertThat(jobs.cancelled).containsExactly(ID);
        assertThat(board.outcome(begun)).contains(new TaskOutcome.Running("suv"));
    }

    @Test
    void only_the_latest_outcomes_are_kept_and_no_running_task_is_forgotten() throws Exception {
        board.submit(task(ID));
        for (int i = 0; i < TaskBoard.KEPT_OUTCOMES; i++) {
            TaskId id = later(i);
            jobs.end(id).complete(FAILED);
            board.submit(task(id));
            await(id, FAILED);
        }
        assertThat(board.outcome(later(0))).isEmpty();
        assertThat(board.outcome(later(1))).contains(FAILED);
        assertThat(board.outcome(later(TaskBoard.KEPT_OUTCOMES - 1))).contains(FAILED);
        assertThat(board.outcome(ID)).contains(WAITING);
    }

    /** JOB-15 */
    @Test
    void a_task_of_several_slices_waits_until_all_have_begun() {
        jobs.on(List.of(SliceKey.parse("node1-gpu0-3g-0"), SliceKey.parse("node1-gpu0-3g-4")));
        board.submit(task(ID));
        reached(ID, "node1-gpu0-3g-0", "holds");
        assertThat(board.outcome(ID)).contains(WAITING);
        reached(ID, "node1-gpu0-3g-4", "starting");
        assertThat(board.outcome(ID)).contains(new TaskOutcome.Running("starting"));
    }

    private void reached(TaskId id, String slice, String stage) {
        board.reached(new StageReport(id, SliceKey.parse(slice), stage));
    }

    private void await(TaskId id, TaskOutcome outcome) throws Exception {
        Waiting.forValue(
                outcome.toString(),
                Duration.ofSeconds(5),
                () -> board.outcome(id).filter(outcome::equals).orElse(null));
    }

    private static TaskId later(int number) {
        return new TaskId("later-" + number, 1);
    }

    private static ReconstructionTask task(TaskId id) {
        return TestTasks.task(id, "node1-gpu0-3g-4", "", Path.of("/staging"));
    }
}
