package io.tomogrid.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ARC-04: what is no whole record is found, reported and never taken for one. */
class TornSegmentTest {
    private static final String SEGMENT = "segments/0000000001.seg";

    @TempDir
    Path folder;

    /** A segment as a writer leaves it that dies after its last sync: three records, no seal. */
    private record Unsealed(byte[] bytes, List<Acknowledged> records) {
        static Unsealed of(Path root, byte[]... payloads) throws IOException {
            List<Acknowledged> records = new ArrayList<>();
            byte[] bytes;
            try (SegmentLog log = SegmentLog.open(root.toUri(), Acknowledged.small())) {
                for (byte[] payload : payloads) {
                    records.add(Acknowledged.append(log, "2.25." + records.size(), payload));
                }
                bytes = Files.readAllBytes(root.resolve(SEGMENT));
            }
            return new Unsealed(bytes, records);
        }

        int end(int record) {
            SegmentRef ref = records.get(record).ref();
            return (int) (ref.offset() + ref.length());
        }

        List<SegmentRef> refs() {
            return records.stream().map(Acknowledged::ref).toList();
        }
    }

    private record Found(Set<SegmentRef> records, List<Damage> damages) {}

    private int archives;

    private Found open(byte[] segment) throws IOException {
        Path root = folder.resolve("archive-" + archives++);
        Files.createDirectories(root.resolve("segments"));
        Files.write(root.resolve(SEGMENT), segment);
        Found first = open(root);
        assertThat(open(root).records).isEqualTo(first.records); // now from the seal beside it
        return first;
    }

    private static Found open(Path root) throws IOException {
        Storage unsynced = new DelegatingStorage(root) {
            @Override
            public void sync(FSDataOutputStream out) throws IOException {
                out.flush(); // no power fails here, and a thousand archives are opened
            }

            @Override
            public void syncFolder(org.apache.hadoop.fs.Path synced) {
                // The same.
            }
        };
        try (SegmentLog log = SegmentLog.open(unsynced, Acknowledged.small())) {
            return new Found(Acknowledged.replay(log).keySet(), log.damages());
        }
    }

    @Test
    void a_record_cut_off_at_any_byte_is_reported_and_those_before_it_are_whole() throws IOException {
        Unsealed whole =
                Unsealed.of(folder.resolve("whole"), new byte[40], "the last".getBytes(StandardCharsets.US_ASCII));
        for (int length = whole.end(0); length <= whole.end(1); length++) {
            Found found = open(Arrays.copyOf(whole.bytes, length));
            boolean uncut = length == whole.end(1);
            assertThat(found.records)
                    .hasSize(uncut ? 2 : 1)
                    .contains(whole.refs().get(0));
            if (uncut || length == whole.end(0)) {
                assertThat(found.damages).isEmpty();
            } else {
                assertThat(found.damages)
                        .containsExactly(new Damage(
                                SEGMENT, whole.end(0), length - whole.end(0), "cut off or damaged at the end"));
            }
        }
    }

    @Test
    void a_segment_cut_off_in_its_own_header_has_no_records() throws IOException {
        byte[] bytes = Unsealed.of(folder.resolve("whole"), new byte[40]).bytes;
        for (int length = 0; length < SegmentFormat.FILE_HEADER; length++) {
            Found found = open(Arrays.copyOf(bytes, length));
            assertThat(found.records).isEmpty();
            assertThat(found.damages).hasSize(length == 0 ? 0 : 1);
        }
    }

    @Test
    void any_changed_byte_costs_at_most_the_record_that_it_is_in() throws IOException {
        Unsealed whole = Unsealed.of(folder.resolve("whole"), new byte[30], new byte[30], new byte[30]);
        for (int at = SegmentFormat.FILE_HEADER; at < whole.bytes.length; at++) {
            byte[] changed = whole.bytes.clone();
            changed[at] ^= 0x40;
            int hit = at < whole.end(0) ? 0 : at < whole.end(1) ? 1 : 2;
            List<SegmentRef> others = new ArrayList<>(whole.refs());
            others.remove(hit);
            Found found = open(changed);
            assertThat(found.records).as("byte %d", at).containsExactlyInAnyOrderElementsOf(others);
            assertThat(found.damages).hasSize(1);
        }
    }

    @Test
    void a_tail_of_zeros_or_of_old_blocks_is_no_record() throws IOException {
        Unsealed whole = Unsealed.of(folder.resolve("whole"), new byte[300], new byte[300]);
        byte[] zeros = whole.bytes.clone();
        Arrays.fill(zeros, whole.end(1) - 100, whole.end(1), (byte) 7);
        assertThat(open(zeros).records).containsExactly(whole.refs().get(0));
        assertThat(open(Arrays.copyOf(whole.bytes, whole.bytes.length + 4096)).records)
                .containsExactlyInAnyOrderElementsOf(whole.refs());
    }

    @Test
    void bytes_inside_a_data_set_that_look_like_a_record_or_a_seal_are_none() throws IOException {
        Unsealed first = Unsealed.of(folder.resolve("first"), new byte[100], new byte[200]);
        byte[] record = Arrays.copyOfRange(first.bytes, first.end(0), first.end(1));
        byte[] sealed = Files.readAllBytes(folder.resolve("first").resolve(SEGMENT));
        byte[] seal = Arrays.copyOfRange(sealed, first.end(1), sealed.length);

        Unsealed hostile = Unsealed.of(folder.resolve("hostile"), new byte[10], record, seal, new byte[10]);
        byte[] headGone = hostile.bytes.clone();
        headGone[hostile.end(0) + 5] ^= 1;
        assertThat(open(headGone).records)
                .containsExactlyInAnyOrder(
                        hostile.refs().get(0),
                        hostile.refs().get(2),
                        hostile.refs().get(3));
        assertThat(open(Arrays.copyOf(hostile.bytes, hostile.end(2))).records)
                .containsExactlyInAnyOrderElementsOf(hostile.refs().subList(0, 3));
    }

    @Test
    void a_damaged_seal_is_replaced_by_reading_the_segment() throws IOException {
        Path root = folder.resolve("whole");
        Unsealed whole = Unsealed.of(root, new byte[100], new byte[100]);
        byte[] sealed = Files.readAllBytes(root.resolve(SEGMENT));
        for (int at = whole.end(1); at < sealed.length; at++) {
            byte[] changed = sealed.clone();
            changed[at] ^= 1;
            assertThat(open(changed).records).as("byte %d", at).containsExactlyInAnyOrderElementsOf(whole.refs());
        }
    }

    @Test
    void random_damage_never_yields_a_record_that_was_not_written_nor_an_unchecked_exception() throws IOException {
        long seed = 20261124;
        Random random = new Random(seed);
        Path root = folder.resolve("whole");
        Unsealed whole = Unsealed.of(root, new byte[50], Acknowledged.bytes(random, 3000), new byte[0], new byte[900]);
        byte[] sealed = Files.readAllBytes(root.resolve(SEGMENT));
        for (int round = 0; round < 400; round++) {
            byte[] bytes = (random.nextBoolean() ? sealed : whole.bytes).clone();
            for (int hits = 1 + random.nextInt(4); hits > 0; hits--) {
                int at = random.nextInt(bytes.length);
                int length = random.nextInt(Math.min(200, bytes.length - at) + 1);
                System.arraycopy(Acknowledged.bytes(random, length), 0, bytes, at, length);
            }
            Found found = open(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            assertThat(whole.refs()).as("seed %d round %d", seed, round).containsAll(found.records);
        }
    }

    @Test
    void a_payload_that_changed_on_disk_is_an_error_that_names_its_place() throws IOException {
        Path root = folder.resolve("whole");
        Acknowledged one = Unsealed.of(root, new byte[100]).records.get(0);
        byte[] bytes = Files.readAllBytes(root.resolve(SEGMENT));
        bytes[(int) one.ref().offset() + 99] ^= 1;
        Files.write(root.resolve(SEGMENT), bytes);
        try (SegmentReader reader = SegmentReader.open(root.toUri())) {
            assertThatThrownBy(() -> reader.read(one.ref(), one.sha256()))
                    .isInstanceOf(DamagedRecordException.class)
                    .hasMessageContaining(SEGMENT + " at " + one.ref().offset())
                    .hasMessageContaining(one.sha256());
        }
    }
}
