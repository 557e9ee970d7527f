package io.tomogrid.archive;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.HdfsDataInputStream;

/** A name node and a data node, each a process of its own on ports that were free; they can be killed and started again. */
public final class TestHdfs implements AutoCloseable {
    public static final String NAME_NODE = "org.apache.hadoop.hdfs.server.namenode.NameNode";
    public static final String DATA_NODE = "org.apache.hadoop.hdfs.server.datanode.DataNode";
    private static final Duration START = Duration.ofSeconds(90);

    private final Path folder;
    private final int port;
    private final Map<String, Process> daemons = new LinkedHashMap<>();

    private TestHdfs(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    public static TestHdfs start(Path folder) throws IOException, InterruptedException {
        int port = freePort();
        TestHdfs hdfs = new TestHdfs(folder, port);
        Files.createDirectories(folder.resolve("conf"));
        Files.createDirectories(folder.resolve("tmp"));
        write(folder.resolve("conf/core-site.xml"), Map.of("fs.defaultFS", "hdfs://127.0.0.1:" + port));
        Map<String, String> site = new TreeMap<>();
        site.put("dfs.replication", "1");
        site.put("dfs.namenode.name.dir", folder.resolve("name").toUri().toString());
        site.put("dfs.datanode.data.dir", folder.resolve("data").toUri().toString());
        site.put("dfs.namenode.http-address", "127.0.0.1:0");
        site.put("dfs.datanode.address", "127.0.0.1:0");
        site.put("dfs.datanode.http.address", "127.0.0.1:0");
        site.put("dfs.datanode.ipc.address", "127.0.0.1:0");
        site.put("dfs.datanode.hostname", "127.0.0.1");
        site.put("dfs.namenode.datanode.registration.ip-hostname-check", "false");
        site.put("dfs.namenode.safemode.extension", "0");
        site.put("dfs.heartbeat.interval", "1"); // after a restart they find each other soon
        write(folder.resolve("conf/hdfs-site.xml"), site);
        try {
            Process format = hdfs.launch("format", NAME_NODE, "-format", "-force", "-nonInteractive");
            if (!format.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
                format.destroyForcibly();
                throw new IOException("the name node did not format its folder");
            }
            hdfs.startAgain(NAME_NODE, DATA_NODE);
            return hdfs;
        } catch (IOException | RuntimeException | Error failed) {
            hdfs.close();
            throw failed;
        }
    }

    /** Starts daemons that do not run, and returns when the name node takes files. */
    public void startAgain(String... mains) throws IOException, InterruptedException {
        for (String main : mains) {
            daemons.put(main, launch(main.substring(main.lastIndexOf('.') + 1), main));
        }
        awaitRoom();
    }

    public void kill(String main) {
        daemons.remove(main).destroyForcibly().onExit().join();
    }

    /** What an operator does with {@code hdfs dfsadmin}. */
    public DistributedFileSystem admin() throws IOException {
        Configuration conf = new Configuration();
        conf.setInt("ipc.client.connect.max.retries", 0);
        return (DistributedFileSystem) FileSystem.newInstance(uri("/"), conf);
    }

    /** Changes a byte of a file of one block on the data node's disk. */
    public void damage(String path, long at) throws IOException {
        String block;
        try (DistributedFileSystem admin = admin();
                HdfsDataInputStream in = (HdfsDataInputStream) admin.open(new org.apache.hadoop.fs.Path(path))) {
            block = in.getAllBlocks().get(0).getBlock().getBlockName();
        }
        Path replica;
        try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
            replica = files.filter(file -> file.getFileName().toString().equals(block))
                    .findFirst()
                    .orElseThrow();
        }
        try (RandomAccessFile bytes = new RandomAccessFile(replica.toFile(), "rw")) {
            bytes.seek(at);
            int old = bytes.read();
            bytes.seek(at);
            bytes.write(~old);
        }
    }

    public URI uri(String path) {
        return URI.create("hdfs://127.0.0.1:" + port + path);
    }

    /** Until the data node has told the name node how much it takes. */
    private void awaitRoom() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            try (FileSystem files = admin()) {
                if (files.getStatus().getRemaining() > 0 && files.mkdirs(new org.apache.hadoop.fs.Path("/ready"))) {
                    return;
                }
            } catch (IOException notYet) {
                requireAlive(notYet);
            }
            Thread.sleep(200);
        }
        throw new IOException("HDFS was not ready within " + START.toSeconds() + " s; " + log("NameNode"));
    }

    private void requireAlive(IOException cause) throws IOException {
        for (Process daemon : daemons.values()) {
            if (!daemon.isAlive()) {
                throw new IOException("a daemon ended: " + log("NameNode") + log("DataNode"), cause);
            }
        }
    }

    private String log(String name) throws IOException {
        String all = Files.readString(folder.resolve(name + ".log"));
        return all.substring(Math.max(0, all.length() - 2000));
    }

    private Process launch(String name, String... mainAndArguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                "-cp",
                folder.resolve("conf") + ":"
                        + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.addAll(List.of(mainAndArguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()))
                .start();
    }

    @Override
    public void close() {
        for (Process process : daemons.values()) {
            process.destroyForcibly().onExit().join();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void write(Path file, Map<String, String> properties) throws IOException {
        Files.writeString(
                file,
                properties.entrySet().stream()
                        .map(one -> "<property><name>" + one.getKey() + "</name><value>" + one.getValue()
                                + "</value></property>")
                        .collect(Collectors.joining("\n", "<configuration>\n", "\n</configuration>\n")));
    }
}
