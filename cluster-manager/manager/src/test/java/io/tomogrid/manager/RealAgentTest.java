package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.agent.AgentMain;
import io.tomogrid.manager.peer.AgentClient;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manager with the agent itself in a process of its own: real slices of the simulated GPU, real locks. */
@Tag("cluster")
class RealAgentTest {
    @TempDir
    Path folder;

    private Path locks;

    /** SLC-02, SLC-05 */
    @Test
    void slices_are_made_kept_warm_and_destroyed_when_their_locks_are_gone() throws Exception {
        locks = folder.resolve("locks");
        Path portFile = folder.resolve("agent.port");
        Process agent = spawn(portFile);
        try {
            Scene.until("the agent is up", () -> Files.exists(portFile));
            URI url = URI.create("http://127.0.0.1:" + Files.readString(portFile));
            Map<String, Object> settings = new HashMap<>(Map.of("tomogrid.manager.agents", url.toString()));
            SliceScenesTest.rule(settings, 0, "petct-standard", "PT,CT", "9GB", 2);
            SliceScenesTest.rule(settings, 1, "whole-body", "PT,MR", "30GB", 7);
            try (Scene scene = new Scene(folder, settings)) {
                scene.driver.executorsOn(new LockedSlices(url));
                scene.start();
                Map<String, Object> first = scene.await(scene.petCt(), "DONE");
                assertThat(scene.await(scene.petCt(), "DONE").get("slice")).isEqualTo(first.get("slice"));
                String large = Scene.studyUid();
                scene.gateway.complete(large, 1, "PT", "MR");
                assertThat(scene.await(large, "DONE")).containsEntry("slice", "thishost-gpu0-7g-0");
                scene.assertAsAgreed();
            }
        } finally {
            agent.destroyForcibly();
            agent.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private Process spawn(Path portFile) throws IOException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        AgentMain.class.getName(),
                        "--no-workers",
                        "--inventory",
                        "simulated",
                        "--host",
                        "thishost",
                        "--state",
                        folder.resolve("state").toString(),
                        "--locks",
                        locks.toString(),
                        "--port-file",
                        portFile.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("agent.log").toFile());
        builder.environment().put("TOMOGRID_TOKEN", PeerDouble.TOKEN);
        return builder.start();
    }

    /** Executors of this process, which the agent knows by the operating system's locks alone. */
    private final class LockedSlices implements SliceHost {
        private final AgentClient client;
        private final Map<SliceKey, SliceLock> held = new ConcurrentHashMap<>();

        LockedSlices(URI url) {
            client = new AgentClient(url, PeerDouble.TOKEN, HttpClient.newHttpClient(), Duration.ofSeconds(5));
        }

        @Override
        public boolean exists(SliceKey key) {
            return client.inventory().gpus().stream()
                    .anyMatch(gpu -> gpu.slice(key).isPresent());
        }

        @Override
        public boolean lock(SliceKey key) {
            try {
                Optional<SliceLock> lock = SliceLock.acquire(locks, key, Duration.ofSeconds(1));
                lock.ifPresent(l -> held.put(key, l));
                return lock.isPresent();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("no lock", e);
            }
        }

        @Override
        public void unlock(SliceKey key) {
            try (SliceLock lock = held.remove(key)) {
                assertThat(lock).isNotNull();
            } catch (IOException e) {
                throw new IllegalStateException("the lock stays", e);
            }
        }

        @Override
        public boolean hangs(SliceKey key) {
            return false;
        }
    }
}
