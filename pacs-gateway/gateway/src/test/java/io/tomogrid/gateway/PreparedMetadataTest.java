package io.tomogrid.gateway;

import static io.tomogrid.gateway.DicomwebStudies.ROOT;
import static io.tomogrid.gateway.DicomwebStudies.SERIES;
import static io.tomogrid.gateway.DicomwebStudies.STUDY;
import static io.tomogrid.gateway.DicomwebStudies.image;
import static io.tomogrid.gateway.DicomwebStudies.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.gateway.WebClient.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** The metadata of series that lie ready beside the index. */
class PreparedMetadataTest {
    private static final String METADATA = ROOT + "/studies/" + STUDY + "/series/" + SERIES + "/metadata";

    @TempDir
    Path folder;

    private DicomwebStudies studies;

    /** WEB-09. */
    @Test
    void a_study_that_came_to_rest_has_its_metadata_ready_without_the_archive() throws Exception {
        try (DicomwebStudies started = DicomwebStudies.start(folder, Map.of())) {
            studies = started;
            byte[] read = metadata().bytes();
            complete();
            awaitReady(3);
            Path archive = folder.resolve("archive");
            Path away = folder.resolve("away");
            Files.move(archive, away);
            try {
                assertThat(metadata().bytes())
                        .as("the same bytes as from the archive")
                        .isEqualTo(read);
                assertThat(studies.web()
                                .get(instance(SERIES + ".1") + "/metadata")
                                .status())
                        .as("one instance comes from the archive")
                        .isEqualTo(500);
            } finally {
                Files.move(away, archive);
            }
            assertThat(studies.web()
                            .get(ROOT + "/studies/" + STUDY + "/series/1.2.3/metadata")
                            .status())
                    .isEqualTo(404);
        }
    }

    /** WEB-09: what came since is there, and the copy is made anew with the next revision. */
    @Test
    void a_copy_that_lacks_an_instance_is_not_answered() throws Exception {
        try (DicomwebStudies started = DicomwebStudies.start(folder, Map.of())) {
            studies = started;
            complete();
            awaitReady(3);
            assertThat(studies.gateway().store(image(4)).isSuccess()).isTrue();
            assertThat(uids(metadata().datasets()))
                    .containsExactlyInAnyOrder(SERIES + ".1", SERIES + ".2", SERIES + ".3", SERIES + ".4");
            complete();
            awaitReady(4);
            List<Dataset> ready = metadata().datasets();
            assertThat(uids(ready))
                    .containsExactlyInAnyOrder(SERIES + ".1", SERIES + ".2", SERIES + ".3", SERIES + ".4");
            String pixels = new String(ready.get(0).bytes(Tag.PixelData).orElseThrow(), StandardCharsets.US_ASCII);
            assertThat(pixels).startsWith(studies.gateway().base() + ROOT + "/studies/" + STUDY);
        }
    }

    /** WEB-09: a copy that is missing, as in an index that was built anew, is made when it was asked for. */
    @Test
    void what_is_not_ready_is_made_ready_by_the_first_request() throws Exception {
        try (DicomwebStudies started = DicomwebStudies.start(folder, Map.of())) {
            studies = started;
            assertThat(metadata().datasets()).hasSize(3);
            awaitReady(3);
        }
    }

    private Reply metadata() throws Exception {
        Reply reply = studies.web().get(METADATA, "Accept", "application/dicom+json");
        assertThat(reply.status()).isEqualTo(200);
        return reply;
    }

    private void complete() throws Exception {
        assertThat(studies.gateway().post("/api/studies/" + STUDY + "/complete").status())
                .isEqualTo(200);
    }

    private void awaitReady(int instances) throws InterruptedException {
        Instant deadline = Instant.now().plus(Duration.ofMinutes(1));
        while (ready() != instances && Instant.now().isBefore(deadline)) {
            Thread.sleep(20);
        }
        assertThat(ready()).as("instances in the copy").isEqualTo(instances);
    }

    private int ready() {
        return studies
                .gateway()
                .bean(JdbcTemplate.class)
                .queryForList(
                        "SELECT instances FROM prepared_metadata WHERE study_uid = ? AND series_uid = ?",
                        Integer.class,
                        STUDY,
                        SERIES)
                .stream()
                .findFirst()
                .orElse(0);
    }

    private static List<String> uids(List<Dataset> datasets) {
        return datasets.stream()
                .map(d -> d.string(Tag.SOPInstanceUID).orElseThrow())
                .toList();
    }
}
