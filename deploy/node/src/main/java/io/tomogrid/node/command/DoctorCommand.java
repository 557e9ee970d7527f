package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.codec.CodecStatus;
import io.tomogrid.codec.PixelDecoder;
import io.tomogrid.dicom.net.DimseProvider;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.engine.ExistingEngine;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.Inventories;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.VgpuHost;
import io.tomogrid.slices.converge.GpuOwner;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid doctor}: what this machine can do, what is missing, and how the node fares. */
@Command(
        name = "doctor",
        description = "What this machine can do, what is missing, and how the running node fares.",
        mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
    private static final String NODE = "node";
    private static final double GIB = 1L << 30;
    private static final long LEAST_MEMORY = 4L << 30;
    private static final long LEAST_DISK = 5L << 30;

    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(
            names = "--running",
            description = "Look only whether a node runs and answers, and exit with 1 if not: for health checks.")
    private boolean onlyRunning;

    @Mixin
    private EngineOptions engine;

    @Option(names = "--json", description = "Print the findings as JSON.")
    private boolean json;

    /** How much one finding matters. */
    enum Level {
        OK,
        NOTE,
        PROBLEM
    }

    /** @param todo what to do about it, empty when nothing */
    record Finding(Level level, String what, String how, String todo) {
        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("level", level.name());
            map.put("what", what);
            map.put("how", how);
            map.put("todo", todo);
            return map;
        }
    }

    @Override
    public Integer call() throws Exception {
        Optional<NodeHome.Running> running = home.home().running();
        if (onlyRunning) {
            return answers(running) ? 0 : 1;
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(java());
        findings.add(memory());
        findings.add(disk(home.home()));
        findings.add(layout());
        engine.chosen().ifPresent(existing -> findings.add(engine(existing)));
        findings.add(gpus());
        findings.addAll(owners(GpuOwner.WELL_KNOWN, home.home().path().resolve("locks")));
        new PixelDecoder().codecs().forEach(codec -> findings.add(codec(codec)));
        findings.add(dimse());
        findings.addAll(vgpuHosts(Path.of("/sys")));
        findings.add(peer("storescu", "DCMTK, a DICOM peer for tests", "dcmtk"));
        findings.add(peer("Orthanc", "Orthanc, a PACS for demo --pacs orthanc", "orthanc"));
        findings.add(peer("dciodvfy", "dciodvfy, checks of the results' IODs in tests", "dicom3tools"));
        if (running.isPresent()) {
            findings.addAll(node(running.get()));
        } else {
            findings.add(
                    new Finding(Level.NOTE, NODE, "none runs in " + home.home().path(), "./tomogrid up"));
            findings.add(port(11112));
        }
        print(findings);
        return findings.stream().anyMatch(f -> f.level() == Level.PROBLEM) ? 1 : 0;
    }

    /** A destination that is away, say, is no reason to start a node anew. */
    private boolean answers(Optional<NodeHome.Running> running) throws IOException {
        List<Finding> findings = running.map(DoctorCommand::node)
                .orElse(List.of(new Finding(
                        Level.PROBLEM, NODE, "none runs in " + home.home().path(), "./tomogrid up")));
        print(findings);
        return findings.stream()
                .noneMatch(f -> f.level() == Level.PROBLEM && f.what().equals(NODE));
    }

    private void print(List<Finding> findings) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.std.asString(
                    Map.of("findings", findings.stream().map(Finding::toMap).toList())));
            return;
        }
        Table table = new Table("", "WHAT", "HOW IT IS", "WHAT TO DO");
        findings.forEach(f -> table.row(f.level(), f.what(), f.how(), f.todo()));
        table.print(out);
    }

    private static Finding java() {
        return new Finding(
                Level.OK,
                "Java",
                Runtime.version() + ", " + Runtime.getRuntime().availableProcessors() + " processors",
                "");
    }

    private static Finding memory() {
        var system = (com.sun.management.OperatingSystemMXBean)
                java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        long bytes = system.getTotalMemorySize();
        return bytes < LEAST_MEMORY
                ? new Finding(Level.PROBLEM, "memory", gib(bytes), "a node with one job needs 4 GiB")
                : new Finding(Level.OK, "memory", gib(bytes), "");
    }

    private static Finding disk(NodeHome home) throws IOException {
        long bytes = Files.getFileStore(home.path()).getUsableSpace();
        return bytes < LEAST_DISK
                ? new Finding(Level.PROBLEM, "disk", gib(bytes) + " free", "the gateway refuses images when it is full")
                : new Finding(Level.OK, "disk", gib(bytes) + " free at " + home.path(), "");
    }

    private static Finding layout() {
        try {
            NodeConfig.Layout layout = NodeConfig.Layout.find();
            return new Finding(Level.OK, "Spark", "laid out at " + layout.sparkHome(), "");
        } catch (IOException e) {
            return new Finding(Level.PROBLEM, "Spark", e.getMessage(), "./tomogrid build");
        }
    }

    private static Finding engine(ExistingEngine existing) {
        try {
            return new Finding(Level.OK, "engine", existing.check(System.getenv()), "");
        } catch (IOException e) {
            return new Finding(Level.PROBLEM, "engine", e.getMessage(), "");
        }
    }

    private static Finding gpus() {
        try (var inventory = Inventories.nvml("doctor").inventory()) {
            List<String> names = inventory.read().gpus().stream().map(Gpu::name).toList();
            return new Finding(Level.OK, "GPU", String.join(", ", names), "");
        } catch (InventoryException e) {
            return new Finding(Level.NOTE, "GPU", "SIMULATED, one A100-40GB: " + e.getMessage(), "");
        }
    }

    /** Who cuts which GPU now, real or simulated. */
    static List<Finding> owners(Path... folders) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (Path folder : folders) {
            for (GpuOwner.Claim claim : GpuOwner.claims(folder)) {
                if (claim.held()) {
                    String owner = claim.owner() + " (process " + claim.pid() + ") since " + claim.since();
                    findings.add(new Finding(Level.OK, "owner of " + claim.gpuUuid(), owner, ""));
                }
            }
        }
        return findings;
    }

    /** Without one, images of that kind are stored and forwarded, but not processed. */
    static Finding codec(CodecStatus codec) {
        return codec.present()
                ? new Finding(Level.OK, "codec", codec.formats(), "")
                : new Finding(
                        Level.NOTE,
                        "codec",
                        codec.formats() + ": missing, such images are stored and forwarded, but not processed",
                        "apt-get install " + codec.debianPackage());
    }

    /** What a node that is started from here would speak DIMSE by. */
    private static Finding dimse() {
        try {
            return new Finding(Level.OK, "DIMSE", DimseProvider.chosen().name(), "");
        } catch (IllegalStateException e) {
            return new Finding(Level.PROBLEM, "DIMSE", e.getMessage(), "without the property our own speaks it");
        }
    }

    /** What this machine can give to guests; nothing on one that gives none. */
    static List<Finding> vgpuHosts(Path sys) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (VgpuHost host : VgpuHost.read(sys)) {
            String types = String.join(
                    ", ", host.types().stream().map(VgpuHost.Type::name).toList());
            findings.add(new Finding(Level.OK, "virtual GPUs of " + host.address(), types, ""));
        }
        return findings;
    }

    private static Finding peer(String program, String what, String debian) {
        for (String folder : (System.getenv().getOrDefault("PATH", "") + ":/usr/sbin").split(":")) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return new Finding(Level.OK, what, Path.of(folder, program).toString(), "");
            }
        }
        return new Finding(Level.NOTE, what, "not installed", "apt-get install " + debian);
    }

    private static Finding port(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return new Finding(Level.OK, "port " + socket.getLocalPort(), "free", "");
        } catch (IOException e) {
            return new Finding(Level.NOTE, "port " + port, "taken by another program", "./tomogrid up --port N");
        }
    }

    private static List<Finding> node(NodeHome.Running node) {
        List<Finding> findings = new ArrayList<>();
        try {
            Map<?, ?> gateway = new NodeClient(node.gateway(), node.token()).get("/api/status");
            Map<?, ?> dicom = (Map<?, ?>) gateway.get("dicom");
            findings.add(new Finding(
                    Level.OK,
                    "gateway",
                    "DICOM " + dicom.get("host") + ":" + dicom.get("port") + " AE " + dicom.get("ae-title") + " by "
                            + dicom.get("provider") + ", "
                            + dicom.get("stores") + " stored",
                    ""));
            Map<?, ?> archive = (Map<?, ?>) gateway.get("archive");
            findings.add(
                    archive.containsKey("fault")
                            ? new Finding(
                                    Level.PROBLEM,
                                    "archive",
                                    "takes nothing: " + archive.get("fault"),
                                    "images are refused until then; nothing is lost")
                            : new Finding(
                                    Level.OK,
                                    "archive",
                                    archive.get("root") + ", " + gib(((Number) archive.get("free-bytes")).longValue())
                                            + " free",
                                    ""));
            for (Object item : (List<?>) gateway.get("destinations")) {
                Map<?, ?> destination = (Map<?, ?>) item;
                boolean dead = ((Number) destination.get("dead")).longValue() > 0;
                boolean trouble = !"".equals(destination.get("trouble"));
                findings.add(new Finding(
                        dead || trouble ? Level.PROBLEM : Level.OK,
                        "destination " + destination.get("name"),
                        destination.get("pending") + " waiting, " + destination.get("dead") + " given up"
                                + (trouble ? "; " + destination.get("trouble") : ""),
                        dead
                                ? "./tomogrid deliveries says why, and --retry tries them again"
                                : trouble ? "nothing is lost: they go when it takes an association" : ""));
            }
            Map<?, ?> manager = new NodeClient(node.manager(), node.token()).get("/api/status");
            boolean up = "up".equals(manager.get("driver"));
            findings.add(new Finding(
                    up ? Level.OK : Level.PROBLEM,
                    "manager",
                    manager.get("queued") + " jobs queued, " + manager.get("running") + " running; Spark driver "
                            + manager.get("driver"),
                    up ? "" : "wait a moment; then look at logs/spark-driver.log in the node's home"));
        } catch (IOException e) {
            findings.add(new Finding(Level.PROBLEM, NODE, e.getMessage(), "look at logs/node.log in its home"));
        }
        return findings;
    }

    private static String gib(long bytes) {
        return String.format(java.util.Locale.ROOT, "%.1f GiB", bytes / GIB);
    }
}
