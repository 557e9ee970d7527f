package io.tomogrid.manager;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.slices.SliceKey;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A Spark driver whose tasks go one step further each time that one asks for them: they wait for the slice, run and end as
 * the scene says. An executor locks its slice at the agent and keeps the lock when it is idle.
 */
final class DriverDouble extends PeerDouble {
    private SliceHost agent;
    private String broken = "";
    private String refused = "";
    private boolean stay;
    private final Map<String, Task> tasks = new LinkedHashMap<>();
    private final Map<SliceKey, String> executors = new HashMap<>();
    private final List<ReconstructionTask> submitted = new ArrayList<>();
    private Function<ReconstructionTask, TaskOutcome> script = this::success;

    private static final class Task {
        private final ReconstructionTask task;
        private TaskOutcome outcome = WAITING;

        Task(ReconstructionTask task) {
            this.task = task;
        }
    }

    static final TaskOutcome WAITING = new TaskOutcome.Running("waiting for the slice");
    static final TaskOutcome BUSY = new TaskOutcome.Running("suv");

    DriverDouble(SliceHost agent) throws IOException {
        this.agent = agent;
        up();
    }

    /** It stumbles over the tasks of this study; empty for none. */
    synchronized void brokenFor(String studyUid) {
        broken = studyUid;
    }

    /** It answers nothing about the tasks of this study but that it will not; empty for none. */
    synchronized void refuses(String studyUid) {
        refused = studyUid;
    }

    /** Whether idle executors that are sent away stay for now. */
    synchronized void executorsStay(boolean does) {
        stay = does;
    }

    /** Where its executors run from now on. */
    synchronized void executorsOn(SliceHost host) {
        agent = host;
    }

    /** How a task with a slice goes on; {@link #BUSY} for one that runs on. */
    synchronized void script(Function<ReconstructionTask, TaskOutcome> next) {
        script = next;
    }

    /** A new driver in the place of the old one, whose executors have gone. */
    synchronized void restart() {
        tasks.clear();
        releaseIdle();
    }

    /** Executors that have been idle for long enough exit. */
    synchronized void releaseIdle() {
        executors.keySet().removeIf(key -> {
            if (busyOn(key)) {
                return false;
            }
            agent.unlock(key);
            return true;
        });
    }

    private boolean busyOn(SliceKey key) {
        return tasks.values().stream().anyMatch(t -> t.task.lease().key().equals(key) && t.outcome.equals(BUSY));
    }

    synchronized List<ReconstructionTask> submitted() {
        return List.copyOf(submitted);
    }

    /** Whose tasks were handed over, in that order. */
    synchronized List<String> submittedStudies() {
        return submitted.stream().map(task -> task.study().studyUid()).toList();
    }

    synchronized long busy() {
        return tasks.values().stream().filter(t -> t.outcome.equals(BUSY)).count();
    }

    @Override
    synchronized Answer answer(Asked asked) throws IOException {
        if (asked.is("GET", "health")) {
            return new Answer(200, Map.of("status", "UP", "application-id", "app-1"));
        }
        if (asked.is("POST", "tasks")) {
            ReconstructionTask task = Documents.reconstructionTask(asked.json());
            if (tasks.putIfAbsent(task.jobId() + "/" + task.attempt(), new Task(task)) == null) {
                submitted.add(task);
                if (!agent.exists(task.lease().key())) {
                    violations.add("submitted before its slice was made: " + task.lease());
                }
            }
            return new Answer(202, Map.of());
        }
        if (asked.is("GET", "tasks", "*", "*") || asked.is("DELETE", "tasks", "*", "*")) {
            Task task = tasks.get(asked.path().get(1) + "/" + asked.path().get(2));
            if (task == null) {
                return new Answer(404, Map.of("error", "this driver does not know it"));
            }
            if (task.task.study().studyUid().equals(refused)) {
                return new Answer(409, Map.of("error", "this driver does not want to"));
            }
            if (task.task.study().studyUid().equals(broken)) {
                return new Answer(500, Map.of("error", "a fault of the driver"));
            }
            if (asked.method().equals("GET")) {
                advance(task);
                return new Answer(200, Documents.toMap(task.outcome));
            }
            if (task.outcome instanceof TaskOutcome.Running) {
                task.outcome = new TaskOutcome.Failed("cancelled", TaskOutcome.Remedy.RETRY);
            }
            return new Answer(202, Map.of());
        }
        if (asked.is("DELETE", "executors", "*")) {
            SliceKey key = SliceKey.parse(asked.path().get(1));
            if (!stay && !busyOn(key) && executors.remove(key) != null) {
                agent.unlock(key);
            }
            return new Answer(202, Map.of());
        }
        throw new IllegalArgumentException("a driver is not asked this");
    }

    private void advance(Task task) {
        if (!(task.outcome instanceof TaskOutcome.Running)) {
            return;
        }
        SliceKey key = task.task.lease().key();
        if (task.outcome.equals(WAITING)) {
            if (agent.hangs(key)) {
                return;
            }
            boolean busy = tasks.values().stream()
                    .anyMatch(t -> t != task && t.task.lease().key().equals(key) && t.outcome.equals(BUSY));
            if (busy) {
                violations.add("two tasks on " + key);
            } else if (executors.containsKey(key) || agent.lock(key)) {
                executors.put(key, task.task.jobId());
                task.outcome = BUSY;
            }
        } else {
            task.outcome = script.apply(task.task);
        }
    }

    /** SOP Instance UID of the report that a task makes. */
    static String report(ReconstructionTask task) {
        return task.study().studyUid() + ".9." + task.study().revision();
    }

    /** Stages one file and succeeds. */
    TaskOutcome success(ReconstructionTask task) {
        return success(task, task.lease().epoch());
    }

    TaskOutcome success(ReconstructionTask task, long epoch) {
        Path folder = Path.of(URI.create(task.stagingRoot()));
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("seg.dcm"), "DICM");
        } catch (IOException e) {
            throw new IllegalStateException("cannot stage", e);
        }
        var manifest = new ResultManifest(
                task.jobId(),
                task.study().studyUid(),
                task.study().revision(),
                epoch,
                task.stagingRoot(),
                List.of(
                        new ResultObject("SEG", "1.2.840.66", "2.25.1", "2.25.2", "seg.dcm", 4, "cd"),
                        new ResultObject("SR", "1.2.840.88", report(task), "2.25.3", "seg.dcm", 4, "cd")));
        var findings = new Findings(12.5, List.of("from dose"), List.of(), List.of(), List.of(), "cpu");
        return new TaskOutcome.Succeeded(manifest, findings);
    }
}
