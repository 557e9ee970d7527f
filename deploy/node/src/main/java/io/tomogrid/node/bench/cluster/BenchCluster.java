package io.tomogrid.node.bench.cluster;

import io.tomogrid.manager.peer.AgentClient;
import io.tomogrid.manager.peer.DriverClient;
import io.tomogrid.node.Children;
import io.tomogrid.node.Node;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.Postgres;
import io.tomogrid.slices.http.Tls;
import io.tomogrid.slices.process.ChildSpec;
import io.tomogrid.slices.process.Supervised;
import io.tomogrid.slices.process.Supervisor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
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
import java.util.Optional;

/**
 * PostgreSQL, two managers of which one stands by, Spark's Master and driver, and simulated hosts with an agent and a Worker
 * each; every part but the stand-in for the gateway is the one that a node runs, in a process of its own.
 */
public final class BenchCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String EXECUTOR_MEMORY = "600m";
    /** Two, so that the loss of one shows. */
    private static final int MANAGERS = 2;

    private static final String LOOPBACK = NodeConfig.LOOPBACK;

    private final NodeHome home;
    private final String token;
    private final Setting setting;
    /** URLs by which the manager calls the agents. */
    private final List<String> agents = new ArrayList<>();

    private Optional<Path> trust = Optional.empty();
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

    private BenchCluster(NodeHome home, String token, Setting setting) {
        this.home = home;
        this.token = token;
        this.setting = setting;
    }

    /**
     * Starts everything and waits until it is ready.
     *
     * @param folder empty; the locks of hosts, logs and the database are kept there
     */
    public static BenchCluster start(Path folder, Setting setting) throws IOException {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        BenchCluster cluster =
                new BenchCluster(NodeHome.at(folder), HexFormat.of().formatHex(secret), setting);
        try {
            cluster.startParts();
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

    private void startParts() throws IOException {
        NodeConfig.Layout layout = NodeConfig.Layout.find();
        children = new Children(home, layout, token);
        masterPort = Node.freePort();
        int driverPort = Node.freePort();
        master = keep(at(setting.address(), children.master(masterPort)));
        Path notes = home.folder("notes");
        driver = keepPart(Supervisor.keepWithSpare(
                with(
                        at(setting.address(), children.driver(driverPort, masterPort, EXECUTOR_MEMORY)),
                        List.of(
                                "-Dspark.driver.host=" + setting.address(),
                                "-Dspark.driver.bindAddress=" + setting.address(),
                                "-Dspark.executor.extraJavaOptions=-Dtomogrid.selftest.notes=" + notes),
                        List.of()),
                Children.WARM_UP));
        driverClient = new DriverClient(URI.create("http://127.0.0.1:" + driverPort), token, http, TIMEOUT);
        for (String name : setting.hosts()) {
            boolean last = name.equals(setting.hosts().get(setting.hosts().size() - 1));
            hosts.add(
                    last && setting.island().isPresent()
                            ? islandHost(layout, name, setting.island().get())
                            : host(layout, name));
        }
        Postgres postgres = keepPart(Postgres.start(home));
        feed = keepPart(StudyFeed.start(token));
        for (int i = 0; i < MANAGERS; i++) {
            startManager("manager" + i, postgres, driverPort);
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
                at(setting.address(), new Children(own, layout, token).agent(port, masterPort, "simulated")),
                List.of(),
                List.of("--host", name)));
        Relay relay = keepPart(Relay.to(port));
        agents.add("http://" + LOOPBACK + ":" + relay.port());
        return known(name, own, agent, relay, URI.create("http://" + LOOPBACK + ":" + port), http);
    }

    /** Its agent is reached by TLS alone, as everywhere but on loopback. */
    private Host islandHost(NodeConfig.Layout layout, String name, Island island) throws IOException {
        NodeHome own = NodeHome.at(home.path().resolve(name));
        int port = Node.freePort();
        AgentKey key = AgentKey.make(own.path(), island.far());
        trust = Optional.of(key.trust());
        ChildSpec plain = with(
                at(setting.address(), new Children(own, layout, token).agent(port, masterPort, "simulated")),
                List.of(),
                List.of(
                        "--host",
                        name,
                        "--address",
                        island.far(),
                        "--tls-keystore",
                        key.store().toString(),
                        "--tls-any-client"));
        Map<String, String> environment = new HashMap<>(plain.env());
        environment.put("SPARK_LOCAL_IP", island.far());
        environment.put("TOMOGRID_TLS_PASSWORD", key.password());
        Supervised agent = keep(new ChildSpec(
                name, island.there(plain.command()), environment, plain.workDir(), plain.log(), plain.tmpDir()));
        URI address = URI.create("https://" + island.far() + ":" + port);
        agents.add(address.toString());
        HttpClient secure = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .sslContext(Tls.client(key.trust(), Optional.empty()).context())
                .build();
        return known(name, own, agent, island, address, secure);
    }

    private Host known(String name, NodeHome own, Supervised agent, Link link, URI address, HttpClient client) {
        return new Host(
                name,
                own.path(),
                agent,
                link,
                new NodeClient(address, token),
                new AgentClient(address, token, client, TIMEOUT));
    }

    private void startManager(String name, Postgres postgres, int driverPort) throws IOException {
        int port = Node.freePort();
        Map<String, String> settings = new HashMap<>();
        settings.put("server.port", Integer.toString(port));
        settings.put("spring.datasource.url", postgres.url());
        settings.put("spring.datasource.username", postgres.user());
        settings.put("spring.datasource.hikari.data-source-properties.ApplicationName", name);
        settings.put("tomogrid.manager.gateway-url", feed.url().toString());
        settings.put("tomogrid.manager.driver-url", "http://127.0.0.1:" + driverPort);
        for (int i = 0; i < agents.size(); i++) {
            settings.put("tomogrid.manager.agents[" + i + "]", agents.get(i));
        }
        trust.ifPresent(file -> settings.put("tomogrid.manager.agent-trust", file.toString()));
        settings.put(
                "tomogrid.manager.stall-limit",
                setting.hold().plus(setting.stall()).toMillis() + "ms");
        settings.put("tomogrid.manager.inference-url", "http://127.0.0.1:1");
        settings.put("tomogrid.manager.archive-root", home.path().toUri().toString());
        settings.put(
                "tomogrid.manager.staging-root", home.folder("staging").toUri().toString());
        rule(settings, 0, StudyFeed.MODALITY, "ROUTINE");
        rule(settings, 1, StudyFeed.URGENT, "STAT");
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

    private void rule(Map<String, String> settings, int number, String modality, String priority) {
        String rule = "tomogrid.manager.rules[" + number + "].";
        settings.put(rule + "protocol", "selftest");
        settings.put(rule + "modalities", modality);
        settings.put(rule + "memory", setting.memoryGb() + "GB");
        settings.put(rule + "compute-slices", Integer.toString(setting.computeSlices()));
        settings.put(rule + "model", "hold-" + setting.hold().toMillis() + "ms");
        settings.put(rule + "priority", priority);
    }

    /** @param options of the virtual machine @param arguments behind those that are there */
    private static ChildSpec with(ChildSpec spec, List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>(spec.command());
        command.addAll(1, options);
        command.addAll(arguments);
        return new ChildSpec(spec.name(), command, spec.env(), spec.workDir(), spec.log(), spec.tmpDir());
    }

    /** The same where Spark's parts meet at another address than loopback. */
    private static ChildSpec at(String address, ChildSpec spec) {
        Map<String, String> environment = new HashMap<>(spec.env());
        environment.replaceAll((name, value) -> value.replace(LOOPBACK, address));
        return new ChildSpec(
                spec.name(),
                spec.command().stream()
                        .map(word -> word.replace(LOOPBACK, address))
                        .toList(),
                environment,
                spec.workDir(),
                spec.log(),
                spec.tmpDir());
    }

    private Supervised keep(ChildSpec spec) throws IOException {
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
