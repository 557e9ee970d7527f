package io.tomogrid.node.command;

import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeHome;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which node a command is about. */
final class HomeOptions {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Folder of the node (default: ${DEFAULT-VALUE}).",
            defaultValue = "${sys:tomogrid.root:-.}/.tomogrid/node")
    private Path home;

    NodeHome home() throws IOException {
        return NodeHome.at(home);
    }

    /** @throws IOException if no node runs there */
    NodeHome.Running running() throws IOException {
        return home().running()
                .orElseThrow(() -> new IOException("no node runs in " + home + ": start one with ./tomogrid up"));
    }

    NodeClient gateway() throws IOException {
        NodeHome.Running running = running();
        return new NodeClient(running.gateway(), running.token());
    }

    NodeClient manager() throws IOException {
        NodeHome.Running running = running();
        return new NodeClient(running.manager(), running.token());
    }

    NodeClient inference() throws IOException {
        NodeHome.Running running = running();
        return new NodeClient(running.inference(), running.token());
    }
}
