package io.tomogrid.manager;

import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.manager.peer.GatewayClient;
import io.tomogrid.manager.peer.PeerRefused;
import io.tomogrid.manager.peer.ResultState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees the first manifest of a job through the gateway, to its last destination. */
final class ResultKeeper {
    private static final Logger log = LoggerFactory.getLogger(ResultKeeper.class);

    private final ManagerProperties properties;
    private final GatewayClient gateway;
    private final JobStore jobs;
    private final Staging staging;

    ResultKeeper(ManagerProperties properties, GatewayClient gateway, JobStore jobs, Staging staging) {
        this.properties = properties;
        this.gateway = gateway;
        this.jobs = jobs;
        this.staging = staging;
    }

    /** STORING: the gateway is told, however often, and asked. */
    void store(Job job) {
        try {
            gateway.putResults(jobs.manifest(job.id()));
            if (job.redrive()) {
                gateway.retryResults(job.id());
                jobs.redriven(job);
            }
        } catch (PeerRefused e) {
            jobs.fail(
                    job,
                    e.getMessage() + (e.status() == 409 ? "; it holds other results of this job" : ""),
                    Remedy.ASK_OPERATOR);
            return;
        }
        Optional<ResultState> state = gateway.resultState(job.id());
        if (state.isEmpty() || state.get().stage() == ResultState.Stage.STORING) {
            return;
        }
        if (state.get().stage() == ResultState.Stage.FAILED) {
            jobs.fail(
                    job,
                    "the gateway could not store the results: " + state.get().reason(),
                    Remedy.ASK_OPERATOR);
            return;
        }
        if (state.get().stage() == ResultState.Stage.REJECTED) {
            rejected(
                    job,
                    "attempt " + job.attempt() + " left results that cannot be stored: "
                            + state.get().reason());
            return;
        }
        staging.delete(job.id());
        jobs.move(job, JobState.DELIVERING, "");
    }

    /** As a failed attempt: the gateway holds nothing of it, so another one may have results. */
    private void rejected(Job job, String reason) {
        if (job.failures() + 1 < properties.maxAttempts()) {
            Instant next = Instant.now().plus(properties.backOff());
            jobs.rejected(job, JobState.QUEUED, reason + "; it is tried again", next);
        } else {
            staging.delete(job.id());
            jobs.rejected(
                    job,
                    JobState.FAILED,
                    "given up after " + (job.failures() + 1) + " attempts; the last: " + reason,
                    Instant.now());
        }
        log.warn("job {}: {}", job.id(), reason);
    }

    /** DELIVERING: done when every delivery is settled. */
    void deliver(Job job) {
        Optional<ResultState> answer = gateway.resultState(job.id());
        if (answer.isEmpty()) {
            jobs.note(job, "the gateway has forgotten the results; it is told again");
            gateway.putResults(jobs.manifest(job.id()));
            return;
        }
        ResultState state = answer.get();
        List<ResultState.Delivery> open =
                state.deliveries().stream().filter(ResultState.Delivery::open).toList();
        List<ResultState.Delivery> lost =
                state.deliveries().stream().filter(ResultState.Delivery::lost).toList();
        if (state.stage() == ResultState.Stage.FAILED) {
            jobs.fail(job, "the gateway gave the results up: " + state.reason(), Remedy.ASK_OPERATOR);
        } else if (!open.isEmpty() || state.stage() == ResultState.Stage.STORING) {
            jobs.note(job, trouble(open, lost));
        } else if (!lost.isEmpty()) {
            jobs.fail(
                    job,
                    lost.get(0) + (lost.size() > 1 ? " and " + (lost.size() - 1) + " more" : "")
                            + "; see to the destination, then retry the job",
                    Remedy.ASK_OPERATOR);
        } else if (jobs.move(job, JobState.DONE, "")) {
            log.info("job {}: done", job.id());
        }
    }

    /** What keeps a delivery from succeeding; empty if nothing has failed. */
    private static String trouble(List<ResultState.Delivery> open, List<ResultState.Delivery> lost) {
        return lost.stream()
                .findFirst()
                .or(() -> open.stream().filter(d -> !d.reason().isEmpty()).findFirst())
                .map(ResultState.Delivery::toString)
                .orElse("");
    }
}
