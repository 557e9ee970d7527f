package io.tomogrid.sparkjob.petct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.synthetic.Sphere;
import io.tomogrid.dicom.synthetic.SyntheticStudy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PRC-06: the study that {@code demo} sends, whose spheres are known. */
class DemoStudyTest {
    @TempDir
    Path temp;

    @Test
    void every_sphere_comes_out_with_its_volume_and_suv_and_nothing_else() throws Exception {
        SyntheticStudy study = SyntheticStudy.of(20261124);
        try (TestArchive archive = new TestArchive(temp.resolve("archive"));
                TestModelService service = new TestModelService()) {
            for (Dataset image : study) {
                archive.add(image, Uid.ExplicitVRLittleEndian, Uid.ExplicitVRLittleEndian);
            }
            TaskOutcome outcome = TestTask.run(archive, temp.resolve("staging"), service.url(), 2, new ArrayList<>());
            assertThat(outcome).isInstanceOf(TaskOutcome.Succeeded.class);
            Findings findings = ((TaskOutcome.Succeeded) outcome).findings();
            System.out.println("stages of the demo study: " + findings.stages());
            assertThat(findings.suvMax()).isCloseTo(8, within(0.01));
            List<Sphere> expected = study.spheres().stream()
                    .sorted(Comparator.comparingDouble(Sphere::sampledMl).reversed())
                    .toList();
            assertThat(findings.lesions()).hasSameSizeAs(expected);
            for (int n = 0; n < expected.size(); n++) {
                Findings.Lesion found = findings.lesions().get(n);
                assertThat(found.mtvMl()).isCloseTo(expected.get(n).sampledMl(), within(1e-6));
                assertThat(found.suvMean()).isCloseTo(expected.get(n).suv(), within(0.01));
            }
        }
    }
}
