package io.tomogrid.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ARC-01, ARC-03, ING-05: what is appended comes back, by its place and from the segments alone. */
class SegmentLogTest {
    @TempDir
    Path root;

    @Test
    void appended_bytes_come_back_by_their_place_while_the_segment_is_still_open() throws IOException {
        byte[] bytes = "a data set".getBytes(StandardCharsets.US_ASCII);
        try (SegmentLog log = SegmentLog.open(root.toUri(), Acknowledged.small());
                SegmentReader reader = SegmentReader.open(root.toUri())) {
            Acknowledged one = Acknowledged.append(log, "2.25.1", bytes);
            assertThat(one.ref().segment()).isEqualTo("segments/0000000001.seg");
            assertThat(reader.read(one.ref(), one.sha256())).isEqualTo(bytes);
            assertThat(reader.stream(one.ref()).readAllBytes()).isEqualTo(bytes);
            byte[] file = Files.readAllBytes(root.resolve(one.ref().segment()));
            assertThat(Files.getPosixFilePermissions(root.resolve(one.ref().segment())))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------")); // SEC-02: patients are in it
            assertThat(new String(file, (int) one.ref().offset(), bytes.length, StandardCharsets.US_ASCII))
                    .isEqualTo("a data set");
        }
    }

    @Test
    void every_kind_and_row_is_replayed_in_order_from_open_and_sealed_segments() throws IOException {
        List<StoredRecord> written = new ArrayList<>();
        Random random = new Random(1);
        try (SegmentLog log = SegmentLog.open(root.toUri(), new SegmentLogConfig(2000, 0))) {
            for (int i = 0; i < 40; i++) {
                RecordKind kind = RecordKind.values()[i % 4];
                byte[] bytes = Acknowledged.bytes(random, kind == RecordKind.DECISION ? 0 : random.nextInt(700));
                Map<String, String> meta = Map.of("n", "" + i, "name", "Grüße \"\\\u0000\uD83D\uDE00");
                Payload payload = Payload.of(bytes);
                written.add(new StoredRecord(kind, meta, log.append(kind, meta, payload), payload.sha256()));
            }
            assertThat(replayed(log)).isEqualTo(written);
            assertThat(written.get(39).ref().segment()).isGreaterThan("segments/0000000005.seg");
        }
        try (SegmentLog log = SegmentLog.open(root.toUri(), Acknowledged.small())) {
            assertThat(replayed(log)).isEqualTo(written);
            for (int i = 0; i < written.size(); i++) {
                List<StoredRecord> behind = new ArrayList<>();
                log.replay(written.get(i).ref(), behind::add);
                assertThat(behind).isEqualTo(written.subList(i + 1, written.size()));
            }
            assertThat(log.damages()).isEmpty();
        }
    }

    @Test
    void a_rebuild_of_sealed_segments_reads_no_payload() throws IOException {
        List<Acknowledged> all = new ArrayList<>();
        try (SegmentLog log = SegmentLog.open(root.toUri(), Acknowledged.small())) {
            all.add(Acknowledged.append(log, "2.25.1", new byte[5000]));
        }
        Path segment = root.resolve(all.get(0).ref().segment());
        byte[] file = Files.readAllBytes(segment);
        file[(int) all.get(0).ref().offset()] ^= 1;
        Files.write(segment, file);
        try (SegmentLog log = SegmentLog.open(root.toUri(), Acknowledged.small())) {
            assertThat(Acknowledged.replay(log)).containsOnlyKeys(all.get(0).ref());
        }
    }

    @Test
    void a_record_longer_than_a_segment_gets_one_of_its_own() throws IOException {
        List<Acknowledged> all = new ArrayList<>();
        try (SegmentLog log = SegmentLog.open(root.toUri(), new SegmentLogConfig(1000, 0))) {
            for (int length : new int[] {10, 5000, 10}) {
                all.add(Acknowledged.append(log, "2.25." + length, new byte[length]));
            }
        }
        assertThat(all).extracting(one -> one.ref().segment()).doesNotHaveDuplicates();
        assertThat(Acknowledged.missing(root, all)).isZero();
    }

    @Test
    void eight_writers_at_once_lose_nothing_and_share_syncs() throws Exception {
        ConcurrentLinkedQueue<Acknowledged> all = new ConcurrentLinkedQueue<>();
        Storage slow = new DelegatingStorage(root) {
            @Override
            public void sync(org.apache.hadoop.fs.FSDataOutputStream out) throws IOException {
                super.sync(out);
                sleep(2);
            }
        };
        try (SegmentLog log = SegmentLog.open(slow, Acknowledged.small())) {
            inParallel(8, writer -> {
                Random random = new Random(writer);
                for (int i = 0; i < 60; i++) {
                    byte[] bytes = Acknowledged.bytes(random, random.nextInt(3000));
                    all.add(Acknowledged.append(log, "2.25." + writer + "." + i, bytes));
                }
                return null;
            });
            assertThat(log.counts().records()).isEqualTo(480);
            assertThat(log.counts().syncs()).isLessThan(240);
            assertThat(Acknowledged.missing(slow, log, all)).isZero();
        }
        assertThat(Acknowledged.missing(root, all)).isZero();
    }

    @Test
    void a_second_writer_is_refused_and_the_first_goes_on() throws IOException {
        try (SegmentLog log = SegmentLog.open(root.toUri(), Acknowledged.small())) {
            assertThatThrownBy(() -> SegmentLog.open(root.toUri(), Acknowledged.small()))
                    .isInstanceOf(ArchiveInUseException.class)
                    .hasMessageContaining("one writer");
            Acknowledged.append(log, "2.25.1", new byte[10]);
        }
        SegmentLog.open(root.toUri(), Acknowledged.small()).close();
    }

    @Test
    void a_closed_log_takes_nothing() throws IOException {
        SegmentLog log = SegmentLog.open(root.toUri(), Acknowledged.small());
        log.close();
        log.close();
        assertThatThrownBy(() -> Acknowledged.append(log, "2.25.1", new byte[1]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
        assertThat(root.resolve("segments")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3a://bucket/archive", "/var/archive", "relative"})
    void a_root_that_cannot_sync_is_refused_naming_those_that_can(String other) {
        assertThatThrownBy(() -> SegmentLog.open(URI.create(other), Acknowledged.small()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(other)
                .hasMessageContaining("file:///folder or hdfs://");
    }

    @Test
    void a_file_system_that_says_it_cannot_sync_is_refused() throws IOException { // ARC-05
        org.apache.hadoop.fs.LocalFileSystem checksummed = new org.apache.hadoop.fs.LocalFileSystem();
        checksummed.initialize(URI.create("file:///"), new org.apache.hadoop.conf.Configuration(false));
        Storage storage = new DelegatingStorage(root) {
            @Override
            public org.apache.hadoop.fs.FSDataOutputStream create(org.apache.hadoop.fs.Path file, long expected)
                    throws IOException {
                return checksummed.create(file, false);
            }
        };
        assertThatThrownBy(() -> SegmentLog.open(storage, Acknowledged.small()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot sync");
        SegmentLog.open(root.toUri(), Acknowledged.small()).close();
    }

    @Test
    void a_place_outside_of_the_archive_is_no_place() {
        assertThatThrownBy(() -> new SegmentRef("segments/../../etc/passwd", 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SegmentRef("segments/0000000001.seg", -1, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reading_what_is_not_there_names_the_place() throws IOException {
        try (SegmentLog log = SegmentLog.open(root.toUri(), Acknowledged.small());
                SegmentReader reader = SegmentReader.open(root.toUri())) {
            Acknowledged one = Acknowledged.append(log, "2.25.1", new byte[10]);
            for (SegmentRef wrong : List.of(
                    new SegmentRef(one.ref().segment(), one.ref().offset() + 1, 10),
                    new SegmentRef(one.ref().segment(), 1L << 40, 10),
                    new SegmentRef("segments/0000000009.seg", 0, 10))) {
                assertThatThrownBy(() -> reader.read(wrong, one.sha256()))
                        .isInstanceOf(DamagedRecordException.class)
                        .hasMessageContaining(wrong.segment() + " at " + wrong.offset());
            }
            SegmentRef longer = new SegmentRef(one.ref().segment(), one.ref().offset(), 11);
            assertThatThrownBy(() -> reader.stream(longer).readAllBytes()).isInstanceOf(DamagedRecordException.class);
        }
    }

    private static List<StoredRecord> replayed(SegmentLog log) throws IOException {
        List<StoredRecord> found = new ArrayList<>();
        log.replay(found::add);
        return found;
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    interface Work {
        Object run(int worker) throws Exception;
    }

    static void inParallel(int workers, Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        try {
            List<Callable<Object>> tasks = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                int number = worker;
                tasks.add(() -> work.run(number));
            }
            for (Future<Object> done : pool.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
