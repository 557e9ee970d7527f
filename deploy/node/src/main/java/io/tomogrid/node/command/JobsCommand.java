package io.tomogrid.node.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tomogrid jobs}: what the manager has to do, does and did. */
@Command(
        name = "jobs",
        description = "Jobs of the running node, newest first; and what an operator wants of them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            JobVerbCommands.Cancel.class,
            JobVerbCommands.Retry.class,
            JobVerbCommands.SetPriority.class,
            JobVerbCommands.Deadline.class,
            JobVerbCommands.Pause.class,
            JobVerbCommands.Resume.class
        })
public final class JobsCommand implements Callable<Integer> {
    @Mixin
    private HomeOptions home;

    @Mixin
    private Answer answer;

    @Parameters(arity = "0..1", paramLabel = "JOB", description = "One job, with what it found.")
    private String job;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> document = home.manager().get(job == null ? "/api/jobs" : "/api/jobs/" + job);
        answer.print(document, out -> print(document, out));
        return 0;
    }

    private void print(Map<String, Object> document, PrintWriter out) {
        List<?> jobs = job == null ? (List<?>) document.get("jobs") : List.of(document);
        Table table = new Table("JOB", "STATE", "ATTEMPT", "SLICE", "STUDY", "UPDATED", "REASON");
        for (Object item : jobs) {
            Map<?, ?> row = (Map<?, ?>) item;
            table.row(
                    row.get("job-id"),
                    state(row),
                    row.get("attempt"),
                    slice(row),
                    row.get("study-uid"),
                    row.get("updated"),
                    row.get("reason"));
        }
        table.print(out);
        if (job != null && document.get("sizing") instanceof String sizing && !sizing.isEmpty()) {
            out.println("Memory: " + sizing);
        }
        if (job != null && document.get("findings") instanceof Map<?, ?> findings) {
            out.println();
            FindingsText.print(findings, out);
        }
    }

    /** @return the state, and what a running job is doing */
    private static String state(Map<?, ?> job) {
        String stage = job.get("stage") instanceof String text ? text : "";
        return stage.isEmpty() ? String.valueOf(job.get("state")) : job.get("state") + ": " + stage;
    }

    private static String slice(Map<?, ?> job) {
        Object slice = job.get("slice");
        return slice == null ? "" : slice + (Boolean.TRUE.equals(job.get("simulated")) ? " (simulated)" : "");
    }
}
