package io.tomogrid.node.bench.cluster;

import io.tomogrid.manager.peer.AgentClient;
import io.tomogrid.manager.peer.PeerRefused;
import io.tomogrid.manager.peer.PeerUnreachable;
import io.tomogrid.node.NodeClient;
import io.tomogrid.slices.GpuFault;
import io.tomogrid.slices.SimulatedFaults;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.process.Supervised;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A simulated host: an agent with its Worker.
 *
 * @param name as in its slices' keys
 * @param home of its agent
 * @param agent its process
 * @param link what connects it: of a host on an island everything, of another one the manager and the agent
 * @param requests to its agent, past the link @param client the same for its slices
 */
public record Host(String name, Path home, Supervised agent, Link link, NodeClient requests, AgentClient client) {
    private static final int GPU = 0;

    /** Something goes wrong on its GPU. */
    public void inject(GpuFault fault) throws IOException {
        SimulatedFaults.inject(state(), fault);
    }

    /** The GPU is reset, and an operator says so. */
    public void repair() throws IOException {
        SimulatedFaults.reset(state(), GPU);
        requests.post("/gpus/" + GPU + "/heal");
    }

    /** What its agent knows against its GPU and its slices. */
    public List<String> faults() throws IOException {
        try {
            return client.inventory().gpus().stream()
                    .flatMap(gpu -> Stream.concat(
                            Stream.of(gpu.fault()), gpu.slices().stream().map(Slice::fault)))
                    .filter(fault -> !fault.isEmpty())
                    .toList();
        } catch (PeerUnreachable | PeerRefused notNow) {
            throw new IOException(notNow.getMessage(), notNow);
        }
    }

    private Path state() {
        return home.resolve("agent");
    }

    /** The Worker's process. @throws IOException while there is none */
    public long worker() throws IOException {
        // not the agent's child where it has outlived one
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    String command = process.info().commandLine().orElse("");
                    return command.contains("org.apache.spark.deploy.worker.Worker") && command.contains(state() + "/");
                })
                .max(Comparator.comparing(child -> child.info().startInstant().orElseThrow()))
                .map(ProcessHandle::pid)
                .orElseThrow(() -> new IOException("host " + name + " has no Worker now"));
    }
}
