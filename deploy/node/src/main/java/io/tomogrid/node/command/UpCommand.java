package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.Node;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.engine.ExistingEngine;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid up}: a node that stays until Ctrl-C. */
@Command(
        name = "up",
        description = "Starts a node on this machine and keeps it until Ctrl-C.",
        mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--port", description = "DICOM port (default: ${DEFAULT-VALUE}).", defaultValue = "11112")
    private int port;

    @Option(names = "--http-port", description = "HTTP port of the gateway (default: any).", defaultValue = "0")
    private int httpPort;

    @Option(names = "--ae", description = "Our AE title (default: ${DEFAULT-VALUE}).", defaultValue = "TOMOGRID")
    private String aeTitle;

    @Option(
            names = "--allow",
            paramLabel = "AE",
            split = ",",
            description = "Calling AE titles that may come in (default: ${DEFAULT-VALUE}).",
            defaultValue = "ECHOSCU,STORESCU,TOMOGRID_SCU")
    private List<String> allowed;

    @Option(
            names = "--destination",
            paramLabel = "AE@HOST:PORT[,OPTION]",
            description = "Where results go by C-STORE and what may be moved to by C-MOVE; may be given several times"
                    + " (default: nowhere). Options: commitment (it is asked for storage commitment; if it reports on an"
                    + " association of its own, --allow must name it), no-results (C-MOVE only).")
    private List<String> destinations = List.of();

    @Option(
            names = "--quiet-period",
            paramLabel = "SECONDS",
            description = "Silence after which a study is complete (default: ${DEFAULT-VALUE}).",
            defaultValue = "30")
    private long quietSeconds;

    @Option(
            names = "--archive",
            paramLabel = "URI",
            description = "Where the archive is: hdfs://NAME-NODE:PORT/FOLDER or file:///FOLDER (default: in the home)."
                    + " A home keeps the archive of its first start.")
    private URI archive;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "Where DICOM and the gateway's HTTP listen: 127.0.0.1, or 0.0.0.0 for every address"
                    + " (default: ${DEFAULT-VALUE}).",
            defaultValue = NodeConfig.LOOPBACK)
    private String listen;

    @Option(
            names = "--inventory",
            description = "auto: GPUs found through NVML, else a simulated one; simulated.",
            defaultValue = "auto")
    private String inventory;

    @Mixin
    private EngineOptions engine;

    @Option(names = "--json", description = "Print where the node is as JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Optional<ExistingEngine> existing = engine.chosen();
        if (existing.isPresent()) {
            existing.get().check(System.getenv());
        }
        long start = System.nanoTime();
        Node node = Node.start(
                new NodeConfig(
                        home.home(),
                        port,
                        httpPort,
                        aeTitle,
                        allowed,
                        Duration.ofSeconds(quietSeconds),
                        destinations.stream().map(NodeConfig.Destination::parse).toList(),
                        inventory,
                        NodeConfig.EXECUTOR_MEMORY,
                        Optional.ofNullable(archive),
                        listen,
                        existing),
                reason -> spec.commandLine().getErr().println("tomogrid: " + reason));
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(node, ended), "ends-the-node"));
        print(node.running(), (System.nanoTime() - start) * 1e-9, out);
        ended.await();
        return 0;
    }

    private void print(NodeHome.Running node, double seconds, PrintWriter out) throws IOException {
        String login = new NodeClient(node.gateway(), node.token()).loginLink();
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("dicom-port", node.dicomPort());
            map.put("ae-title", node.aeTitle());
            map.put("gateway", node.gateway().toString());
            map.put("manager", node.manager().toString());
            map.put("inference", node.inference().toString());
            map.put("login", login);
            out.println(JSON.std.asString(map));
        } else {
            out.printf(java.util.Locale.ROOT, "Tomogrid is up after %.1f s.%n", seconds);
            out.println("  DICOM    " + listen + ":" + node.dicomPort() + "  AE title " + node.aeTitle()
                    + "  takes calls of " + String.join(", ", allowed));
            out.println("  results  " + (destinations.isEmpty() ? "stay in the archive" : destinations));
            out.println("  browser  " + login);
            out.println("           status and viewer; the link works once, ./tomogrid login prints another");
            out.println("  gateway  " + node.gateway() + "  manager " + node.manager());
            out.println("           user tomogrid, password in " + home.home().path() + "/node.json");
            out.println("Ctrl-C ends it and every process that it started.");
        }
        out.flush();
    }

    private static void end(Node node, CountDownLatch ended) {
        try {
            node.close();
        } catch (IOException e) {
            System.err.println("tomogrid: the node did not end cleanly: " + e.getMessage());
        } finally {
            ended.countDown();
        }
    }
}
