package io.tomogrid.manager.peer;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.slices.SliceKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;

/** The long-lived Spark driver. For use by one thread. */
public final class DriverClient {
    private final HttpPeer peer;
    private volatile String illness = "";

    public DriverClient(URI base, String token, HttpClient http, Duration timeout) {
        this.peer = new HttpPeer("the Spark driver", base, token, http, timeout);
    }

    /** Hands an attempt over; the same one again changes nothing. */
    public void submit(ReconstructionTask task) {
        HttpPeer.Answer answer = peer.send("POST", "/tasks", Documents.json(Documents.toMap(task)));
        if (!answer.found()) {
            throw peer.misunderstood("POST /tasks", new IllegalArgumentException("404"));
        }
    }

    /** How the attempt stands; empty if this driver does not know it. */
    public Optional<TaskOutcome> outcome(String jobId, int attempt) {
        String path = path(jobId, attempt);
        HttpPeer.Answer answer = peer.send("GET", path, "");
        if (!answer.found()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Documents.taskOutcome(answer.json()));
        } catch (RuntimeException e) {
            throw peer.misunderstood(path, e);
        }
    }

    /** Ends an attempt, if the driver knows it. */
    public void cancel(String jobId, int attempt) {
        peer.send("DELETE", path(jobId, attempt), "");
    }

    /** Ends the executor that is idle on a slice, so that its lock goes; one that works stays. */
    public void vacate(SliceKey slice) {
        peer.send("DELETE", "/executors/" + slice, "");
    }

    /** @throws PeerUnreachable if it is not up */
    public void health() {
        try {
            peer.send("GET", "/health", "");
            illness = "";
        } catch (PeerUnreachable | PeerRefused e) {
            illness = e.getMessage();
            throw e;
        }
    }

    /** {@code up} or {@code down: why}, as far as is known. */
    public String state() {
        String why = peer.trouble().isEmpty() ? illness : peer.trouble();
        return why.isEmpty() ? "up" : "down: " + why;
    }

    private static String path(String jobId, int attempt) {
        return "/tasks/" + jobId + "/" + attempt;
    }
}
