package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.gateway.contract.ResultManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells where it ran. The task's model says what to do: {@code sleep MILLIS}, {@code stubborn} (never
 * stops) or {@code fail}. In the staging
 * folder it appends {@code begin PID} and {@code end PID} to the file {@code runs}.
 */
public final class TestProtocol implements ProtocolProvider, Protocol {
    public static final String NAME = "test";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Protocol protocol() {
        return this;
    }

    @Override
    public TaskOutcome run(ReconstructionTask task, Progress progress) {
        Path runs = Path.of(URI.create(task.stagingRoot())).resolve("runs");
        long pid = ProcessHandle.current().pid();
        note(runs, "begin " + pid);
        progress.stage("working");
        String[] order = task.model().split(" ");
        switch (order[0]) {
            case "fail" -> throw new IllegalStateException("the test wanted it");
            case "stubborn" -> {
                while (true) {
                    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
                    // forgets that it was told to stop; an interrupted thread would not park either
                    Thread.interrupted();
                }
            }
            case "sleep" -> sleep(Long.parseLong(order[1]));
            default -> throw new IllegalArgumentException(task.model());
        }
        note(runs, "end " + pid);
        return new TaskOutcome.Succeeded(
                new ResultManifest(
                        task.jobId(),
                        task.study().studyUid(),
                        task.study().revision(),
                        task.lease().epoch(),
                        task.stagingRoot(),
                        List.of()),
                new Findings(
                        1,
                        List.of(),
                        List.of(
                                Long.toString(pid),
                                ExecutorSlice.ofThisProcess() instanceof OwnedSlice owned
                                        ? owned.key().toString()
                                        : "given",
                                String.valueOf(NativeEnvironment.get("CUDA_VISIBLE_DEVICES")),
                                Token.ofThisProcess().orElse("no token")),
                        List.of(),
                        List.of(),
                        "cpu"));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void note(Path file, String line) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
