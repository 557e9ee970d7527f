package io.tomogrid.manager;

import io.tomogrid.manager.peer.AgentClient;
import io.tomogrid.manager.peer.PeerRefused;
import io.tomogrid.manager.peer.PeerUnreachable;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** All agents, and what they last told. One thread refreshes; any may read. */
final class Agents {
    private final List<AgentClient> clients;
    private final Function<URI, AgentClient> another;
    private volatile Map<AgentClient, HostInventory> told = Map.of();
    /** Before what was told. */
    private volatile Instant asked = Instant.MIN;

    Agents(ManagerProperties properties, String token, HttpClient http) {
        another = url -> new AgentClient(url, token, http, properties.timeout());
        clients = properties.agents().stream().map(another).toList();
    }

    /** Asks each. One that does not answer has no inventory until it does. */
    void refresh() {
        Instant before = Instant.now();
        var now = new LinkedHashMap<AgentClient, HostInventory>();
        for (AgentClient client : clients) {
            try {
                now.put(client, client.inventory());
            } catch (PeerUnreachable | PeerRefused down) {
                // Its state says so; what it would have told is left out.
            }
        }
        told = now;
        asked = before;
    }

    /**
     * Why a slice is there no more.
     *
     * @param made when it was there for certain; what was told before that says nothing of it
     * @return empty if it is there, or if its agent does not answer
     */
    Optional<String> gone(SliceKey key, Instant made) {
        return told.values().stream()
                .filter(host -> host.host().equals(key.host()))
                .findFirst()
                .flatMap(host -> {
                    Optional<Gpu> gpu = host.gpu(key);
                    if (gpu.isEmpty()) {
                        return Optional.of("the agent of " + key.host() + " has lost GPU " + key.gpu());
                    }
                    return asked.isAfter(made) && gpu.get().slice(key).isEmpty()
                            ? Optional.of("slice " + key + " is gone from its GPU")
                            : Optional.empty();
                });
    }

    List<HostInventory> inventories() {
        return List.copyOf(told.values());
    }

    /** Why nothing must work on a slice any more, as its agent last told; empty if nothing is known against it. */
    Optional<String> fault(SliceKey key) {
        return told.values().stream()
                .flatMap(host -> host.gpu(key).stream())
                .flatMap(gpu -> Stream.concat(
                        Stream.of(gpu.fault()), gpu.slice(key).stream().map(Slice::fault)))
                .filter(fault -> !fault.isEmpty())
                .findFirst();
    }

    /** Whether every agent answered, so that what is nowhere is known to be nowhere. */
    boolean complete() {
        return told.size() == clients.size();
    }

    List<AgentClient> all() {
        return clients;
    }

    /** Why not all answer; empty if they do. */
    String trouble() {
        return clients.stream()
                .map(AgentClient::state)
                .filter(state -> !state.equals("up"))
                .findFirst()
                .orElse("");
    }

    /** The same agent for another thread. @throws PeerUnreachable as {@link #require} */
    AgentClient forOneRequest(String host) {
        return another.apply(require(host).url());
    }

    /**
     * The agent of a host.
     *
     * @throws PeerUnreachable if none that answers is that host's
     */
    AgentClient require(String host) {
        return told.entrySet().stream()
                .filter(entry -> entry.getValue().host().equals(host))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() ->
                        new PeerUnreachable("no agent that answers is the one of host " + host + "; " + trouble()));
    }
}
