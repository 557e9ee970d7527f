package io.tomogrid.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ING-05, ING-09: a data set is collected as it comes, or not at all. */
class SpoolTest {
    private static final int MEMORY = 200_000;
    private static final int MAX = 500_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, 65_537, MEMORY - 1, MEMORY, MEMORY + 1, MAX})
    void any_length_comes_back_with_its_digest_and_leaves_no_file(int length) throws IOException {
        byte[] bytes = Acknowledged.bytes(new Random(length), length);
        Spool spool = Spool.open(folder, MEMORY, MAX);
        try (Payload payload = spool.receive(new InDribs(bytes))) {
            assertThat(payload.length()).isEqualTo(length);
            assertThat(payload.sha256()).isEqualTo(Payload.of(bytes).sha256());
            assertThat(payload.open().readAllBytes()).isEqualTo(bytes);
            assertThat(payload.open().readNBytes(10)).hasSize(Math.min(10, length));
            if (length < MEMORY) {
                assertThat(folder).isEmptyDirectory();
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, MEMORY, MAX})
    void more_than_the_limit_is_refused_and_leaves_nothing(int limit) throws IOException {
        Spool spool = Spool.open(folder, MEMORY, limit);
        assertThatThrownBy(() -> spool.receive(new ByteArrayInputStream(new byte[limit + 1])))
                .isInstanceOf(PayloadTooLargeException.class)
                .hasMessageContaining("limit of " + limit);
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, MEMORY + 10})
    void a_sender_that_goes_away_leaves_nothing(int before) throws IOException {
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(new byte[before]), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        });
        Spool spool = Spool.open(folder, MEMORY, MAX);
        assertThatThrownBy(() -> spool.receive(broken)).hasMessage("connection reset");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void what_a_killed_process_left_is_deleted_and_nothing_else() throws IOException {
        Files.write(folder.resolve("incoming-123.spool"), new byte[10]);
        Files.write(folder.resolve("somebody-elses.txt"), new byte[10]);
        Spool.open(folder, MEMORY, MAX);
        assertThat(folder).isDirectoryNotContaining("glob:**.spool").isDirectoryContaining("glob:**.txt");
    }

    /** Gives a few bytes at a time, as a socket does. */
    private static final class InDribs extends ByteArrayInputStream {
        private final Random random = new Random(3);

        InDribs(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] bytes, int from, int length) {
            return super.read(bytes, from, Math.min(length, 1 + random.nextInt(9000)));
        }
    }
}
