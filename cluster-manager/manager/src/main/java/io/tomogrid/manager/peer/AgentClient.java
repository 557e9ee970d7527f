package io.tomogrid.manager.peer;

import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.SliceKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;

/** The agent of one host. For use by one thread. */
public final class AgentClient {
    private final HttpPeer peer;
    private volatile String illness = "";

    public AgentClient(URI base, String token, HttpClient http, Duration timeout) {
        this.peer = new HttpPeer("the agent", base, token, http, timeout);
    }

    public URI url() {
        return peer.base();
    }

    /** The host's GPUs and what they are cut into now. */
    public HostInventory inventory() {
        try {
            HttpPeer.Answer answer = peer.send("GET", "/inventory", "");
            HostInventory inventory = read(answer);
            illness = "";
            return inventory;
        } catch (PeerUnreachable | PeerRefused e) {
            illness = e.getMessage();
            throw e;
        }
    }

    private HostInventory read(HttpPeer.Answer answer) {
        try {
            return HostInventory.fromMap(answer.json());
        } catch (RuntimeException e) {
            throw peer.misunderstood("/inventory", e);
        }
    }

    /**
     * Makes a slice, unless it exists.
     *
     * @return what CUDA_VISIBLE_DEVICES takes
     * @throws PeerRefused with the reason when it cannot be
     */
    public String create(SliceKey key) {
        String path = "/slices/" + key;
        HttpPeer.Answer answer = peer.send("PUT", path, "");
        if (!answer.found()) {
            throw new PeerRefused(404, "the agent at " + peer.base() + " knows no slice " + key);
        }
        try {
            if (answer.json().get("device-uuid") instanceof String uuid && !uuid.isEmpty()) {
                return uuid;
            }
            throw new IllegalArgumentException("device-uuid is missing");
        } catch (IllegalArgumentException e) {
            throw peer.misunderstood(path, e);
        }
    }

    /** @throws PeerRefused while a process holds its lock */
    public void destroy(SliceKey key) {
        peer.send("DELETE", "/slices/" + key, "");
    }

    /** {@code up} or {@code down: why}, as far as is known. */
    public String state() {
        String why = peer.trouble().isEmpty() ? illness : peer.trouble();
        return why.isEmpty() ? "up" : "down: " + why;
    }
}
