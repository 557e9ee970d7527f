package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QNT-06: which studies of a patient were before. */
class StudyPriorsTest {
    @TempDir
    Path folder;

    @Test
    void a_study_knows_the_earlier_ones_of_its_patient() throws Exception {
        try (TestingDatabase database = TestingDatabase.start();
                TestingGateway gateway = TestingGateway.start(
                        folder, database.fresh(), Map.of("tomogrid.gateway.quiet-period", "10m"))) {
            gateway.store(image(1, "20261101"));
            gateway.store(image(2, "20261102"));
            gateway.store(image(3, "20261103"));
            gateway.store(image(4, "20261108").putEmpty(Tag.PatientID));
            gateway.store(image(5, "20261109").putEmpty(Tag.PatientID));
            gateway.store(image(6, "20261110").put(Tag.PatientBirthDate, "19010101"));
            gateway.store(image(7, "20261111").put(Tag.IssuerOfPatientID, "Elsewhere"));
            gateway.store(image(8, "20261112").remove(Tag.StudyDate));
            assertThat(gateway.get("/api/studies/1.7.3/priors").body())
                    .containsOnlyKeys("studies")
                    .containsEntry("studies", List.of("1.7.2", "1.7.1"));
            assertThat(gateway.get("/api/studies/1.7.3/priors?limit=1").list("studies"))
                    .hasSize(1);
            for (int first : new int[] {1, 5, 6, 7, 8}) {
                assertThat(gateway.get("/api/studies/1.7." + first + "/priors").body())
                        .as("study " + first)
                        .containsEntry("studies", List.of());
            }
            assertThat(gateway.get("/api/studies/1.7.404/priors").status()).isEqualTo(404);
            assertThat(gateway.get("/api/studies/1.7.3/priors?limit=0").status())
                    .isEqualTo(400);
        }
    }

    private static Dataset image(int study, String date) {
        String uid = "1.7." + study;
        return TestImages.ct(uid, uid + ".1", uid + ".1.1").put(Tag.StudyDate, date);
    }
}
