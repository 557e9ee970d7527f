package io.tomogrid.gateway;

import static io.tomogrid.gateway.TestingGateway.CT;
import static io.tomogrid.gateway.TestingGateway.EXPLICIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.gateway.index.ArchiveIndex;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ING-02: the gateway as a process of its own, killed while instances come in. */
@Tag("cluster")
class KillTest {
    private static final long SEED = 20261124;
    private static final int SENDERS = 3;

    @TempDir
    Path folder;

    /** How often it is killed. */
    int lives() {
        return 4;
    }

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private int port;

    @AlsoOnHdfs
    @Test
    void every_acknowledged_instance_survives_kill_9() throws Exception {
        Random random = new Random(SEED);
        try (TestingDatabase database = TestingDatabase.start()) {
            String url = database.fresh();
            for (int round = 0; round < lives(); round++) {
                sendUntilKilled(url, round, 200 + random.nextInt(1500));
            }
            System.out.printf(
                    "seed %d: %d instances were acknowledged in %d lives%n", SEED, acknowledged.size(), lives());
            assertThat(acknowledged).hasSizeGreaterThan(lives() * SENDERS);
            for (String index : List.of(url, database.fresh())) {
                try (TestingGateway gateway = TestingGateway.start(folder, index, Map.of())) {
                    check(gateway);
                }
            }
        }
    }

    private void check(TestingGateway gateway) throws Exception {
        for (String uid : acknowledged) {
            ArchiveIndex.Indexed stored =
                    gateway.bean(ArchiveIndex.class).find(uid).orElseThrow(() -> new AssertionError(uid + " is lost"));
            assertThat(gateway.bean(SegmentReader.class).read(stored.ref(), stored.sha256()))
                    .as(uid)
                    .isEqualTo(bytes(uid));
        }
        assertThat((Integer) gateway.get("/api/studies/1.7").body().get("instances"))
                .isBetween(acknowledged.size(), acknowledged.size() + lives() * SENDERS);
    }

    private void sendUntilKilled(String url, int round, long millis) throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Process gateway = start(url);
        ExecutorService pool = Executors.newFixedThreadPool(SENDERS);
        try {
            awaitDoor(gateway);
            List<Future<?>> senders = new ArrayList<>();
            for (int s = 0; s < SENDERS; s++) {
                String prefix = "1.7.1." + (round + 1) + "." + (s + 1) + ".";
                senders.add(pool.submit(() -> send(prefix)));
            }
            Thread.sleep(millis);
            gateway.destroyForcibly().waitFor();
            for (Future<?> sender : senders) {
                sender.get();
            }
        } finally {
            pool.shutdownNow();
            gateway.destroyForcibly().waitFor();
        }
    }

    /** Sends until the connection breaks. */
    private void send(String prefix) {
        try (Association association = open()) {
            for (int i = 1; ; i++) {
                String uid = prefix + i;
                if (association
                        .store(CT, uid, EXPLICIT, new ByteArrayInputStream(bytes(uid)))
                        .isSuccess()) {
                    acknowledged.add(uid);
                }
            }
        } catch (IOException killed) {
            // this is how every sender ends here
        }
    }

    private static byte[] bytes(String uid) throws IOException {
        return TestingGateway.encode(TestImages.ct("1.7", "1.7.1", uid), EXPLICIT);
    }

    private Association open() throws IOException {
        return Association.open(AssociationRequest.storing(
                "127.0.0.1", port, "MODALITY", "TOMOGRID", List.of(new AssociationRequest.Syntax(CT, EXPLICIT))));
    }

    private Process start(String url) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                GatewayApplication.class.getName()));
        TestingGateway.settings(folder, url).forEach((key, value) -> command.add("--" + key + "=" + value));
        command.add("--tomogrid.gateway.dicom.port=" + port);
        command.removeIf(a -> a.equals("--tomogrid.gateway.dicom.port=0"));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("gateway.log").toFile()))
                .start();
    }

    private void awaitDoor(Process gateway) throws Exception {
        for (int i = 0; i < 600; i++) {
            assertThat(gateway.isAlive()).as("the gateway starts").isTrue();
            try {
                open().close();
                return;
            } catch (IOException notYet) {
                Thread.sleep(100);
            }
        }
        throw new AssertionError("the gateway did not open its door within a minute");
    }
}
