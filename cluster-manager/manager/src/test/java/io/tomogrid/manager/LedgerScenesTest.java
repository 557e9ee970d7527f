package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.cluster.contract.TaskOutcome;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ledger says of leases that have ended, and what becomes of one that somebody has written in. */
class LedgerScenesTest {
    @TempDir
    static Path folder;

    private static Scene scene;

    @BeforeAll
    static void start() throws Exception {
        // a machine that stalls fails no attempt
        scene = new Scene(folder, Map.of("tomogrid.manager.start-deadline", "60s", "tomogrid.manager.lease", "60s"));
        scene.start();
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @BeforeEach
    void everythingIsIdle() throws Exception {
        scene.driver.script(scene.driver::success);
        ended();
    }

    /** LED-01 */
    @Test
    void a_lease_that_ends_has_one_entry_that_says_who_had_what() throws Exception {
        scene.driver.script(task -> {
            var success = (TaskOutcome.Succeeded) scene.driver.success(task);
            return new TaskOutcome.Succeeded(success.manifest(), success.findings(), 3L << 30);
        });
        String study = scene.petCt();
        Map<String, Object> job = scene.await(study, "DONE");
        ended();
        List<Map<String, Object>> of = entriesOf(job);
        assertThat(of).hasSize(1);
        Map<String, Object> entry = of.get(0);
        assertThat(entry)
                .containsEntry("study-uid", study)
                .containsEntry("protocol", "petct-standard")
                .containsEntry("site", "")
                .containsEntry("attempt", 1)
                .containsEntry("slice", job.get("slice"))
                .containsEntry("gpu", "node1-gpu0")
                .containsEntry("memory-slices", 2)
                .containsEntry("compute-slices", 2)
                .containsEntry("simulated", true)
                .containsEntry("outcome", "SUCCEEDED")
                .containsEntry("peak-bytes", 3L << 30)
                .containsEntry("gpu-name", "NVIDIA A100-40GB (simulated)")
                .containsEntry("energy", "not measured")
                .containsEntry("energy-joules", null);
        assertThat(((Number) entry.get("series-bytes")).longValue()).isPositive();
        assertThat((String) entry.get("gpu-uuid")).startsWith("GPU-");
        assertThat((String) entry.get("device-uuid")).startsWith("MIG-");
        double seconds = ((Number) entry.get("seconds")).doubleValue();
        Duration held = Duration.between(
                Instant.parse((String) entry.get("granted")), Instant.parse((String) entry.get("ended")));
        assertThat(seconds).isCloseTo(held.toNanos() / 1e9, within(0.001));
        assertThat(((Number) entry.get("memory-slice-seconds")).doubleValue()).isCloseTo(2 * seconds, within(1e-9));
        assertThat(((Number) entry.get("work-seconds")).doubleValue()).isBetween(0.0, seconds);
    }

    /** LED-01, JOB-02: whose lease ends twice, by its expiry and by whoever is late, has lost one attempt. */
    @Test
    void a_lease_that_expires_twice_has_ended_once() throws Exception {
        scene.driver.script(task -> DriverDouble.BUSY);
        String study = scene.petCt();
        scene.awaitStage(study, "suv");
        long epoch = ((Number)
                        Scene.objects(scene.get("/api/slices"), "leases").get(0).get("epoch"))
                .longValue();
        scene.driver.down();
        String expire = "update manager.lease set expiry = expiry - interval '1 hour' where epoch = " + epoch;
        scene.sql(expire);
        Scene.until(
                "the attempt has failed by it",
                () -> scene.count("manager.attempt where epoch = " + epoch
                                + " and outcome like '%was not heard of until the lease expired%'")
                        == 1);
        scene.sql(expire);
        LeaseStore leases = scene.bean(LeaseStore.class);
        leases.end(epoch);
        leases.end(epoch);
        scene.driver.up();
        scene.driver.script(scene.driver::success);
        Map<String, Object> job = scene.await(study, "DONE");
        assertThat(job).containsEntry("attempt", 2);
        assertThat(scene.count("manager.job where study_uid = '" + study + "' and failures = 1"))
                .isEqualTo(1);
        ended();
        assertThat(entriesOf(job))
                .extracting(entry -> ((Number) entry.get("epoch")).longValue())
                .hasSize(2)
                .doesNotHaveDuplicates()
                .startsWith(epoch);
    }

    /** LED-01: also the attempts that failed, each with its own. */
    @Test
    void a_failed_attempt_has_its_own_entry() throws Exception {
        scene.driver.script(task -> task.attempt() == 1
                ? new TaskOutcome.Failed("the executor was killed", TaskOutcome.Remedy.RETRY)
                : scene.driver.success(task));
        Map<String, Object> job = scene.await(scene.petCt(), "DONE");
        ended();
        assertThat(entriesOf(job))
                .extracting(entry -> entry.get("attempt") + " " + entry.get("outcome"))
                .containsExactlyInAnyOrder("1 attempt 1 failed: the executor was killed", "2 SUCCEEDED");
    }

    /** LED-02: the board's energy by the share of its compute slices: 2 of 7. */
    @Test
    void energy_is_attributed_where_the_board_measures_it() throws Exception {
        scene.await(scene.petCt(), "DONE");
        ended();
        tells(1000);
        try {
            scene.driver.script(task -> DriverDouble.BUSY);
            String first = scene.petCt();
            scene.awaitStage(first, "suv");
            tells(8000);
            String second = scene.petCt();
            scene.awaitStage(second, "suv");
            tells(15_000);
            scene.driver.script(scene.driver::success);
            double one = joules(scene.await(first, "DONE"));
            double two = joules(scene.await(second, "DONE"));
            assertThat(one).isEqualTo(7000 * 2 / 7.0 + 7000 * 2 / 7.0);
            assertThat(two).isEqualTo(7000 * 2 / 7.0);
            tells(15_700);
            Map<String, Object> board =
                    Scene.objects(scene.get("/api/ledger/energy"), "boards").get(0);
            assertThat(board).containsEntry("gpu", "node1-gpu0").containsEntry("joules", 14_700.0);
            double idle = ((Number) board.get("idle-joules")).doubleValue();
            assertThat(one + two + idle).as("nothing is lost").isCloseTo(14_700, within(0.01));
            assertThat(idle).isCloseTo(5000 + 3000 + 700, within(0.01));
        } finally {
            measuresNothing();
        }
    }

    /** LED-02: a driver that is loaded anew counts from the beginning; what it used before is not known. */
    @Test
    void energy_is_not_measured_when_the_counter_begins_anew() throws Exception {
        tells(1000);
        try {
            scene.driver.script(task -> DriverDouble.BUSY);
            String study = scene.petCt();
            scene.awaitStage(study, "suv");
            tells(5);
            tells(705);
            scene.driver.script(scene.driver::success);
            Map<String, Object> job = scene.await(study, "DONE");
            ended();
            assertThat(entriesOf(job).get(0))
                    .containsEntry("energy", "not measured")
                    .containsEntry("energy-joules", null);
        } finally {
            measuresNothing();
        }
    }

    /** Waits until the manager knows. */
    private static void tells(double joules) throws Exception {
        scene.agent.energy(OptionalDouble.of(joules));
        Scene.until(
                "the board is known to tell " + joules,
                () -> scene.count("manager.board where joules = " + joules) == 1);
    }

    private static void measuresNothing() throws Exception {
        scene.driver.script(scene.driver::success);
        scene.agent.energy(OptionalDouble.empty());
        Scene.until("the board tells nothing", () -> scene.count("manager.board where joules is null") == 1);
    }

    private static double joules(Map<String, Object> job) throws Exception {
        ended();
        Map<String, Object> entry = entriesOf(job).get(0);
        assertThat(entry).containsEntry("energy", "share of the board's energy by compute slices");
        return ((Number) entry.get("energy-joules")).doubleValue();
    }

    /** LED-03 */
    @Test
    void an_entry_is_for_good() throws Exception {
        scene.await(scene.petCt(), "DONE");
        ended();
        for (String change : List.of(
                "update manager.ledger set hash = '' where sequence = 1",
                "delete from manager.ledger",
                "truncate manager.ledger")) {
            assertThatThrownBy(() -> scene.sql(change))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("the ledger is append-only");
        }
        assertThat(verify("")).containsEntry("good", true);
    }

    /** LED-04: by a superuser who switches the trigger off. */
    @Test
    void what_was_written_in_or_cut_out_is_named() throws Exception {
        for (int i = 0; i < 4; i++) {
            scene.await(scene.petCt(), "DONE");
            ended();
        }
        Map<String, Object> whole = verify("");
        long last = ((Number) whole.get("entries")).longValue();
        assertThat(whole).containsEntry("good", true).containsEntry("fault", "");
        scene.sql("create table kept as select * from manager.ledger");
        try {
            long bad = last - 2;
            asSuperuser("update manager.ledger set entry = replace(entry, '\"simulated\":true', '\"simulated\":false')"
                    + " where sequence = " + bad);
            assertThat(verify(""))
                    .containsEntry("good", false)
                    .containsEntry("fault", "entry " + bad + " is bad: its hash is not the SHA-256 of its text")
                    .extractingByKey("entries")
                    .isEqualTo((int) bad - 1);
            asSuperuser("update manager.ledger set hash = encode(sha256(convert_to(entry, 'UTF8')), 'hex')"
                    + " where sequence = " + bad);
            assertThat((String) verify("").get("fault"))
                    .isEqualTo("entry " + (bad + 1) + " is bad: it does not name the hash of the entry before it");
            asSuperuser("delete from manager.ledger where sequence = " + bad);
            assertThat(verify("")).containsEntry("fault", "entry " + bad + " is missing");
            restore();
            asSuperuser("delete from manager.ledger where sequence = " + last);
            assertThat(verify("")).containsEntry("good", true);
            assertThat((String) verify((String) whole.get("head")).get("fault"))
                    .contains("that was noted: entries at the end are missing");
        } finally {
            restore();
            scene.sql("drop table kept");
        }
        assertThat(verify((String) whole.get("head"))).isEqualTo(whole);
    }

    private static void restore() throws SQLException {
        asSuperuser("delete from manager.ledger; insert into manager.ledger select * from kept");
    }

    private static void asSuperuser(String change) throws SQLException {
        scene.sql("set session_replication_role = replica; " + change + "; set session_replication_role = origin");
    }

    private static Map<String, Object> verify(String head) throws Exception {
        return scene.get("/api/ledger/verify?head=" + head);
    }

    private static void ended() throws Exception {
        Scene.until("all leases have ended", () -> {
            scene.driver.releaseIdle();
            return scene.count("manager.lease where state <> 'ENDED'") == 0;
        });
    }

    private static List<Map<String, Object>> entriesOf(Map<String, Object> job) throws Exception {
        List<Map<String, Object>> result = new ArrayList<>();
        for (Map<String, Object> item : Scene.objects(scene.get("/api/ledger?limit=1000"), "entries")) {
            Map<String, Object> entry = JSON.std.mapFrom((String) item.get("entry"));
            if (job.get("job-id").equals(entry.get("job"))) {
                result.add(entry);
            }
        }
        return result;
    }
}
