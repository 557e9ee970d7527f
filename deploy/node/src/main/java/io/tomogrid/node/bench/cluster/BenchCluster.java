package io.tomogrid.node.bench.cluster;

import io.tomogrid.manager.peer.AgentClient;
import io.tomogrid.manager.peer.DriverClient;
import io.tomogrid.node.Children;
import io.tomogrid.node.Node;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.Postgres;
import io.tomogrid.slices.process.ChildSpec;
import io.tomogrid.slices.process.Supervised;
import io.tomogrid.slices.process.Supervisor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * PostgreSQL, two managers of which one stands by, Spark's Master and driver, and simulated hosts with an agent and a Worker
 * each; every part but the stand-in for the gateway is the one that a node runs, in a process of its own.
 */
public final class BenchCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** How much longer than it must a job may stand still before the manager takes it for hung. */
    public static final Duration STALL = Duration.ofSeconds(15);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String EXECUTOR_MEMORY = "600m";
    /** Two, so that the loss of one shows. */
    private static final int MANAGERS = 2;

    private final NodeHome home;
    private final String token;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final List<Host> hosts = new ArrayList<>();
    private final Map<String, Supervised> managers = new HashMap<>();
    private final Map<String, NodeClient> managerClients = new HashMap<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private Children children;
    private int masterPort;
    private Supervised master;
    private Supervised driver;
    private DriverClient driverClient;
    private StudyFeed feed;
    private Database database;
    private OwnerLog owners;

    private BenchCluster(NodeHome home, String token) {
        this.home = home;
        this.token = token;
    }

    /**
     * Starts everything and waits until it is ready.
     *
     * @param folder empty; the locks of hosts, logs and the database are kept there
     * @param hold how long each job holds its slice
     * @param hosts their names
     */
    public static BenchCluster start(Path folder, Duration hold, List<String> hosts) throws IOException {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        BenchCluster cluster =
                new BenchCluster(NodeHome.at(folder), HexFormat.of().formatHex(secret));
        try {
            cluster.startParts(hold, hosts);
            cluster.await("the cluster is ready", PATIENCE, cluster::ready);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    public StudyFeed feed() {
        return feed;
    }

    public Database database() {
        return database;
    }

    public OwnerLog owners() {
        return owners;
    }

    public Supervised master() {
        return master;
    }

    public Supervised driver() {
        return driver;
    }

    public DriverClient driverClient() {
        return driverClient;
    }

    public List<Host> hosts() {
        return List.copyOf(hosts);
    }

    public Host host(String name) {
        return hosts.stream().filter(h -> h.name().equals(name)).findFirst().orElseThrow();
    }

    /** The manager that schedules. */
    public Supervised manager() throws IOException {
        return managers.get(database.scheduler().orElseThrow(() -> new IOException("no manager schedules now")));
    }

    /** What the manager that schedules says of itself. */
    public Map<String, Object> status() throws IOException {
        String name = database.scheduler().orElseThrow(() -> new IOException("no manager schedules now"));
        return managerClients.get(name).get("/api/status");
    }

    /** Whether every part is up and knows of the others. */
    public boolean ready() throws IOException {
        if (database.scheduler().isEmpty()
                || master.pid() < 0
                || driver.pid() < 0
                || managers.values().stream().anyMatch(m -> m.pid() < 0)) {
            return false;
        }
        for (NodeClient manager : managerClients.values()) {
            manager.get("/api/jobs?limit=1");
        }
        for (Host host : hosts) {
            host.worker();
            if (!host.faults().isEmpty()) {
                return false;
            }
        }
        Map<String, Object> status = status();
        return "up".equals(status.get("driver"))
                && ((List<?>) status.get("agents"))
                        .stream().allMatch(agent -> "up".equals(((Map<?, ?>) agent).get("state")));
    }

    /** Something to wait for; an IOException means not yet. */
    public interface Condition {
        boolean holds() throws IOException;
    }

    /** @throws IOException when it does not hold in time; says why it last did not */
    public void await(String what, Duration patience, Condition condition) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        IOException last = null;
        while (System.nanoTime() < deadline) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException notYet) {
                last = notYet;
            }
            pause();
        }
        throw new IOException(
                "not within " + patience.toSeconds() + " s: " + what + "; the logs are in " + home.logs(), last);
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                System.err.println("a part of the cluster did not end cleanly: " + e);
            }
        }
    }

    private void startParts(Duration hold, List<String> names) throws IOException {
        NodeConfig.Layout layout = NodeConfig.Layout.find();
        children = new Children(home, layout, token);
        masterPort = Node.freePort();
        int driverPort = Node.freePort();
        master = keep(children.master(masterPort));
        Path notes = home.folder("notes");
        driver = keep(with(
                children.driver(driverPort, masterPort, EXECUTOR_MEMORY),
                List.of("-Dspark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -Dtomogrid.selftest.notes=" + notes),
                List.of()));
        driverClient = new DriverClient(URI.create("http://127.0.0.1:" + driverPort), token, http, TIMEOUT);
        for (String name : names) {
            hosts.add(host(layout, name));
        }
        Postgres postgres = keepPart(Postgres.start(home));
        feed = keepPart(StudyFeed.start(token));
        for (int i = 0; i < MANAGERS; i++) {
            startManager("manager" + i, postgres, driverPort, hold);
        }
        database = keepPart(new Database(postgres));
        await("the agents answer", PATIENCE, () -> hosts.stream().allMatch(BenchCluster::answers));
        owners = new OwnerLog(
                notes, hosts.get(0).client().inventory().gpus().get(0).profiles());
    }

    private static boolean answers(Host host) {
        try {
            host.client().inventory();
            return true;
        } catch (RuntimeException notYet) {
            return false;
        }
    }

    private Host host(NodeConfig.Layout layout, String name) throws IOException {
        NodeHome own = NodeHome.at(home.path().resolve(name));
        int port = Node.freePort();
        Supervised agent = keep(with(
                new Children(own, layout, token).agent(port, masterPort, "simulated"),
                List.of(),
                List.of("--host", name)));
        return new Host(
                name,
                own.path(),
                agent,
                keepPart(Relay.to(port)),
                new NodeClient(URI.create("http://127.0.0.1:" + port), token),
                new AgentClient(URI.create("http://127.0.0.1:" + port), token, http, TIMEOUT));
    }

    private void startManager(String name, Postgres postgres, int driverPort, Duration hold) throws IOException {
        int port = Node.freePort();
        Map<String, String> settings = new HashMap<>();
        settings.put("server.port", Integer.toString(port));
        settings.put("spring.datasource.url", postgres.url());
        settings.put("spring.datasource.username", postgres.user());
        settings.put("spring.datasource.hikari.data-source-properties.ApplicationName", name);
        settings.put("tomogrid.manager.gateway-url", feed.url().toString());
        settings.put("tomogrid.manager.driver-url", "http://127.0.0.1:" + driverPort);
        for (int i = 0; i < hosts.size(); i++) {
            settings.put(
                    "tomogrid.manager.agents[" + i + "]",
                    "http://127.0.0.1:" + hosts.get(i).relay().port());
        }
        settings.put("tomogrid.manager.stall-limit", hold.plus(STALL).toMillis() + "ms");
        settings.put("tomogrid.manager.inference-url", "http://127.0.0.1:1");
        settings.put("tomogrid.manager.archive-root", home.path().toUri().toString());
        settings.put(
                "tomogrid.manager.staging-root", home.folder("staging").toUri().toString());
        settings.put("tomogrid.manager.rules[0].protocol", "selftest");
        settings.put("tomogrid.manager.rules[0].modalities", StudyFeed.MODALITY);
        settings.put("tomogrid.manager.rules[0].memory", "4GB");
        settings.put("tomogrid.manager.rules[0].compute-slices", "1");
        settings.put("tomogrid.manager.rules[0].model", "hold-" + hold.toMillis() + "ms");
        settings.put(
                "server.tomcat.basedir", home.folder("tmp/" + name + "-web").toString());
        List<String> arguments = new ArrayList<>();
        settings.forEach((key, value) -> arguments.add("--" + key + "=" + value));
        ChildSpec spec = children.java(
                name,
                "-Xmx256m",
                NodeConfig.Layout.find().libraries() + "/*",
                "ch.qos.logback.classic.spi.LogbackServiceProvider",
                "io.tomogrid.manager.ManagerApplication",
                arguments);
        Map<String, String> environment = new HashMap<>(spec.env());
        environment.put("SPRING_DATASOURCE_PASSWORD", postgres.password());
        managers.put(
                name,
                keep(new ChildSpec(name, spec.command(), environment, spec.workDir(), spec.log(), spec.tmpDir())));
        managerClients.put(name, new NodeClient(URI.create("http://127.0.0.1:" + port), token));
    }

    /** @param options of the virtual machine @param arguments behind those that are there */
    private static ChildSpec with(ChildSpec spec, List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>(spec.command());
        command.addAll(1, options);
        command.addAll(arguments);
        return new ChildSpec(spec.name(), command, spec.env(), spec.workDir(), spec.log(), spec.tmpDir());
    }

    private Supervised keep(ChildSpec spec) throws IOException {
        // a class path with a space in it would need more; folders are ours
        Files.createDirectories(spec.workDir());
        return keepPart(Supervisor.keep(spec));
    }

    private <T extends AutoCloseable> T keepPart(T part) {
        parts.push(part);
        return part;
    }

    /** Between two looks. @throws IOException when interrupted */
    public static void pause() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
