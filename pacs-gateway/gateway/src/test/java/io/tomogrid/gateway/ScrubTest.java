package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.archive.SegmentRef;
import io.tomogrid.gateway.index.ArchiveIndex;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive is read through in the background. */
class ScrubTest {
    @TempDir
    Path folder;

    /** ARC-07. */
    @Test
    void an_instance_whose_bytes_changed_is_told_until_they_are_restored() throws Exception {
        try (TestingDatabase database = TestingDatabase.start();
                TestingGateway gateway =
                        TestingGateway.start(folder, database.fresh(), Map.of("tomogrid.gateway.scrub.rate", "0B"))) {
            assertThat(gateway.get("/api/scrub").body()).doesNotContainKey("began");
            for (String uid : new String[] {"1.8.5.1.1", "1.8.5.1.2", "1.8.5.2.1"}) {
                gateway.store(TestImages.ct("1.8.5", uid.substring(0, 7), uid));
            }
            assertThat(readThrough(gateway, 3).list("damaged")).isEmpty();

            flip(gateway, "1.8.5.1.2");
            assertThat(readThrough(gateway, 3).list("damaged"))
                    .singleElement()
                    .satisfies(damage -> assertThat(damage)
                            .containsEntry("sop-instance-uid", "1.8.5.1.2")
                            .hasEntrySatisfying(
                                    "reason",
                                    reason -> assertThat(reason.toString()).contains("SHA-256")));

            flip(gateway, "1.8.5.1.2");
            assertThat(readThrough(gateway, 3).list("damaged")).isEmpty();
        }
    }

    private static TestingGateway.Answer readThrough(TestingGateway gateway, int instances) throws Exception {
        Object before = gateway.get("/api/scrub").body().get("began");
        assertThat(gateway.post("/api/scrub").status()).isEqualTo(202);
        var end = gateway.await(
                "/api/scrub",
                a -> a.body().get("ended") != null && !a.body().get("began").equals(before));
        assertThat(end.body()).containsEntry("instances", instances);
        return end;
    }

    private void flip(TestingGateway gateway, String uid) throws Exception {
        SegmentRef ref =
                gateway.bean(ArchiveIndex.class).find(uid).orElseThrow().ref();
        Path segment = folder.resolve("archive").resolve(ref.segment());
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(ref.offset() + ref.length() / 2);
            int old = file.read();
            file.seek(ref.offset() + ref.length() / 2);
            file.write(old ^ 1);
        }
    }
}
