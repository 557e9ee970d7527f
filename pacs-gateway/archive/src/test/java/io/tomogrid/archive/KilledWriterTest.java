package io.tomogrid.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ING-02, ARC-04: {@code kill -9} at any moment loses nothing that was acknowledged. */
@Timeout(120)
class KilledWriterTest {
    @TempDir
    Path folder;

    @Test
    void a_writer_killed_again_and_again_leaves_all_that_it_acknowledged() throws Exception {
        Path root = folder.resolve("archive");
        List<Acknowledged> all = new ArrayList<>();
        for (int round = 1; round <= 3; round++) {
            Path errors = folder.resolve("errors-" + round);
            int before = all.size();
            AppendingProcess.runAndKill(root.toUri(), round, before + 150 * round, errors, all);
            assertThat(all).as(Files.readString(errors)).hasSizeGreaterThanOrEqualTo(before + 150 * round);
            assertThat(Acknowledged.missing(root, all)).isZero();
        }
    }
}
