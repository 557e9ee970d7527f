package io.tomogrid.inference.service.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.inference.client.Caller;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.service.runner.Runners;
import io.tomogrid.inference.trust.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How versions come to serve and go: MOD-30 to MOD-36. */
class ModelsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NAME = TestModels.NAME;

    @TempDir
    private Path folder;

    private final Set<String> distrusted = new HashSet<>();
    private ModelStore store;
    private Models models;
    private long memory = Long.MAX_VALUE;

    @BeforeEach
    void serve_version_one() throws Exception {
        store = ModelStore.at(folder.resolve("store"));
        TestModels.scale(store, "1.0.0", 1);
        models = open();
        models.start();
    }

    @AfterEach
    void close() throws Exception {
        models.close();
    }

    private Models open() throws Exception {
        return new Models(
                new Models.Settings(folder.resolve("state"), Duration.ofMinutes(10), Duration.ofSeconds(1)),
                store,
                this::verdict,
                new Runners(1, Duration.ofSeconds(2), folder.resolve("run"), 1L << 30),
                () -> memory,
                step -> {});
    }

    private Verdict verdict(ModelPackage pack) {
        return distrusted.contains(pack.digest())
                ? new Verdict.Refused(pack.version() + " is not signed", "sign it")
                : new Verdict.Verified("test");
    }

    @Test
    void each_step_of_a_rollout_leaves_an_entry_and_the_new_version_serves() throws Exception {
        TestModels.scale(store, "2.0.0", 2);
        rollOut("2.0.0", Map.of("keep-warm", "0s"));
        assertThat(ask(Caller.NOBODY, 5)).isEqualTo(10);
        await(() -> steps().contains("close ok 1.0.0"));
        assertThat(steps())
                .containsSubsequence(
                        "begin ok 2.0.0",
                        "verify ok 2.0.0",
                        "load ok 2.0.0",
                        "contract ok 2.0.0",
                        "warm-up ok 2.0.0",
                        "golden ok 2.0.0",
                        "switch ok 2.0.0",
                        "drain ok 1.0.0",
                        "close ok 1.0.0");
    }

    /** The example is of the network, not of the patches that a volume is cut into: those are filled up with zeros. */
    @Test
    void a_model_of_patches_proves_itself_by_an_example_of_any_size() throws Exception {
        TestModels.meanFree(store);
        models.rollOut("mean-free", "1.0.0", policy(Map.of()));
        models.awaitDecision("mean-free", PATIENCE);
        assertThat(models.serving("mean-free").orElseThrow().version()).isEqualTo("1.0.0");
    }

    @Test
    void a_rollback_brings_the_warm_version_back_to_the_next_request() throws Exception {
        TestModels.scale(store, "2.0.0", 2);
        rollOut("2.0.0", Map.of());
        assertThat(ask(Caller.NOBODY, 1)).isEqualTo(2);
        assertThat(models.rollBack(NAME, "looks odd", "test")).isEqualTo("1.0.0");
        assertThat(ask(Caller.NOBODY, 1)).isEqualTo(1);
        assertThat(steps()).contains("roll-back ok 1.0.0");
        // what is not warm any more is loaded and proved first
        rollOut("2.0.0", Map.of("keep-warm", "0s"));
        assertThat(models.rollBack(NAME, "again", "test")).isEqualTo("1.0.0");
        assertThat(ask(Caller.NOBODY, 1)).isEqualTo(1);
        assertThatThrownBy(() -> models.rollBack("none", "", "test")).isInstanceOf(NotServed.class);
    }

    @Test
    void bad_versions_are_refused_by_name_and_the_old_one_serves_on() throws Exception {
        TestModels.goldenBreaker(store, "2.0.0");
        TestModels.otherContract(store, "2.0.1");
        TestModels.notANumber(store, "2.0.2");
        TestModels.loop(store, "2.0.3", 2, Long.MAX_VALUE);
        distrusted.add(TestModels.scale(store, "2.0.4", 4).digest());
        TestModels.wrongCard(store, "2.0.5");
        assertRefused("2.0.0", "golden", "golden output y[0]: expected 2.0, got 3.0");
        assertRefused("2.0.1", "contract", "has no output y");
        assertRefused("2.0.2", "golden", "output y has values that are not numbers");
        assertRefused("2.0.3", "warm-up", "took longer than it may");
        assertRefused("2.0.4", "verify", "2.0.4 is not signed");
        assertRefused("2.0.5", "load", "output y of the contract: the model has only [other]");
        assertThatThrownBy(() -> models.rollOut(NAME, "9.9.9", RolloutPolicy.DEFAULT))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("9.9.9");
    }

    private void assertRefused(String version, String step, String why) throws Exception {
        rollOut(version, Map.of());
        assertThat(status().get("state")).isEqualTo("REFUSED");
        assertThat(status().get("reason").toString()).contains(why);
        assertThat(steps()).contains(step + " failed " + version, "end failed " + version);
        assertThat(ask(Caller.NOBODY, 7)).isEqualTo(7);
    }

    @Test
    void a_running_study_keeps_the_version_that_it_began_with() throws Exception {
        TestModels.scale(store, "2.0.0", 2);
        Caller running = Caller.of("1.2.3", "job/1");
        assertThat(ask(running, 1)).isEqualTo(1);
        rollOut("2.0.0", Map.of("keep-warm", "0s"));
        assertThat(ask(running, 1)).isEqualTo(1);
        assertThat(ask(Caller.of("1.2.3", "job/2"), 1)).isEqualTo(2);
        assertThat(steps()).doesNotContain("close ok 1.0.0");
        models.releasePin("job/1");
        await(() -> steps().contains("close ok 1.0.0"));
        assertThat(ask(running, 1)).isEqualTo(2);
    }

    @Test
    void a_version_that_must_go_ends_its_pins_at_the_deadline() throws Exception {
        TestModels.scale(store, "2.0.0", 2);
        Caller running = Caller.of("1.2.3", "job/1");
        ask(running, 1);
        rollOut("2.0.0", Map.of("keep-warm", "0s", "drain", "1ms"));
        await(() -> steps().contains("close ok 1.0.0"));
        assertThat(steps()).contains("drain failed 1.0.0");
        assertThatThrownBy(() -> ask(running, 1))
                .isInstanceOf(NotServed.class)
                .hasMessageContaining("begin this work anew");
    }

    @Test
    void a_canary_takes_the_same_studies_always_and_about_its_share() throws Exception {
        TestModels.scale(store, "2.0.0", 2);
        models.rollOut(NAME, "2.0.0", policy(Map.of("canary", 25, "canary-requests", 5000, "drift", 1000)));
        await(() -> models.loaded(NAME, "2.0.0").isPresent());
        int taken = 0;
        for (int study = 0; study < 400; study++) {
            Caller caller = Caller.of("1.2." + study, "");
            float first = ask(caller, 1);
            assertThat(ask(caller, 1)).isEqualTo(first);
            taken += first == 2 ? 1 : 0;
        }
        // 25 % of 400 with a standard deviation of 8.7: five of them either way
        assertThat(taken).isBetween(56, 144);
        assertThat(ask(Caller.NOBODY, 1)).isEqualTo(1);
        assertThat(ask(new Caller("", "", "", ""), 1)).isEqualTo(1);
        models.abort(NAME, "test");
        await(() -> status().get("state").equals("REFUSED"));
        assertThat(ask(Caller.of("1.2.3", ""), 1)).isEqualTo(1);
    }

    @Test
    void a_site_can_be_the_canary_and_its_answers_decide() throws Exception {
        TestModels.scale(store, "2.0.0", 1);
        models.rollOut(NAME, "2.0.0", policy(Map.of("sites", List.of("north"), "canary-requests", 20, "watch", 0)));
        await(() -> models.loaded(NAME, "2.0.0").isPresent());
        while (models.serving(NAME).orElseThrow().version().equals("1.0.0")) {
            ask(new Caller("", "", "north", ""), 3);
        }
        assertThat(steps()).contains("canary ok 2.0.0", "switch ok 2.0.0");
    }

    @Test
    void a_canary_that_fails_costs_nobody_an_answer_and_is_withdrawn() throws Exception {
        TestModels.notANumberAbove1000(store, "2.0.0");
        models.rollOut(NAME, "2.0.0", policy(Map.of("sites", List.of("north"), "drift", 1e9)));
        await(() -> models.loaded(NAME, "2.0.0").isPresent());
        Caller north = new Caller("", "", "north", "");
        assertThat(ask(north, 5)).isEqualTo(10);
        await(() -> {
            // answered by the version that serves
            assertThat(ask(north, 5000)).isEqualTo(5000);
            return status().get("state").equals("REFUSED");
        });
        assertThat(status().get("reason").toString()).contains("requests failed", "not numbers");
        assertThat(ask(north, 5)).isEqualTo(5);
    }

    @Test
    void a_shadow_is_compared_and_never_answers() throws Exception {
        TestModels.scale(store, "2.0.0", 2);
        models.rollOut(NAME, "2.0.0", policy(Map.of("shadow", 5, "drift", 1e9)));
        await(() -> {
            assertThat(ask(Caller.NOBODY, 4)).isEqualTo(4);
            return status().get("state").equals("REFUSED");
        });
        assertThat(status().get("reason").toString())
                .contains("0.0 % of the values are those of the version that serves");
        TestModels.scale(store, "2.0.1", 1.0001f);
        models.rollOut(NAME, "2.0.1", policy(Map.of("shadow", 5, "watch", 0)));
        await(() -> {
            ask(Caller.NOBODY, 4);
            return status().get("state").equals("DONE");
        });
        assertThat(steps()).contains("shadow ok 2.0.1");
    }

    @Test
    void a_version_whose_outputs_drift_or_fail_after_the_switch_is_taken_back_by_itself() throws Exception {
        TestModels.scale(store, "2.0.0", 2);
        TestModels.notANumberAbove1000(store, "2.0.1");
        rollOutWhileAsked("2.0.0", Map.of("watch", 1000, "shadow", 12, "agreement", 0, "drift", 1e9), 4);
        assertThat(models.serving(NAME).orElseThrow().version()).isEqualTo("2.0.0");
        models.abort(NAME, "test");
        await(() -> status().get("state").equals("ROLLED_BACK"));
        rollOut("2.0.1", Map.of("watch", 1000));
        await(() -> {
            try {
                ask(Caller.NOBODY, 5000);
            } catch (ModelException refused) {
                assertThat(refused).hasMessageContaining("not numbers");
            }
            return status().get("state").equals("ROLLED_BACK");
        });
        assertThat(ask(Caller.NOBODY, 5000)).isEqualTo(5000);
        assertThat(steps()).contains("roll-back ok 1.0.0");
    }

    private void rollOutWhileAsked(String version, Map<String, Object> settings, float value) throws Exception {
        models.rollOut(NAME, version, policy(settings));
        await(() -> {
            ask(Caller.NOBODY, value);
            return !status().get("state").equals("RUNNING");
        });
    }

    @Test
    void two_versions_that_have_no_room_beside_each_other_are_refused_or_exchanged_by_request() throws Exception {
        TestModels.scale(store, "2.0.0", 2);
        TestModels.goldenBreaker(store, "2.0.1");
        memory = 1_000_000;
        rollOut("2.0.0", Map.of());
        assertThat(status().get("reason").toString()).contains("are available", "--break-before-make");
        assertThat(ask(Caller.NOBODY, 1)).isEqualTo(1);
        rollOut("2.0.1", Map.of("break-before-make", true));
        await(() -> models.serving(NAME).isPresent());
        assertThat(ask(Caller.NOBODY, 1)).isEqualTo(1);
        rollOut("2.0.0", Map.of("break-before-make", true));
        assertThat(ask(Caller.NOBODY, 1)).isEqualTo(2);
        assertThat(steps()).contains("break ok 2.0.0");
    }

    @Test
    void a_service_that_begins_anew_takes_up_what_it_switched_to_last() throws Exception {
        TestModels.scale(store, "2.0.0", 2);
        TestModels.scale(store, "3.0.0", 3);
        rollOut("2.0.0", Map.of());
        models.close();
        models = open();
        models.start();
        assertThat(ask(Caller.NOBODY, 1)).isEqualTo(2);
        assertThat(steps()).contains("restore ok 2.0.0");
        assertThat(models.rollBack(NAME, "not warm", "test")).isEqualTo("1.0.0");
        assertThat(ask(Caller.NOBODY, 1)).isEqualTo(1);
    }

    @Test
    void an_audit_log_that_was_changed_is_refused_and_a_torn_last_entry_dropped() throws Exception {
        Path file = folder.resolve("state/audit.jsonl");
        models.close();
        String text = java.nio.file.Files.readString(file);
        java.nio.file.Files.writeString(file, text + "{\"sequence\":99,\"at");
        models = open();
        assertThat(java.nio.file.Files.readString(file)).isEqualTo(text);
        models.close();
        java.nio.file.Files.writeString(file, text.replace("1.0.0", "6.6.6"));
        assertThatThrownBy(this::open).isInstanceOf(java.io.IOException.class).hasMessageContaining("entry 1");
        java.nio.file.Files.writeString(file, text);
        models = open();
    }

    @Test
    void settings_that_make_no_sense_are_named() {
        assertThatThrownBy(() -> policy(Map.of("canary", 101))).hasMessageContaining("canary: expected 0 to 100");
        assertThatThrownBy(() -> policy(Map.of("runner", "vm"))).hasMessageContaining("in-process, child");
        assertThatThrownBy(() -> policy(Map.of("drain", "soon"))).hasMessageContaining("drain: expected a time");
        assertThatThrownBy(() -> policy(Map.of("canery", 5))).hasMessageContaining("canery");
    }

    private static RolloutPolicy policy(Map<String, Object> settings) {
        return RolloutPolicy.of(settings);
    }

    private void rollOut(String version, Map<String, Object> settings) throws Exception {
        models.rollOut(NAME, version, policy(settings));
        models.awaitDecision(NAME, PATIENCE);
    }

    private float ask(Caller caller, float value) throws ModelException, NotServed {
        return models.infer(NAME, "", caller, TestModels.x(value))
                .outputs()
                .get("y")
                .floats()[0];
    }

    private Map<?, ?> status() throws Exception {
        return (Map<?, ?>) models.status().get(0).get("rollout");
    }

    private List<String> steps() {
        return models.audit(NAME, 0).stream()
                .map(e -> e.get("step") + " " + e.get("outcome") + " " + e.get("version"))
                .toList();
    }

    /** Something that becomes true sooner or later. */
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("the deadline").isLessThan(deadline);
            Thread.sleep(1);
        }
    }
}
