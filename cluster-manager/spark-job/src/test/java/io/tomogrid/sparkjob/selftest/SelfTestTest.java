package io.tomogrid.sparkjob.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import io.tomogrid.sparkjob.Protocols;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HEAL-01 */
class SelfTestTest {
    private static final String SLICE = "node1-gpu0-1g-0";

    @TempDir
    Path folder;

    @Test
    void it_leaves_one_image_and_is_known_by_its_name() throws Exception {
        TaskOutcome outcome = Protocols.named("selftest").run(task(1, "hold-0ms"), stage -> {});
        assertThat(outcome).isInstanceOf(TaskOutcome.Succeeded.class);
        ResultObject object =
                ((TaskOutcome.Succeeded) outcome).manifest().objects().get(0);
        Dataset image =
                Part10.read(folder.resolve("staging").resolve(object.file())).dataset();
        assertThat(image.string(Tag.StudyInstanceUID)).contains("1.2.3");
        assertThat(image.bytes(Tag.PixelData).orElseThrow()).hasSize(256);
    }

    @Test
    void a_model_that_is_no_time_is_named() {
        assertThat(Protocols.named("selftest").run(task(1, "suv-threshold"), stage -> {}))
                .isInstanceOfSatisfying(
                        TaskOutcome.Failed.class,
                        failed -> assertThat(failed.reason()).contains("hold-2000ms", "suv-threshold"));
    }

    @Test
    void a_living_process_that_noted_the_gpu_before_is_seen_and_a_dead_one_is_not() throws Exception {
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            String name = OwnerNotes.process(other.pid()).orElseThrow();
            Path notes = folder.resolve("node1-gpu0.owners");
            Files.writeString(notes, "begin " + Instant.now() + " 8 1 " + name + " node1-gpu0-7g-0\n");
            SelfTest protocol = new SelfTest(OwnerNotes.in(folder));
            protocol.run(task(1, "hold-0ms"), stage -> {});
            other.destroyForcibly().waitFor();
            protocol.run(task(2, "hold-0ms"), stage -> {});
            List<String> begins = Files.readAllLines(notes).stream()
                    .filter(line -> line.startsWith("begin"))
                    .toList();
            assertThat(begins.get(1)).endsWith(" " + name + "=node1-gpu0-7g-0");
            assertThat(begins.get(2)).endsWith(" " + SLICE);
            assertThat(OwnerNotes.process(other.pid())).isEmpty();
        } finally {
            other.destroyForcibly();
        }
    }

    private ReconstructionTask task(int attempt, String model) {
        return new ReconstructionTask(
                "7",
                attempt,
                "selftest",
                "",
                new StudyComplete(1, "1.2.3", 1, StudyComplete.Completeness.QUIET_PERIOD, List.of()),
                new SliceLease(SliceKey.parse(SLICE), 9, "7", Instant.now(), Instant.now(), "", true),
                "file:///archive",
                folder.resolve("staging").toUri().toString(),
                "http://127.0.0.1:1",
                model,
                List.of());
    }
}
