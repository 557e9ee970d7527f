package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LED-05, SLC-50: what the ledger tells of neighbours is shown, and work is placed by it. */
class ContentionScenesTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private final Set<String> ending = ConcurrentHashMap.newKeySet();
    private int entries;

    @Test
    void work_goes_where_its_neighbour_hurts_less_once_the_ledger_has_taught_so() throws Exception {
        Map<String, Object> settings = new HashMap<>();
        QueueScenesTest.rule(settings, 0, "heavy", "9GB", 2);
        QueueScenesTest.rule(settings, 1, "calm", "9GB", 2);
        QueueScenesTest.rule(settings, 2, "light", "9GB", 2);
        // a machine that stalls fails no attempt
        settings.put("tomogrid.manager.start-deadline", "60s");
        settings.put("tomogrid.manager.lease", "60s");
        try (Scene scene = new Scene(folder, settings);
                AgentDouble second = new AgentDouble("node2", folder.resolve("agent2"))) {
            settings.put("tomogrid.manager.agents", scene.agent.url() + "," + second.url());
            scene.driver.executorsOn(new Both(scene.agent, second));
            scene.driver.script(
                    task -> ending.contains(task.study().studyUid()) ? scene.driver.success(task) : DriverDouble.BUSY);
            scene.start();
            Map<String, Object> nothing = scene.get("/api/ledger/contention");
            assertThat((String) nothing.get("verdict")).startsWith("not known");
            assertThat(Scene.objects(nothing, "pairs")).isEmpty();
            assertThat(rate(nothing)).containsEntry("share", null).containsEntry("leases", 0);

            for (int i = 0; i < 8; i++) {
                entry(scene, "light", 1000 * i, 10);
                entry(scene, "light", 1000 * i + 500, 15);
                entry(scene, "heavy", 1000 * i + 500, 15);
            }
            Map<String, Object> known = scene.get("/api/ledger/contention");
            assertThat((String) known.get("definition")).contains("more than 10 % longer");
            assertThat(Scene.objects(known, "pairs"))
                    .extracting(pair -> pair.get("protocol") + " " + pair.get("beside") + " " + pair.get("times") + " "
                            + pair.get("hurts") + " " + pair.get("leases"))
                    .containsExactly("light heavy 1.5 true 8");
            assertThat(rate(known)).containsEntry("share", 0.5).containsEntry("leases", 16);
            assertThat(scene.get("/actuator/metrics/tomogrid.contention.rate").toString())
                    .contains("value=0.5");

            String heavy = study(scene, "heavy");
            assertThat(slice(scene, heavy)).startsWith("node1-");
            assertThat(slice(scene, awayFrom(scene, "node1", "calm"))).startsWith("node2-");
            String light = study(scene, "light");
            assertThat(slice(scene, light)).startsWith("node2-");
            // idle executors on both, the one beside heavy work idle for longer
            ends(scene, light);
            String beside = awayFrom(scene, "node2", "calm");
            assertThat(slice(scene, beside)).startsWith("node1-");
            ends(scene, beside);
            String warm = awayFrom(scene, "node1", "calm");
            assertThat(slice(scene, warm)).isEqualTo(slice(scene, light));
            ends(scene, warm);
            assertThat(slice(scene, study(scene, "light"))).isEqualTo(slice(scene, light));
            scene.assertAsAgreed();
        }
    }

    private static String study(Scene scene, String protocol) throws Exception {
        String uid = Scene.studyUid();
        scene.gateway.complete(uid, 1, protocol.toUpperCase(Locale.ROOT));
        scene.awaitStage(uid, "suv");
        return uid;
    }

    /** While that host is drained. */
    private static String awayFrom(Scene scene, String host, String protocol) throws Exception {
        scene.ask("POST", "/api/slices/drain?target=" + host + "&by=me&reason=test");
        String study = study(scene, protocol);
        scene.ask("POST", "/api/slices/undrain?target=" + host + "&by=me&reason=test");
        return study;
    }

    private void ends(Scene scene, String study) throws Exception {
        ending.add(study);
        scene.await(study, "DONE");
    }

    private static String slice(Scene scene, String study) throws Exception {
        return (String) scene.jobs(study).get(0).get("slice");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> rate(Map<String, Object> document) {
        return (Map<String, Object>) document.get("rate");
    }

    /** One of a lease on a GPU of long ago. */
    private void entry(Scene scene, String protocol, int at, int seconds) throws Exception {
        Instant granted = BEGIN.plusSeconds(at);
        String text = String.format(
                "{\"ended\":\"%s\",\"gpu\":\"old-gpu0\",\"granted\":\"%s\",\"job\":\"old-%d\",\"outcome\":\"SUCCEEDED\","
                        + "\"protocol\":\"%s\",\"simulated\":true,\"slice\":\"old-gpu0-2g-0\",\"work-seconds\":%d}",
                granted.plus(Duration.ofSeconds(seconds + 1)), granted, ++entries, protocol, seconds);
        scene.sql("insert into manager.ledger values (" + entries + ", '" + text + "', '')");
    }
}
