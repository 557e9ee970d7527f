package io.tomogrid.node.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.archive.TestHdfs;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.synthetic.SyntheticStudy;
import io.tomogrid.node.Node;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.compose.ComposeFile.Service;
import io.tomogrid.node.send.Outgoing;
import io.tomogrid.node.send.StudyFiles;
import io.tomogrid.node.send.StudySender;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DEP-02: the commands of the compose file, each as a process of its own, with a real PostgreSQL and a real HDFS; only what a
 * container would give them (paths, host names, ports) is replaced.
 */
@Tag("cluster")
class ComposeProcessesTest {
    private static final String TOKEN = "token-of-the-test";
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    private final Map<String, Process> processes = new LinkedHashMap<>();
    private final Map<String, String> replaced = new LinkedHashMap<>();

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : processes.values()) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        Instant deadline = Instant.now().plusSeconds(10);
        for (Process process : processes.values()) {
            while (process.isAlive() && Instant.now().isBefore(deadline)) {
                Thread.sleep(50);
            }
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void a_study_becomes_results_through_services_in_processes_of_their_own() throws Exception {
        try {
            NodeConfig.Layout.find();
        } catch (IOException notBuilt) {
            assumeTrue(false, notBuilt.getMessage());
        }
        ComposeFile file = ComposeFile.read();
        try (TestHdfs hdfs = TestHdfs.start(folder.resolve("hdfs"));
                EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
            replace(file, hdfs, postgres);
            for (Map.Entry<String, Service> service : file.ours().entrySet()) {
                start(service.getKey(), service.getValue());
            }
            NodeClient manager = new NodeClient(
                    URI.create("http://127.0.0.1:"
                            + replace(file.service("manager").argument("server.port"))),
                    TOKEN);
            NodeClient gateway = new NodeClient(
                    URI.create(replace(file.service("manager").argument("tomogrid.manager.gateway-url"))), TOKEN);
            await(() -> gateway.get("/api/status").containsKey("dicom"));
            await(() -> manager.get("/api/status").get("driver").equals("up"));
            SyntheticStudy study = SyntheticStudy.of(31);
            send(study, Integer.parseInt(replace(file.service("gateway").argument("tomogrid.gateway.dicom.port"))));
            gateway.post("/api/studies/" + study.studyInstanceUid() + "/complete");
            String jobs = "/api/jobs?study=" + study.studyInstanceUid();
            await(() -> {
                List<?> all = (List<?>) manager.get(jobs).get("jobs");
                if (all.isEmpty()) {
                    return false;
                }
                Map<?, ?> job = (Map<?, ?>) all.get(0);
                assertThat(job.get("state")).as("%s", job.get("reason")).isNotEqualTo("FAILED");
                return job.get("state").equals("DONE");
            });
        }
    }

    private void replace(ComposeFile file, TestHdfs hdfs, EmbeddedPostgres postgres) throws IOException {
        Path master = Files.writeString(
                folder.resolve("master.conf"),
                Files.readString(ComposeFile.folder().resolve("master.conf"))
                        .replace("/var/lib/tomogrid", folder.resolve("work").toString()));
        Files.createDirectories(folder.resolve("work"));
        replaced.put("/etc/tomogrid/master.conf", master.toString());
        replaced.put("/opt/tomogrid", System.getProperty("tomogrid.root"));
        replaced.put("/var/lib/tomogrid", folder.resolve("work").toString());
        replaced.put("jdbc:postgresql://postgres:5432/postgres", postgres.getJdbcUrl("postgres", "postgres"));
        replaced.put("hdfs://namenode:9000", hdfs.uri("").toString());
        replaced.put("0.0.0.0", "127.0.0.1");
        replaced.put("3g", "1g");
        for (String port : List.of("11112", "8080", "8081", "8082", "8084", "8085", "7077")) {
            replaced.put(port, Integer.toString(Node.freePort()));
        }
        assertThat(file.ours()).hasSize(6);
    }

    private String replace(String word) {
        String text = word;
        for (Map.Entry<String, String> one : replaced.entrySet()) {
            // a number only where it stands alone: the free ports have the same digits
            String boundary = one.getKey().matches("\\d+") ? "(?<![0-9A-Za-z])" : "";
            String with = text.replaceAll(
                    boundary + java.util.regex.Pattern.quote(one.getKey()) + (boundary.isEmpty() ? "" : "$"),
                    java.util.regex.Matcher.quoteReplacement(one.getValue()));
            if (!boundary.isEmpty() && !with.equals(text)) {
                return with;
            }
            text = with;
        }
        return text;
    }

    private void start(String name, Service service) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp/" + name))));
        service.command().forEach(word -> command.add(replace(word)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        service.environment()
                .forEach((key, value) ->
                        builder.environment().put(key, value.startsWith("${TOMOGRID_TOKEN:") ? TOKEN : replace(value)));
        processes.put(name, builder.start());
    }

    private static void send(SyntheticStudy study, int port) throws IOException {
        List<Outgoing> instances = new ArrayList<>();
        for (Dataset dataset : study) {
            instances.add(StudyFiles.of(dataset));
        }
        StudySender.Report report = new StudySender("127.0.0.1", port, "STORESCU", "TOMOGRID", 2)
                .send(instances.iterator(), StudySender.syntaxes(instances), n -> {});
        assertThat(report.refused()).isEmpty();
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(Condition condition) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException notYet) {
                for (Map.Entry<String, Process> one : processes.entrySet()) {
                    assertThat(one.getValue().isAlive())
                            .as("%s runs: %s", one.getKey(), log(one.getKey()))
                            .isTrue();
                }
            }
            assertThat(Instant.now()).as("%s", log("manager")).isBefore(deadline);
            Thread.sleep(250);
        }
    }

    private String log(String name) throws IOException {
        String all = Files.readString(folder.resolve(name + ".log"));
        return all.substring(Math.max(0, all.length() - 3000));
    }
}
