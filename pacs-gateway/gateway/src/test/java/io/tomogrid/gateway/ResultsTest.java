package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.index.ArchiveIndex;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** Results come in once and go out to two PACS, one of them troubled. */
class ResultsTest {
    @TempDir
    static Path folder;

    private static TestingDatabase database;
    private static TestingGateway gateway;
    private static int healthyPort;
    private static int troubledPort;

    private TestingPacs healthy;
    private TestingPacs troubled;

    @BeforeAll
    static void start() throws Exception {
        database = TestingDatabase.start();
        healthyPort = freePort();
        troubledPort = freePort();
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("tomogrid.gateway.delivery.first-backoff", "50ms");
        settings.put("tomogrid.gateway.delivery.longest-backoff", "200ms");
        settings.put("tomogrid.gateway.delivery.max-attempts", "5");
        int[] ports = {healthyPort, troubledPort};
        for (int i = 0; i < 2; i++) {
            String destination = "tomogrid.gateway.destinations[" + i + "].";
            settings.put(destination + "name", i == 0 ? "healthy" : "troubled");
            settings.put(destination + "host", "127.0.0.1");
            settings.put(destination + "port", Integer.toString(ports[i]));
            settings.put(destination + "ae-title", "PACS");
        }
        gateway = TestingGateway.start(folder, database.fresh(), settings);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        database.close();
    }

    @BeforeEach
    void pacs() throws IOException {
        healthy = new TestingPacs(healthyPort);
        troubled = new TestingPacs(troubledPort);
    }

    @AfterEach
    void closePacs() throws IOException {
        healthy.close();
        troubled.close();
    }

    /** RES-01, DEL-01. */
    @Test
    void the_first_manifest_wins_and_its_bytes_reach_every_destination() throws Exception {
        ResultManifest first = TestResults.stage(folder.resolve("a1"), "job-a", "1.4.1", "1.9.2.1", "1.9.2.2");
        ResultManifest other = TestResults.stage(folder.resolve("a2"), "job-a", "1.4.1", "1.9.2.3");
        assertThat(put(first).status()).isEqualTo(202);
        assertThat(put(first).status()).isEqualTo(202);
        var refused = put(other);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body().get("error").toString()).contains("first ones stay");
        var settled = awaitSettled("job-a");
        assertThat(settled.list("objects"))
                .hasSize(2)
                .allSatisfy(object -> assertThat(deliveries(object))
                        .extracting(d -> d.get("destination") + " " + d.get("state"))
                        .containsExactly("healthy ACCEPTED", "troubled ACCEPTED"));
        assertThat(healthy.received).containsOnlyKeys("1.9.2.1", "1.9.2.2");
        byte[] file = Files.readAllBytes(folder.resolve("a1/1.9.2.1.dcm"));
        byte[] sent = troubled.received.get("1.9.2.1");
        assertThat(file).as("the data set behind the file's meta information").endsWith(sent);
        assertThat(put(first).status()).as("again when all is done").isEqualTo(202);
    }

    /** RES-02: a result whose bytes are others than the manifest says, or that is not there, is not stored. */
    @Test
    void wrong_and_missing_files_have_the_result_rejected_until_they_are_put_right() throws Exception {
        ResultManifest manifest = TestResults.stage(folder.resolve("b"), "job-b", "1.4.2", "1.9.3.1", "1.9.3.2");
        Path file = folder.resolve("b/1.9.3.2.dcm");
        byte[] good = Files.readAllBytes(file);
        byte[] bad = good.clone();
        bad[bad.length - 1] ^= 1;
        Files.write(file, bad);
        put(manifest);
        assertThat(awaitState("job-b", "REJECTED").body().get("reason").toString())
                .contains("1.9.3.2.dcm has SHA-256");
        Files.delete(file);
        gateway.post("/api/results/job-b/retry");
        assertThat(gateway.await(
                                "/api/results/job-b",
                                a -> a.body().get("reason").toString().contains("missing"))
                        .body())
                .containsEntry("state", "REJECTED");
        assertThat(put(manifest).body()).as("the same again changes nothing").containsEntry("state", "REJECTED");
        assertThat(gateway.bean(ArchiveIndex.class).find("1.9.3.1"))
                .as("not even the good one is stored")
                .isEmpty();
        assertThat(healthy.received).doesNotContainKeys("1.9.3.1", "1.9.3.2");
        Files.write(file, good);
        gateway.post("/api/results/job-b/retry");
        awaitSettled("job-b");
        assertThat(healthy.received).containsKeys("1.9.3.1", "1.9.3.2");
    }

    /** RES-01, RES-02: nothing of the first attempt's results could be stored, so that another attempt's may be. */
    @Test
    void another_manifest_takes_the_place_of_one_that_was_rejected() throws Exception {
        ResultManifest first = TestResults.stage(folder.resolve("k1"), "job-k", "1.4.9", "1.9.10.1", "1.9.10.2");
        Files.delete(folder.resolve("k1/1.9.10.2.dcm"));
        put(first);
        awaitState("job-k", "REJECTED");
        ResultManifest second = TestResults.stage(folder.resolve("k2"), "job-k", "1.4.9", "1.9.10.1", "1.9.10.3");
        assertThat(put(second).status()).isEqualTo(202);
        assertThat(awaitSettled("job-k").list("objects"))
                .extracting(object -> object.get("sop-instance-uid"))
                .containsExactly("1.9.10.1", "1.9.10.3");
        assertThat(healthy.received).containsOnlyKeys("1.9.10.1", "1.9.10.3");
        assertThat(put(first).status()).as("it came too late").isEqualTo(409);
    }

    /** RES-02: the file is as stated, but it is another object. */
    @Test
    void a_file_of_another_object_fails_the_result() throws Exception {
        ResultManifest manifest = TestResults.stage(folder.resolve("c"), "job-c", "1.4.3", "1.9.4.1");
        ResultManifest lying = new ResultManifest("job-c", "1.4.33", 1, 1, manifest.stagingRoot(), manifest.objects());
        put(lying);
        assertThat(awaitState("job-c", "FAILED").body().get("reason").toString())
                .contains("Study Instance UID is 1.4.3, the manifest says 1.4.33");
    }

    /** DEL-01, DEL-02: down, refusing, aborting; the healthy PACS waits for none of it. */
    @Test
    void a_destination_that_is_down_gets_everything_when_it_is_up_again() throws Exception {
        troubled.close();
        put(TestResults.stage(folder.resolve("d"), "job-d", "1.4.4", "1.9.5.1"));
        var waiting =
                gateway.await("/api/results/job-d", a -> a.body().toString().contains("no association"));
        assertThat(waiting.body()).containsEntry("state", "DELIVERING");
        assertThat(healthy.received).containsKey("1.9.5.1");
        troubled = new TestingPacs(troubledPort);
        awaitSettled("job-d");
        assertThat(troubled.received).containsKey("1.9.5.1");
    }

    /** DEL-01, DEL-04: being down costs no attempts; after three days of it an operator is asked. */
    @Test
    void what_stays_down_is_given_up_shown_and_retried_by_an_operator() throws Exception {
        troubled.close();
        put(TestResults.stage(folder.resolve("e"), "job-e", "1.4.5", "1.9.6.1"));
        gateway.await(
                "/api/status",
                a -> a.list("destinations").get(1).get("trouble") instanceof String trouble
                        && trouble.startsWith("no association"));
        gateway.bean(JdbcTemplate.class)
                .update("UPDATE delivery SET unreachable_since = unreachable_since - interval '3 days'");
        var dead = awaitSettled("job-e");
        assertThat(deliveries(dead.list("objects").get(0)).get(1))
                .containsEntry("state", "DEAD")
                .containsEntry("attempts", 0);
        assertThat(dead.body().get("reason").toString()).contains("1 of 2 deliveries");
        assertThat(gateway.get("/api/status").list("destinations"))
                .contains(Map.of("name", "troubled", "pending", 0, "dead", 1, "trouble", ""));
        assertThat(gateway.get("/api/deliveries/lost").list("lost"))
                .singleElement()
                .satisfies(lost -> assertThat(lost)
                        .containsEntry("job-id", "job-e")
                        .containsEntry("destination", "troubled")
                        .containsEntry("sop-instance-uid", "1.9.6.1"));
        troubled = new TestingPacs(troubledPort);
        assertThat(gateway.post("/api/destinations/nobody/retry").status()).isEqualTo(404);
        assertThat(gateway.post("/api/destinations/troubled/retry").body()).containsEntry("retried", 1);
        assertThat(gateway.await(
                                "/api/results/job-e",
                                a -> a.body().get("reason").equals("") && settled(a))
                        .body())
                .containsEntry("reason", "");
        assertThat(troubled.received).containsKey("1.9.6.1");
        assertThat(gateway.get("/api/status").list("destinations"))
                .contains(Map.of("name", "troubled", "pending", 0, "dead", 0, "trouble", ""));
    }

    /** DEL-02: one object breaks every association, one is refused, one meets a full disk; the others arrive. */
    @Test
    void a_poisoned_object_blocks_no_other() throws Exception {
        troubled.abortsLeft.put("1.9.7.1", new AtomicInteger(Integer.MAX_VALUE));
        troubled.abortsLeft.put("1.9.7.2", new AtomicInteger(1));
        troubled.answers.put("1.9.7.3", DimseStatus.DATA_SET_DOES_NOT_MATCH.because("not this one"));
        troubled.answers.put("1.9.7.4", DimseStatus.OUT_OF_RESOURCES.because("full"));
        put(TestResults.stage(
                folder.resolve("f"), "job-f", "1.4.6", "1.9.7.1", "1.9.7.2", "1.9.7.3", "1.9.7.4", "1.9.7.5"));
        gateway.await("/api/results/job-f", a -> troubled.received.size() >= 2);
        troubled.answers.remove("1.9.7.4");
        var end = awaitSettled("job-f");
        assertThat(healthy.received.keySet()).contains("1.9.7.1", "1.9.7.2", "1.9.7.3", "1.9.7.4", "1.9.7.5");
        assertThat(troubled.received).containsOnlyKeys("1.9.7.2", "1.9.7.4", "1.9.7.5");
        assertThat(end.list("objects").stream().map(o -> deliveries(o).get(1).get("state")))
                .containsExactly("DEAD", "ACCEPTED", "REFUSED", "ACCEPTED", "ACCEPTED");
        assertThat(deliveries(end.list("objects").get(2)).get(1).get("reason").toString())
                .contains("0xA900 not this one");
        assertThat(troubled.received.get("1.9.7.2")).isEqualTo(healthy.received.get("1.9.7.2"));
    }

    /** Seeded damage to a manifest: answered as what it is, and never half-committed. */
    @Test
    void damaged_manifests_are_refused_and_others_go_on() throws Exception {
        Random random = new Random(20261124);
        byte[] good = TestResults.json(TestResults.stage(folder.resolve("g"), "job-g", "1.4.7", "1.9.8.1"));
        for (int i = 0; i < 200; i++) {
            byte[] damaged = good.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) (32 + random.nextInt(96));
            }
            int status = gateway.put("/api/results/job-fuzz", damaged).status();
            assertThat(status)
                    .as("mutation %d: %s", i, new String(damaged, StandardCharsets.UTF_8))
                    .isEqualTo(400);
        }
        for (String body : List.of("", "null", "[]", "{", "{\"format-version\":1}", "[".repeat(5000))) {
            assertThat(gateway.put("/api/results/job-g", body.getBytes(StandardCharsets.UTF_8))
                            .status())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(gateway.get("/api/results/job-g").status()).isEqualTo(404);
        assertThat(gateway.put("/api/results/job-g", good).status()).isEqualTo(202);
        awaitSettled("job-g");
    }

    /** SEC-03: files are read from below the staging root only. */
    @Test
    void a_manifest_cannot_reach_out_of_its_staging_root() throws Exception {
        ResultManifest manifest = TestResults.stage(folder.resolve("h"), "job-h", "1.4.8", "1.9.9.1");
        String json = new String(TestResults.json(manifest), StandardCharsets.UTF_8);
        for (String[] change : new String[][] {
            {"1.9.9.1.dcm", "../h/1.9.9.1.dcm"},
            {"1.9.9.1.dcm", "/etc/passwd"},
            {"file:", "http:"},
            {"file:", "s3a:"}
        }) {
            assertThat(put("job-h", json.replace(change[0], change[1])).status())
                    .as(change[1])
                    .isEqualTo(400);
        }
    }

    private static TestingGateway.Answer put(ResultManifest manifest) throws Exception {
        return gateway.put("/api/results/" + manifest.jobId(), TestResults.json(manifest));
    }

    private static TestingGateway.Answer put(String job, String json) throws Exception {
        return gateway.put("/api/results/" + job, json.getBytes(StandardCharsets.UTF_8));
    }

    private static TestingGateway.Answer awaitSettled(String job) throws Exception {
        return awaitState(job, "SETTLED");
    }

    private static TestingGateway.Answer awaitState(String job, String state) throws Exception {
        var answer =
                gateway.await("/api/results/" + job, a -> state.equals(a.body().get("state")));
        assertThat(answer.body()).containsEntry("state", state);
        return answer;
    }

    private static boolean settled(TestingGateway.Answer answer) {
        return "SETTLED".equals(answer.body().get("state"));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> deliveries(Map<String, Object> object) {
        return (List<Map<String, Object>>) object.get("deliveries");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
