package io.tomogrid.node.bench.cluster;

import io.tomogrid.manager.peer.AgentClient;
import io.tomogrid.slices.process.Supervised;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * A simulated host: an agent with its Worker.
 *
 * @param name as in its slices' keys
 * @param home of its agent
 * @param agent its process
 * @param relay on the manager's way to it
 * @param client of the agent, past the relay
 */
public record Host(String name, Path home, Supervised agent, Relay relay, AgentClient client) {
    /** The Worker's process, or empty while there is none. */
    public long worker() throws IOException {
        return ProcessHandle.of(agent.pid()).stream()
                .flatMap(ProcessHandle::children)
                .filter(child ->
                        child.info().commandLine().orElse("").contains("org.apache.spark.deploy.worker.Worker"))
                .max(Comparator.comparing(child -> child.info().startInstant().orElseThrow()))
                .map(ProcessHandle::pid)
                .orElseThrow(() -> new IOException("host " + name + " has no Worker now"));
    }
}
