package io.tomogrid.node.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uids;
import io.tomogrid.dicom.synthetic.SyntheticStudy;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.command.ReprocessCommand;
import io.tomogrid.node.send.Outgoing;
import io.tomogrid.node.send.StudyFiles;
import io.tomogrid.node.send.StudySender;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A whole node with real Spark processes: good studies, bad ones, and processes that are killed in the middle. */
@org.junit.jupiter.api.Tag("cluster")
class RoadTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @RegisterExtension
    static final SharedNode shared = new SharedNode();

    /** REC-08 */
    @Test
    void raw_data_comes_back_as_a_pet_series_with_its_contrast() throws IOException {
        DemoRun.Outcome outcome = shared.run(DemoSource.raw(1));
        assertThat(outcome.job().get("protocol")).isEqualTo("pet-osem");
        assertThat(outcome.results()).hasSize(31).allMatch(DemoRun.Result::delivered);
        assertThat(outcome.recovered()).hasSize(6).allMatch(RecoveredSphere::holds);
        assertThat(outcome.good()).isTrue();
    }

    /** REC-31 */
    @Test
    void coincidences_come_back_as_a_pet_series_with_its_contrast() throws IOException {
        DemoRun.Outcome outcome = shared.run(DemoSource.petsird(1));
        assertThat(outcome.job().get("protocol")).isEqualTo("pet-osem");
        assertThat(outcome.results()).hasSize(15).allMatch(DemoRun.Result::delivered);
        assertThat(outcome.recovered()).hasSize(6);
        assertThat(outcome.good()).isTrue();
    }

    /** CLI-01, PRC-06, DEL-01. */
    @Test
    void a_synthetic_study_comes_out_as_it_was_made() throws IOException {
        DemoRun.Outcome outcome = shared.synthetic();
        assertThat(outcome.results()).extracting(DemoRun.Result::kind).containsAll(DemoRun.KINDS);
        assertThat(outcome.results()).allMatch(DemoRun.Result::delivered);
        assertThat(outcome.expected()).hasSize(8).allMatch(Expectation::holds);
        assertThat(outcome.good()).isTrue();
        assertThat(outcome.job().get("simulated")).isEqualTo(true);
    }

    /** BAT-04, BAT-05: by the command; the first results stay as they were. */
    @Test
    void a_study_is_reprocessed_beside_its_first_results() throws IOException {
        DemoRun.Outcome outcome = shared.run(DemoSource.synthetic(3));
        Object first = outcome.job().get("job-id");
        Object study = outcome.job().get("study-uid");
        Map<String, Object> before = shared.gateway().get("/api/results/" + first);
        StringWriter report = new StringWriter();
        CommandLine command = new CommandLine(new ReprocessCommand());
        command.setOut(new PrintWriter(report));
        int exit = command.execute(
                "--home",
                shared.home().toString(),
                "--query",
                "StudyInstanceUID=" + study,
                "--protocol",
                "petct-standard",
                "--json");
        assertThat(exit).as(report.toString()).isZero();
        assertThat(JSON.std.mapFrom(report.toString()))
                .containsEntry("state", "DONE")
                .containsEntry("studies", 1)
                .containsEntry("done", 1);
        Map<?, ?> again = (Map<?, ?>)
                ((List<?>) shared.manager().get("/api/jobs?study=" + study).get("jobs")).get(0);
        assertThat(again.get("job-id")).isNotEqualTo(first);
        assertThat(((Map<?, ?>) again.get("findings")).get("lesions"))
                .isEqualTo(((Map<?, ?>) outcome.job().get("findings")).get("lesions"));
        List<Object> old = uids(before);
        List<Object> now = uids(shared.gateway().get("/api/results/" + again.get("job-id")));
        assertThat(now)
                .hasSameSizeAs(old)
                .doesNotContainAnyElementsOf(old)
                .allMatch(uid -> shared.pacs().holds((String) uid));
        assertThat(shared.gateway().get("/api/results/" + first)).isEqualTo(before);
    }

    private static List<Object> uids(Map<String, Object> results) {
        return ((List<?>) results.get("objects"))
                .stream()
                        .map(o -> (Object) ((Map<?, ?>) o).get("sop-instance-uid"))
                        .toList();
    }

    /** JOB-02: whichever process dies in the middle of a job, the study ends right, once. */
    @ParameterizedTest
    @ValueSource(strings = {"io.tomogrid.sparkjob.DriverMain", "deploy.worker.Worker", "CoarseGrainedExecutorBackend"})
    void a_killed_process_does_not_cost_a_study(String process) throws IOException {
        SyntheticStudy study = SyntheticStudy.of(process.hashCode());
        send(study, d -> true, d -> {});
        AtomicBoolean killed = new AtomicBoolean();
        Thread killer = new Thread(() -> {
            while (!killed.get() && !Thread.currentThread().isInterrupted()) {
                killed.set(state(study).equals("RUNNING") && kill(process));
            }
        });
        killer.start();
        Map<?, ?> job = settled(study);
        killer.interrupt();
        assertThat(killed).as("%s was killed while the job ran", process).isTrue();
        assertThat(job.get("state")).as("%s", job.get("reason")).isEqualTo("DONE");
        assertThat(jobs(study)).hasSize(1);
        List<?> objects = (List<?>)
                shared.gateway().get("/api/results/" + job.get("job-id")).get("objects");
        assertThat(objects)
                .hasSizeGreaterThan(200)
                .allMatch(o -> shared.pacs().holds((String) ((Map<?, ?>) o).get("sop-instance-uid")));
    }

    /** JOB-03, PRC-03. */
    @Test
    void a_pet_without_weight_is_refused_by_that_name() throws IOException {
        SyntheticStudy study = SyntheticStudy.of(11);
        send(study, d -> true, d -> d.remove(Tag.PatientWeight));
        assertFailed(study, "Weight");
    }

    /** PRC-02. */
    @Test
    void a_missing_slice_is_named() throws IOException {
        SyntheticStudy study = SyntheticStudy.of(12);
        send(study, d -> !(isPet(d) && d.intValue(Tag.InstanceNumber).orElse(0) == 80), d -> {});
        assertFailed(study, "missing");
    }

    @Test
    void pet_and_ct_of_different_frames_of_reference_are_not_mixed() throws IOException {
        SyntheticStudy study = SyntheticStudy.of(13);
        String other = Uids.derived("another frame of reference");
        send(study, d -> true, d -> {
            if (!isPet(d)) {
                d.put(Tag.FrameOfReferenceUID, other);
            }
        });
        assertFailed(study, "different frames of reference");
    }

    private static void assertFailed(SyntheticStudy study, String reason) throws IOException {
        Map<?, ?> job = settled(study);
        assertThat(job.get("state")).isEqualTo("FAILED");
        assertThat((String) job.get("reason")).containsIgnoringCase(reason);
        assertThat(job.get("remedy")).isEqualTo("FIX_INPUT");
        assertThat(job.get("attempt")).as("the same input would fail again").isEqualTo(1);
    }

    private static boolean isPet(Dataset dataset) {
        return dataset.string(Tag.Modality).orElse("").equals("PT");
    }

    private static void send(SyntheticStudy study, Predicate<Dataset> which, Consumer<Dataset> change)
            throws IOException {
        List<Outgoing> instances = new ArrayList<>();
        for (Dataset dataset : study) {
            if (which.test(dataset)) {
                change.accept(dataset);
                instances.add(StudyFiles.of(dataset));
            }
        }
        NodeHome.Running running = shared.node();
        StudySender.Report report = new StudySender(
                        "127.0.0.1", running.dicomPort(), DemoRun.CALLING_AE, running.aeTitle(), 2)
                .send(instances.iterator(), StudySender.syntaxes(instances), n -> {});
        assertThat(report.refused()).isEmpty();
    }

    private static Map<?, ?> settled(SyntheticStudy study) throws IOException {
        return new JobWatch(shared.manager(), study.studyInstanceUid()).settled(PATIENCE, state -> {});
    }

    private static List<?> jobs(SyntheticStudy study) throws IOException {
        return (List<?>) shared.manager()
                .get("/api/jobs?study=" + study.studyInstanceUid())
                .get("jobs");
    }

    private static String state(SyntheticStudy study) {
        try {
            List<?> jobs = jobs(study);
            return jobs.isEmpty() ? "" : (String) ((Map<?, ?>) jobs.get(0)).get("state");
        } catch (IOException notNow) {
            return "";
        }
    }

    /** Kills the processes below this one whose command line names the class. */
    private static boolean kill(String name) {
        List<ProcessHandle> found = ProcessHandle.current()
                .descendants()
                .filter(p -> p.info().commandLine().orElse("").contains(name)
                        || String.join(" ", p.info().arguments().orElse(new String[0]))
                                .contains(name))
                .toList();
        found.forEach(ProcessHandle::destroyForcibly);
        return !found.isEmpty();
    }
}
