package io.tomogrid.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ARC-02: one sync for all who wait, and nobody is answered before it or after it failed. */
@Timeout(60)
class GroupCommitTest {
    @TempDir
    Path root;

    private GatedStorage storage;
    private final List<Thread> threads = new ArrayList<>();

    @BeforeEach
    void aStorageThatWaitsForUs() throws IOException {
        storage = new GatedStorage(root);
    }

    @Test
    void those_that_come_during_a_sync_share_the_next_one() throws Exception {
        try (SegmentLog log = SegmentLog.open(storage, Acknowledged.small())) {
            storage.close(true);
            CompletableFuture<Acknowledged> leader = appendInThread(log, 0);
            storage.awaitSyncBegun();
            List<CompletableFuture<Acknowledged>> followers = new ArrayList<>();
            for (int i = 1; i <= 7; i++) {
                followers.add(appendInThread(log, i));
            }
            awaitWaiting();
            assertThat(leader).isNotDone();
            assertThat(followers).allSatisfy(one -> assertThat(one).isNotDone());

            storage.gate.release();
            leader.get();
            storage.awaitSyncBegun();
            assertThat(followers).allSatisfy(one -> assertThat(one).isNotDone());
            storage.gate.release();
            for (CompletableFuture<Acknowledged> follower : followers) {
                follower.get();
            }
            assertThat(log.counts()).isEqualTo(new SegmentLog.Counts(8, 2));
            storage.close(false);
        }
    }

    @Test
    void after_a_failed_sync_all_who_wait_fail_and_the_next_one_begins_a_new_segment() throws Exception {
        try (SegmentLog log = SegmentLog.open(storage, Acknowledged.small())) {
            Acknowledged before = Acknowledged.append(log, "2.25.100", new byte[100]);
            storage.close(true);
            List<CompletableFuture<Acknowledged>> waiting = new ArrayList<>();
            waiting.add(appendInThread(log, 0));
            storage.awaitSyncBegun();
            for (int i = 1; i <= 3; i++) {
                waiting.add(appendInThread(log, i));
            }
            awaitWaiting();
            storage.failing = true;
            storage.close(false);
            for (CompletableFuture<Acknowledged> one : waiting) {
                assertThatThrownBy(one::get).hasRootCauseMessage("the disk is gone");
            }
            storage.failing = false;
            Acknowledged after = Acknowledged.append(log, "2.25.101", new byte[100]);
            assertThat(after.ref().segment()).isGreaterThan(before.ref().segment());
            assertThat(Acknowledged.missing(storage, log, List.of(before, after)))
                    .isZero();
        }
    }

    @Test
    void a_payload_that_ends_early_is_not_acknowledged_and_disturbs_nobody() throws IOException {
        try (SegmentLog log = SegmentLog.open(storage, Acknowledged.small())) {
            Acknowledged before = Acknowledged.append(log, "2.25.1", new byte[100]);
            Payload gone = Payload.inFile(root.resolve("gone.spool"), 100, before.sha256());
            assertThatThrownBy(() -> log.append(RecordKind.INSTANCE, before.meta(), gone))
                    .isInstanceOf(IOException.class);
            Acknowledged after = Acknowledged.append(log, "2.25.2", new byte[100]);
            assertThat(Acknowledged.replay(log)).containsOnlyKeys(before.ref(), after.ref());
        }
    }

    private CompletableFuture<Acknowledged> appendInThread(SegmentLog log, int number) {
        CompletableFuture<Acknowledged> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(Acknowledged.append(log, "2.25." + number, new byte[100]));
            } catch (IOException | RuntimeException failed) {
                result.completeExceptionally(failed);
            }
        });
        threads.add(thread);
        thread.start();
        return result;
    }

    /** Until everybody has written and waits for a sync. */
    private void awaitWaiting() throws InterruptedException {
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
        }
    }

    private static final class GatedStorage extends DelegatingStorage {
        private final Semaphore gate = new Semaphore(Integer.MAX_VALUE / 2);
        private final Semaphore begun = new Semaphore(0);
        private volatile boolean failing;

        GatedStorage(Path root) throws IOException {
            super(root);
        }

        void close(boolean gateClosed) {
            gate.drainPermits();
            begun.drainPermits();
            if (!gateClosed) {
                gate.release(Integer.MAX_VALUE / 2);
            }
        }

        void awaitSyncBegun() throws InterruptedException {
            assertThat(begun.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void sync(FSDataOutputStream out) throws IOException {
            begun.release();
            gate.acquireUninterruptibly();
            if (failing) {
                throw new IOException("the disk is gone");
            }
            super.sync(out);
        }
    }
}
