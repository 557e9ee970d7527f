package io.tomogrid.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.slices.SliceLease;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose turn it is on one GPU, which holds three slices of 2g, or two of 3g, or one of 7g. */
@Tag("slow")
class QueueScenesTest {
    @TempDir
    static Path folder;

    private static Scene scene;
    /** Studies whose work ends when it is next looked at; the others work on. */
    private final Set<String> ending = ConcurrentHashMap.newKeySet();

    @BeforeAll
    static void start() throws Exception {
        Map<String, Object> settings = new HashMap<>();
        rule(settings, 0, "routine", "9GB", 2);
        rule(settings, 1, "stat", "9GB", 2, "priority", "STAT");
        rule(settings, 2, "batch", "9GB", 2, "priority", "BATCH");
        rule(settings, 3, "stat-whole", "30GB", 7, "priority", "STAT");
        rule(settings, 4, "whole", "30GB", 7);
        rule(settings, 5, "pair", "15GB", 3, "slices", "2");
        rule(settings, 6, "due-late", "9GB", 2, "deadline", "2h");
        rule(settings, 7, "due-soon", "9GB", 2, "deadline", "1h");
        rule(settings, 8, "north", "9GB", 2, "site", "north");
        rule(settings, 9, "south", "9GB", 2, "site", "south");
        rule(settings, 10, "east", "9GB", 2, "site", "east");
        rule(settings, 11, "trio", "15GB", 3, "slices", "3");
        rule(settings, 12, "stat-pair", "9GB", 2, "priority", "STAT", "slices", "2");
        settings.put("tomogrid.manager.sites[0].name", "north");
        settings.put("tomogrid.manager.sites[0].weight", "2");
        settings.put("tomogrid.manager.sites[1].name", "east");
        settings.put("tomogrid.manager.sites[1].memory-slices", "4");
        settings.put("tomogrid.manager.sites[2].name", "west");
        settings.put("tomogrid.manager.sites[2].memory-slices", "2");
        settings.put("tomogrid.manager.sites[2].calling-aes", "WEST_CT,WEST_PET");
        settings.put("tomogrid.manager.patience", "1ms");
        // a manager is started anew while an attempt waits to begin
        settings.put("tomogrid.manager.start-deadline", "60s");
        settings.put("tomogrid.manager.lease", "60s");
        scene = new Scene(folder, settings);
        scene.start();
    }

    /** A study comes to the protocol by the modality that is named like it. */
    static void rule(Map<String, Object> settings, int index, String name, String memory, int compute, String... more) {
        SliceScenesTest.rule(settings, index, name, name.toUpperCase(Locale.ROOT), memory, compute);
        for (int i = 0; i < more.length; i += 2) {
            settings.put("tomogrid.manager.rules[" + index + "]." + more[i], more[i + 1]);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        scene.close();
    }

    @BeforeEach
    void everythingIsIdle() throws Exception {
        scene.driver.script(
                task -> ending.contains(task.study().studyUid()) ? scene.driver.success(task) : DriverDouble.BUSY);
        Scene.until("all leases have ended", () -> {
            scene.driver.releaseIdle();
            return Scene.objects(scene.get("/api/slices"), "leases").isEmpty();
        });
    }

    @AfterEach
    void everyStudyEndsRightOnce() throws Exception {
        scene.driver.script(scene.driver::success);
        Scene.until("all are done", () -> {
            scene.driver.releaseIdle();
            return scene.count("manager.job where state <> 'DONE' and state <> 'FAILED'") == 0;
        });
        assertThat(scene.count("manager.job where failures > 0")).isZero();
        assertThat(scene.count("manager.attempt where outcome = 'SUCCEEDED'"))
                .isEqualTo(scene.count("manager.job where state = 'DONE'"));
        scene.assertAsAgreed();
    }

    /** JOB-11 */
    @Test
    void a_stat_study_preempts_batch_work_and_the_batch_study_still_ends_right_once() throws Exception {
        String routine = runs(comes("routine"));
        List<String> batch = List.of(runs(comes("batch")), runs(comes("batch")));
        String stat = runs(comes("stat"));
        System.out.println("STAT on a full GPU: " + secondsToRun(stat) + " s from the feed to the driver");

        String stopped =
                batch.stream().filter(study -> is(study, "QUEUED")).findFirst().orElseThrow();
        assertThat(reasons(stopped))
                .contains("made room for STAT job " + job(stat).get("job-id") + "; it begins anew");
        assertThat(slice(stat)).as("the slice is had as it is").isEqualTo(slice(stopped));
        assertThat(job(routine)).containsEntry("state", "RUNNING").containsEntry("attempt", 1);

        ends(stat);
        runs(stopped);
        assertThat(job(stopped)).containsEntry("attempt", 2);
    }

    /** JOB-11 */
    @Test
    void a_stat_study_takes_routine_work_where_there_is_no_other_but_never_stat_work() throws Exception {
        List<String> routine = List.of(runs(comes("routine")), runs(comes("routine")), runs(comes("routine")));
        List<String> stat = List.of(runs(comes("stat")), runs(comes("stat")), runs(comes("stat")));
        assertThat(routine).allMatch(study -> is(study, "QUEUED"));
        String fourth = comes("stat");
        scene.awaitReason(fourth, "it waits until one is free; its turn comes as a STAT job");
        assertThat(stat).allMatch(study -> is(study, "RUNNING"));
        ends(stat.get(1));
        runs(fourth);
        assertThat(routine).allMatch(study -> is(study, "QUEUED"));
    }

    /** JOB-11: their executors are sent away, the GPU is cut anew. */
    @Test
    void a_stat_study_that_needs_a_whole_gpu_has_the_slices_on_it_given_up() throws Exception {
        List<String> batch = List.of(runs(comes("batch")), runs(comes("batch")), runs(comes("batch")));
        String stat = runs(comes("stat-whole"));
        assertThat(slice(stat)).isEqualTo("node1-gpu0-7g-0");
        assertThat(batch).allMatch(study -> is(study, "QUEUED"));
        assertThat(batch)
                .allMatch(study -> reasons(study)
                        .contains("made room for STAT job " + job(stat).get("job-id") + "; it begins anew"));
    }

    /** JOB-28 */
    @Test
    void a_stat_gang_has_all_its_slices_from_batch_work_or_stops_nobody() throws Exception {
        String stat = runs(comes("stat"));
        List<String> batch = List.of(runs(comes("batch")), runs(comes("batch")));
        String pair = runs(comes("stat-pair"));
        assertThat(batch)
                .allMatch(study -> reasons(study)
                        .contains("made room for STAT job " + job(pair).get("job-id") + "; it begins anew"));
        assertThat(scene.count("manager.lease where state = 'LIVE'")).isEqualTo(3);
        assertThat(job(stat)).containsEntry("attempt", 1);
        ends(pair);
        String first = runs(batch.get(0));
        runs(batch.get(1));
        ends(first);
        String second = runs(comes("stat"));
        String whole = comes("stat-pair");
        scene.awaitReason(whole, "no host has 2 slices of 9.00 GiB and 2 compute slices free");
        assertThat(job(batch.get(1))).as("half a gang is of no use").containsEntry("state", "RUNNING");
        ends(second);
        runs(whole);
        assertThat(is(batch.get(1), "QUEUED")).isTrue();
    }

    /** JOB-05, JOB-11: also when the manager dies in between. */
    @Test
    void what_is_stopped_is_cancelled_before_its_slice_is_given_on() throws Exception {
        runs(comes("routine"));
        runs(comes("routine"));
        String batch = runs(comes("batch"));
        scene.driver.refuses(batch);
        String stat = comes("stat");
        scene.await(stat, "LEASED");
        assertThat(is(batch, "QUEUED")).isTrue();
        scene.stop();
        scene.start();
        scene.awaitReason(stat, "this driver does not want to");
        assertThat(scene.driver.submittedStudies()).doesNotContain(stat);
        scene.driver.refuses("");
        runs(stat);
        ends(stat);
        runs(batch);
    }

    /** JOB-12 */
    @Test
    void a_small_site_is_not_starved_by_a_big_one() throws Exception {
        List<String> north = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            north.add(comes("north"));
        }
        Scene.until("north has everything", () -> scene.driver.busy() == 3);
        String south = comes("south");
        scene.awaitReason(south, "by what its site has used of late");
        int before = scene.driver.submittedStudies().size();
        ends(scene.driver.submittedStudies().get(before - 1));
        runs(south);
        assertThat(scene.driver.submittedStudies().get(before)).isEqualTo(south);
        north.forEach(ending::add);
    }

    /** JOB-13 */
    @Test
    void a_site_over_its_quota_waits_while_others_have_what_is_free() throws Exception {
        runs(comes("east"));
        runs(comes("east"));
        String third = comes("east");
        scene.awaitReason(third, "site east has 4 of the 4 memory slices of its quota in use");
        runs(comes("routine"));
        assertThat(is(third, "QUEUED")).isTrue();
    }

    /** JOB-30, JOB-13: a site's quota holds for all that its senders send; who is in no site is one of his own. */
    @Test
    void a_study_is_of_the_site_of_who_sent_it() throws Exception {
        String first = runs(sentBy("WEST_CT", "routine"));
        String second = sentBy("WEST_PET", "routine");
        scene.awaitReason(second, "site west has 2 of the 2 memory slices of its quota in use");
        String other = runs(sentBy("CLINIC", "routine"));
        String ruled = runs(sentBy("WEST_CT", "south"));
        assertThat(List.of(job(first), job(second), job(other), job(ruled)))
                .extracting(job -> job.get("site"))
                .containsExactly("west", "west", "CLINIC", "south");
        ends(first);
        runs(second);
    }

    private static String sentBy(String callingAe, String protocol) {
        String study = Scene.studyUid();
        scene.gateway.completeFrom(callingAe, study, protocol.toUpperCase(Locale.ROOT));
        return study;
    }

    /** JOB-10 */
    @Test
    void the_earliest_deadline_goes_first() throws Exception {
        List<String> first = List.of(runs(comes("routine")), runs(comes("routine")), runs(comes("routine")));
        List<String> waiting = List.of(comes("routine"), comes("due-late"), comes("due-soon"));
        for (String study : waiting) {
            scene.awaitReason(study, "its turn comes");
        }
        int before = scene.driver.submittedStudies().size();
        ends(first.get(0));
        runs(waiting.get(2));
        ends(first.get(1));
        runs(waiting.get(1));
        ends(first.get(2));
        runs(waiting.get(0));
        assertThat(scene.driver.submittedStudies().subList(before, before + 3))
                .containsExactly(waiting.get(2), waiting.get(1), waiting.get(0));
    }

    /** JOB-15 */
    @Test
    void a_gang_of_two_starts_together() throws Exception {
        String small = runs(comes("routine"));
        String pair = comes("pair");
        scene.awaitReason(pair, "no host has 2 slices of 15.00 GiB and 3 compute slices free");
        String behind = comes("routine");
        scene.awaitReason(behind, "it waits until one is free");
        ends(small);
        Scene.until("the pair runs", () -> {
            scene.driver.releaseIdle();
            return is(pair, "RUNNING");
        });
        ReconstructionTask task =
                scene.driver.submitted().get(scene.driver.submitted().size() - 1);
        assertThat(task.leases())
                .extracting(lease -> lease.key().toString())
                .containsExactlyInAnyOrder("node1-gpu0-3g-0", "node1-gpu0-3g-4");
        assertThat(task.leases()).extracting(SliceLease::holder).containsOnly(task.jobId());
        assertThat(scene.count("manager.lease where state = 'LIVE'")).isEqualTo(2);
        assertThat(is(behind, "QUEUED")).isTrue();
    }

    /** JOB-04, JOB-15 */
    @Test
    void a_gang_that_no_host_can_ever_hold_is_refused() throws Exception {
        assertThat(scene.await(comes("trio"), "FAILED"))
                .extracting("reason")
                .asString()
                .startsWith("no host has 3 slices of 15.00 GiB and 3 compute slices; add a GPU");
    }

    /** JOB-15, SLC-07 */
    @Test
    void who_wants_a_whole_gpu_does_not_starve_behind_small_studies() throws Exception {
        List<String> small = List.of(runs(comes("routine")), runs(comes("routine")));
        String whole = comes("whole");
        scene.awaitReason(whole, "it waits until one is free");
        String late = comes("routine");
        scene.awaitReason(late, "it waits until one is free");
        small.forEach(ending::add);
        Scene.until("the whole GPU is had", () -> {
            scene.driver.releaseIdle();
            return is(whole, "RUNNING");
        });
        assertThat(is(late, "QUEUED")).isTrue();
    }

    private static String comes(String protocol) {
        String study = Scene.studyUid();
        scene.gateway.complete(study, 1, protocol.toUpperCase(Locale.ROOT));
        return study;
    }

    private static String runs(String study) throws Exception {
        scene.awaitStage(study, "suv");
        return study;
    }

    private void ends(String study) throws Exception {
        ending.add(study);
        scene.await(study, "DONE");
    }

    private static Map<String, Object> job(String study) {
        try {
            return scene.jobs(study).get(0);
        } catch (Exception e) {
            throw new AssertionError("the manager does not tell of " + study, e);
        }
    }

    private static boolean is(String study, String state) {
        return state.equals(job(study).get("state"));
    }

    private static String slice(String study) {
        return (String) job(study).get("slice");
    }

    private static double secondsToRun(String study) {
        return Scene.objects(job(study), "transitions").stream()
                .filter(t -> t.get("state").equals("RUNNING"))
                .map(t -> Instant.parse((String) t.get("at")))
                .map(at -> Duration.between(Instant.parse((String) job(study).get("created")), at)
                                .toMillis()
                        / 1000.0)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> reasons(String study) {
        return Scene.objects(job(study), "transitions").stream()
                .map(t -> (String) t.get("reason"))
                .toList();
    }
}
