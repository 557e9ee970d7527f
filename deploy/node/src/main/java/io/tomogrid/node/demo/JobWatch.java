package io.tomogrid.node.demo;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.node.NodeClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Follows one study's job at the manager until it is settled. */
final class JobWatch {
    private static final long POLL_MILLIS = 100;

    private final NodeClient manager;
    private final String studyUid;

    JobWatch(NodeClient manager, String studyUid) {
        this.manager = manager;
        this.studyUid = studyUid;
    }

    /** @param state of the job, {@code WAITING} before there is one @param stage what it is doing while it runs, or empty */
    record Progress(String state, String stage) {}

    /**
     * @param progress told of each step
     * @return the manager's document of the settled job
     * @throws IOException if the job is not settled in time; says where it stands
     */
    Map<?, ?> settled(Duration patience, Consumer<Progress> progress) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        Progress last = null;
        while (true) {
            Optional<Map<?, ?>> job = newest();
            String now = job.map(j -> (String) j.get("state")).orElse("WAITING");
            String stage = job.map(j -> j.get("stage") instanceof String text ? text : "")
                    .orElse("");
            Progress reached = new Progress(now, stage);
            if (!reached.equals(last)) {
                progress.accept(reached);
                last = reached;
            }
            if (job.isPresent() && JobState.valueOf(now).settled()) {
                return job.get();
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("after " + patience.toSeconds() + " s the job is still " + now
                        + job.map(j -> ": " + j.get("reason")).orElse(": no job was made for the study"));
            }
            pause();
        }
    }

    /** Seconds between the first time that the job was in one state and the first time that it was in another. */
    static double seconds(Map<?, ?> job, String from, String to) {
        Optional<Instant> start = first(job, from);
        Optional<Instant> end = first(job, to);
        return start.isPresent() && end.isPresent()
                ? Duration.between(start.get(), end.get()).toMillis() * 1e-3
                : Double.NaN;
    }

    private static Optional<Instant> first(Map<?, ?> job, String state) {
        return ((List<?>) job.get("transitions"))
                .stream()
                        .map(t -> (Map<?, ?>) t)
                        .filter(t -> state.equals(t.get("state")))
                        .map(t -> Instant.parse((String) t.get("at")))
                        .findFirst();
    }

    private Optional<Map<?, ?>> newest() throws IOException {
        List<?> jobs = (List<?>) manager.get("/api/jobs?study=" + studyUid).get("jobs");
        return jobs.stream().<Map<?, ?>>map(job -> (Map<?, ?>) job).findFirst();
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the job", e);
        }
    }
}
