package io.tomogrid.node;

import io.tomogrid.archive.ArchiveReadiness;
import io.tomogrid.cluster.contract.Engine;
import io.tomogrid.gateway.GatewayApplication;
import io.tomogrid.inference.runtime.SuvThreshold;
import io.tomogrid.inference.service.InferenceApplication;
import io.tomogrid.inference.trust.TrustPolicy;
import io.tomogrid.manager.ManagerApplication;
import io.tomogrid.node.engine.ExistingEngine;
import io.tomogrid.slices.process.Supervised;
import io.tomogrid.slices.process.Supervisor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.FileLock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.LogFile;
import org.springframework.boot.logging.LoggingInitializationContext;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;

/**
 * Everything of Tomogrid on one machine: PostgreSQL, the gateway, the model service and the manager in this process, which
 * talk HTTP to each other; the agent, Spark's Master and the driver beside it. {@link #close} ends them all.
 */
public final class Node implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Node.class);

    private static final Duration ARCHIVE_PATIENCE = Duration.ofMinutes(5);

    private final NodeConfig config;
    private final NodeHome.Running running;
    private final Deque<AutoCloseable> parts;

    private Node(NodeConfig config, NodeHome.Running running, Deque<AutoCloseable> parts) {
        this.config = config;
        this.running = running;
        this.parts = parts;
    }

    /**
     * @param tell is told what the start waits for, if it does
     * @throws IOException if a part cannot be started; what had been started is ended again
     */
    public static Node start(NodeConfig config, Consumer<String> tell) throws IOException {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            return start(config, NodeConfig.Layout.find(), parts, tell);
        } catch (IOException | RuntimeException e) {
            closeAll(parts);
            throw e;
        }
    }

    public NodeHome.Running running() {
        return running;
    }

    private static Node start(
            NodeConfig config, NodeConfig.Layout layout, Deque<AutoCloseable> parts, Consumer<String> tell)
            throws IOException {
        NodeHome home = config.home();
        FileLock lock = home.lock();
        parts.push(lock.channel());
        logToFile(home);
        URI archive = archive(config, tell);
        String token = token();
        int agentPort = freePort();
        int driverPort = freePort();
        Children children = new Children(home, layout, token);
        Engine engine = engine(config, children, parts);
        Map<String, String> properties =
                config.existing().map(ExistingEngine::properties).orElse(Map.of());
        parts.push(Supervisor.keepWithSpare(
                children.driver(driverPort, engine, properties, config.executorMemory()), Children.WARM_UP));
        parts.push(Supervisor.keep(children.agent(agentPort, engine, config.inventory())));

        ManagerWindow window = new ManagerWindow(token);
        ExecutorService starters = Executors.newFixedThreadPool(2);
        try {
            Future<ConfigurableApplicationContext> inferenceStart =
                    starters.submit(() -> InferenceApplication.start(inference(home, token)));
            Postgres postgres = Postgres.start(home);
            parts.push(postgres);
            Future<ConfigurableApplicationContext> gatewayStart = starters.submit(
                    () -> GatewayApplication.start(gateway(config, archive, postgres, token), window::hangInto));
            ConfigurableApplicationContext inference = started("the model service", inferenceStart, parts);
            ConfigurableApplicationContext gateway = started("the gateway", gatewayStart, parts);
            URI inferenceUrl = url(inference);
            URI gatewayUrl = url(gateway);
            ConfigurableApplicationContext manager = started(
                    "the manager",
                    starters.submit(() -> ManagerApplication.start(manager(
                            config, archive, postgres, token, gatewayUrl, inferenceUrl, driverPort, agentPort))),
                    parts);
            window.open(url(manager));
            int dicomPort = new NodeClient(gatewayUrl, token).dicomPort();
            NodeHome.Running running = new NodeHome.Running(
                    ProcessHandle.current().pid(),
                    token,
                    gatewayUrl,
                    url(manager),
                    inferenceUrl,
                    dicomPort,
                    config.aeTitle());
            home.announce(running);
            return new Node(config, running, parts);
        } finally {
            starters.shutdown();
        }
    }

    /** The one that exists, or our own, whose Master is started. */
    private static Engine engine(NodeConfig config, Children children, Deque<AutoCloseable> parts) throws IOException {
        if (config.existing().isPresent()) {
            return config.existing().get().engine();
        }
        int masterPort = freePort();
        parts.push(Supervisor.keep(children.master(masterPort)));
        return new Engine.Ours("spark://127.0.0.1:" + masterPort);
    }

    /** Waited for before anything else starts, so that whoever started the node hears what is missing. */
    private static URI archive(NodeConfig config, Consumer<String> tell) throws IOException {
        HomeArchive kept = new HomeArchive(config.home());
        URI archive = kept.choose(config.archive());
        ArchiveReadiness.await(archive, ARCHIVE_PATIENCE, tell);
        kept.keep(archive);
        return archive;
    }

    /**
     * Once for the process, and then out of the hands of its services: each would set up the same logging anew at its start,
     * and two that start beside each other fail over it.
     */
    private static void logToFile(NodeHome home) throws IOException {
        System.setProperty("logging.file.name", home.logs().resolve("node.log").toString());
        System.setProperty("logging.threshold.console", "OFF");
        System.clearProperty(LoggingSystem.SYSTEM_PROPERTY);
        LoggingSystem logging = LoggingSystem.get(Node.class.getClassLoader());
        var environment = new StandardEnvironment();
        LogFile file = LogFile.get(environment);
        logging.getSystemProperties(environment).apply(file);
        logging.beforeInitialize();
        logging.initialize(new LoggingInitializationContext(environment), null, file);
        System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
    }

    private static Map<String, Object> common(NodeHome home, String name, String token) throws IOException {
        Map<String, Object> map = new HashMap<>();
        map.put("tomogrid.token", token);
        map.put("server.tomcat.basedir", home.folder("tmp/" + name).toString());
        return map;
    }

    private static Map<String, Object> inference(NodeHome home, String token) throws IOException {
        Map<String, Object> map = common(home, "inference", token);
        map.put("tomogrid.inference.repository", home.folder("model-store").toString());
        map.put("tomogrid.inference.state", home.folder("model-state").toString());
        map.put(
                "tomogrid.inference.trust",
                home.path().resolve(TrustPolicy.FILE).toString());
        return map;
    }

    private static Map<String, Object> database(Postgres postgres) {
        return Map.of(
                "spring.datasource.url", postgres.url(),
                "spring.datasource.username", postgres.user(),
                "spring.datasource.password", postgres.password());
    }

    private static Map<String, Object> gateway(NodeConfig config, URI archive, Postgres postgres, String token)
            throws IOException {
        Map<String, Object> map = common(config.home(), "gateway", token);
        map.putAll(database(postgres));
        map.put("server.port", config.httpPort());
        map.put("server.address", config.listen());
        map.put("tomogrid.gateway.archive-root", archive.toString());
        map.put("tomogrid.gateway.web.viewer", NodeConfig.viewer().toString());
        map.put("tomogrid.gateway.spool", config.home().folder("spool").toString());
        map.put("tomogrid.gateway.dicom.host", config.listen());
        map.put("tomogrid.gateway.dicom.port", config.dicomPort());
        map.put("tomogrid.gateway.dicom.ae-title", config.aeTitle());
        map.put("tomogrid.gateway.dicom.calling-allowed", String.join(",", config.callingAllowed()));
        map.put("tomogrid.gateway.quiet-period", config.quietPeriod().toString());
        int n = 0;
        for (NodeConfig.Destination destination : config.destinations()) {
            String prefix = "tomogrid.gateway.destinations[" + n++ + "].";
            map.put(prefix + "name", destination.name());
            map.put(prefix + "host", destination.host());
            map.put(prefix + "port", destination.port());
            map.put(prefix + "ae-title", destination.aeTitle());
            map.put(prefix + "calling-ae", config.aeTitle());
            map.put(prefix + "results", destination.results());
            map.put(prefix + "commitment", destination.commitment());
        }
        return map;
    }

    private static Map<String, Object> manager(
            NodeConfig config,
            URI archive,
            Postgres postgres,
            String token,
            URI gateway,
            URI inference,
            int driver,
            int agent)
            throws IOException {
        Map<String, Object> map = common(config.home(), "manager", token);
        map.putAll(database(postgres));
        map.put("tomogrid.manager.gateway-url", gateway.toString());
        map.put("tomogrid.manager.driver-url", "http://127.0.0.1:" + driver);
        map.put("tomogrid.manager.agents[0]", "http://127.0.0.1:" + agent);
        map.put("tomogrid.manager.inference-url", inference.toString());
        map.put("tomogrid.manager.model", SuvThreshold.NAME);
        map.put("tomogrid.manager.archive-root", archive.toString());
        map.put(
                "tomogrid.manager.staging-root",
                config.home().folder("staging").toUri().toString());
        return map;
    }

    private static URI url(ConfigurableApplicationContext service) {
        return URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port"));
    }

    private static ConfigurableApplicationContext started(
            String what, Future<ConfigurableApplicationContext> start, Deque<AutoCloseable> parts) throws IOException {
        try {
            ConfigurableApplicationContext context = start.get();
            parts.push(context);
            return context;
        } catch (ExecutionException e) {
            throw new IOException(what + " cannot be started: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + what + " was started", e);
        }
    }

    private static String token() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** A port for a child to listen on; it keeps the number when it is started again. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Ends every part: the services first, so that nothing new begins, the children at once beside each other. */
    @Override
    public void close() throws IOException {
        config.home().withdraw();
        closeAll(parts);
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        List<Callable<Void>> children = new ArrayList<>();
        List<AutoCloseable> last = new ArrayList<>();
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            if (part instanceof Supervised child) {
                children.add(() -> {
                    child.close();
                    return null;
                });
            } else if (part instanceof ConfigurableApplicationContext) {
                close(part);
            } else {
                last.add(part);
            }
        }
        ExecutorService closers = Executors.newCachedThreadPool();
        try {
            closers.invokeAll(children);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closers.shutdown();
        }
        last.forEach(Node::close);
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            log.warn("a part did not end cleanly: {}", e.toString());
        }
    }
}
