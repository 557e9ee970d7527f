package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Uid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GPU-01, PRC-07: the protocol on a device, or on the driver's stand-in where there is none. */
class PetCtOnCudaTest {
    @TempDir
    Path temp;

    @Test
    void the_results_are_those_of_the_processors_but_for_who_made_them() throws IOException {
        TestCuda.need(temp.resolve("stand-in"));
        try (TestModelService service = new TestModelService();
                TestArchive archive = new TestArchive(temp.resolve("archive"))) {
            List<Dataset> images = new ArrayList<>(TestStudy.pet());
            images.addAll(TestStudy.ct());
            for (Dataset image : images) {
                archive.add(image, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            var cpu = (TaskOutcome.Succeeded)
                    TestTask.run(archive, temp.resolve("cpu"), service.url(), 2, new ArrayList<>());
            var cuda = (TaskOutcome.Succeeded) TestTask.runOnDevice(archive, temp.resolve("cuda"), service.url());
            assertThat(cpu.findings().backend()).isEqualTo("cpu");
            assertThat(cuda.findings().backend()).isEqualTo("cuda");
            assertThat(cuda.findings().lesions()).isEqualTo(cpu.findings().lesions());
            assertThat(cuda.findings().quantification())
                    .isEqualTo(cpu.findings().quantification());
            assertThat(TestTask.contents(temp.resolve("cuda"), cuda))
                    .hasSize(38)
                    .isEqualTo(TestTask.contents(temp.resolve("cpu"), cpu));
            assertThat(cuda.findings().notes()).noneMatch(note -> note.contains("without the slice's GPU"));
        }
    }
}
