package io.tomogrid.archive;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream;
import org.apache.hadoop.ipc.RemoteException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of an HDFS cluster; further settings come from {@code core-site.xml} and {@code hdfs-site.xml} on the class path.
 * The name node makes names durable by itself. One writer is kept by the lease on the lock file: a writer that dies
 * loses it after a minute, and one that only stood still finds out when it next begins a segment.
 */
final class HdfsStorage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(HdfsStorage.class);

    /** The name node gives a lease to another writer after 60 s without a sign of life. */
    private static final Duration LOCK_WAIT = Duration.ofSeconds(90);

    /** What the name node answers meanwhile; the second one is no class of the client's. */
    private static final List<String> HELD_BY_ANOTHER =
            List.of(".AlreadyBeingCreatedException", ".RecoveryInProgressException");

    private static final Duration SETTLE_WAIT = Duration.ofMinutes(2);
    private static final int SETTLE_POLLS_PER_ASKING = 50;
    private static final long POLL_MILLIS = 100;
    private static final long MIB = 1L << 20;
    private static final int BUFFER = 1 << 16;

    private final DistributedFileSystem files;
    private final Path root;
    private final Duration lockWait;

    private HdfsStorage(DistributedFileSystem files, Path root, Duration lockWait) {
        this.files = files;
        this.root = root;
        this.lockWait = lockWait;
    }

    static HdfsStorage open(URI root) throws IOException {
        return open(root, LOCK_WAIT);
    }

    static HdfsStorage open(URI root, Duration lockWait) throws IOException {
        Configuration conf = new Configuration();
        // Closing a file waits for the block report; the default first asks again after 400 ms.
        conf.setInt("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", 5);
        FileSystem files = FileSystem.newInstance(root, conf);
        if (files instanceof DistributedFileSystem hdfs) {
            return new HdfsStorage(hdfs, new Path(root), lockWait);
        }
        files.close();
        throw new IOException("archive root " + root + ": fs.hdfs.impl is set to "
                + files.getClass().getName() + "; expected " + DistributedFileSystem.class.getName());
    }

    @Override
    public FileSystem files() {
        return files;
    }

    @Override
    public Path root() {
        return root;
    }

    @Override
    public void makeFolders() throws IOException {
        files.mkdirs(segments());
    }

    /** One block per segment where possible; a block that is full is forced to disk as well. */
    @Override
    public FSDataOutputStream create(Path file, long expectedBytes) throws IOException {
        long blockSize = Math.max(MIB, (expectedBytes / MIB + 2) * MIB);
        return files.create(
                file,
                FsPermission.getFileDefault(),
                EnumSet.of(CreateFlag.CREATE, CreateFlag.SYNC_BLOCK),
                BUFFER,
                files.getDefaultReplication(file),
                blockSize,
                null);
    }

    @Override
    public void sync(FSDataOutputStream out) throws IOException {
        out.hsync();
    }

    @Override
    public void syncFolder(Path folder) {
        // The name node answers only after its journal is synced.
    }

    @Override
    public void settle(Path file) throws IOException {
        long deadline = System.nanoTime() + SETTLE_WAIT.toNanos();
        for (int poll = 0; !files.isFileClosed(file); poll++) {
            if (poll % SETTLE_POLLS_PER_ASKING == 0) {
                files.recoverLease(file);
            } else {
                pause();
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(file + " is still open at the name node " + SETTLE_WAIT.toSeconds()
                        + " s after its lease was recovered; see whether its data nodes are up, then start again");
            }
        }
    }

    @Override
    public WriterLock lock() throws IOException {
        Path file = new Path(root, "writer.lock");
        makeEmpty(file);
        long deadline = System.nanoTime() + lockWait.toNanos();
        while (true) {
            try {
                HdfsLock lock = new HdfsLock((HdfsDataOutputStream) files.append(file));
                writeHolder();
                return lock;
            } catch (RemoteException refused) {
                if (HELD_BY_ANOTHER.stream().noneMatch(refused.getClassName()::endsWith)) {
                    throw refused;
                }
                if (System.nanoTime() > deadline) {
                    throw new ArchiveInUseException(root, holder());
                }
            }
            pause();
        }
    }

    @Override
    public long remaining() throws IOException {
        return files.getStatus(root).getRemaining() / Math.max(1, files.getDefaultReplication(root));
    }

    private void makeEmpty(Path file) throws IOException {
        if (files.exists(file)) {
            return;
        }
        try {
            files.create(file, false).close();
        } catch (FileAlreadyExistsException anotherWriterWasFaster) {
            // Then that one's lease decides.
        }
    }

    /** Who holds the lock, for the message that the next one gets. The lock file itself stays empty. */
    private void writeHolder() throws IOException {
        String self = "process " + ProcessHandle.current().pid() + " on "
                + InetAddress.getLocalHost().getHostName();
        try (FSDataOutputStream out = files.create(holderFile(), true)) {
            out.write(self.getBytes(StandardCharsets.UTF_8));
        }
    }

    private String holder() throws IOException {
        try (FSDataInputStream in = files.open(holderFile())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (FileNotFoundException gone) {
            return "another process";
        }
    }

    private Path holderFile() {
        return new Path(root, "writer.holder");
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a lease");
        }
    }

    private record HdfsLock(HdfsDataOutputStream out) implements WriterLock {
        /** The name node refuses this to all but the holder of the lease; no data node takes part. */
        @Override
        public void check() throws IOException {
            try {
                out.hsync(EnumSet.of(HdfsDataOutputStream.SyncFlag.UPDATE_LENGTH));
            } catch (IOException refused) {
                throw new IOException(
                        "the archive's lock could not be confirmed; start this process again if another one has it now",
                        refused);
            }
        }

        @Override
        public void close() {
            try {
                out.close();
            } catch (IOException lostBefore) {
                LOG.warn("the archive's lock was no longer ours when it was given back: {}", lostBefore.getMessage());
            }
        }
    }
}
