package io.tomogrid.manager.peer;

import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.SliceKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one host. For use by one thread.
 *
 * <p>Leases begin and end by the manager's clock alone, so an agent whose clock is apart disturbs none; it is told, because
 * logs of both are read side by side.
 */
public final class AgentClient {
    private static final Logger log = LoggerFactory.getLogger(AgentClient.class);
    private static final Duration APART = Duration.ofSeconds(5);

    /** Looking takes no time, and who waits for it holds up everybody else's work. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final HttpPeer peer;
    private final HttpPeer looks;
    private volatile String illness = "";
    private volatile String clock = "";

    public AgentClient(URI base, String token, HttpClient http, Duration timeout) {
        this.peer = new HttpPeer("the agent", base, token, http, timeout);
        this.looks = new HttpPeer("the agent", base, token, http, timeout.compareTo(LOOK) < 0 ? timeout : LOOK);
    }

    public URI url() {
        return peer.base();
    }

    /** The host's GPUs and what they are cut into now. */
    public HostInventory inventory() {
        try {
            HttpPeer.Answer answer = looks.send("GET", "/inventory", "");
            compareClocks(answer);
            HostInventory inventory = read(answer);
            illness = "";
            return inventory;
        } catch (PeerUnreachable | PeerRefused e) {
            illness = e.getMessage();
            throw e;
        }
    }

    /** Its {@code Date} has whole seconds, and the answer took a while: both are far below what is reported. */
    private void compareClocks(HttpPeer.Answer answer) {
        String now = answer.date()
                .map(date -> Duration.between(Instant.now(), date))
                .filter(ahead -> ahead.abs().compareTo(APART) > 0)
                .map(ahead -> "its clock is " + ahead.abs().toSeconds() + " s "
                        + (ahead.isNegative() ? "behind" : "ahead of") + " the manager's")
                .orElse("");
        if (now.isEmpty() != clock.isEmpty()) {
            log.warn("the agent at {}: {}", peer.base(), now.isEmpty() ? "its clock is right again" : now);
        }
        clock = now;
    }

    /** How far its clock is apart from ours, in one sentence; empty when it is not, or is not known. */
    public String clock() {
        return clock;
    }

    private HostInventory read(HttpPeer.Answer answer) {
        try {
            return HostInventory.fromMap(answer.json());
        } catch (RuntimeException e) {
            throw looks.misunderstood("/inventory", e);
        }
    }

    /**
     * Makes a slice after what stands idle in its way, all or nothing; one that exists stays as it is.
     *
     * @return what CUDA_VISIBLE_DEVICES takes
     * @throws PeerRefused with the reason when it cannot be, as while a process works in its way
     */
    public String make(SliceKey key) {
        String path = "/gpus/" + key.gpu() + "/layout";
        HttpPeer.Answer answer = peer.send("PUT", path, "{\"slices\":[\"" + key + "\"]}");
        if (!answer.found()) {
            throw new PeerRefused(404, "the agent at " + peer.base() + " knows no slice " + key);
        }
        try {
            if (answer.json().get("slices") instanceof List<?> slices
                    && slices.size() == 1
                    && slices.get(0) instanceof Map<?, ?> slice
                    && slice.get("device-uuid") instanceof String uuid
                    && !uuid.isEmpty()) {
                return uuid;
            }
            throw new IllegalArgumentException("expected one slice with its device-uuid");
        } catch (IllegalArgumentException e) {
            throw peer.misunderstood(path, e);
        }
    }

    /**
     * Has the faults of a card forgotten.
     *
     * @return which card it is, and what was forgotten
     * @throws PeerRefused with the reason while the card itself says that it is ill
     */
    public Map<String, Object> heal(int gpu) {
        String path = "/gpus/" + gpu + "/heal";
        HttpPeer.Answer answer = peer.send("POST", path, "");
        try {
            return answer.json();
        } catch (IllegalArgumentException e) {
            throw peer.misunderstood(path, e);
        }
    }

    /** {@code up} or {@code down: why}, as far as is known. */
    public String state() {
        String why = looks.trouble().isEmpty() ? illness : looks.trouble();
        return why.isEmpty() ? "up" : "down: " + why;
    }
}
