package io.tomogrid.archive;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.QuotaUsage;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.ipc.RemoteException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of an HDFS cluster; further settings come from {@code core-site.xml} and {@code hdfs-site.xml} on the class path.
 * The name node makes names durable by itself. One writer is kept by the lease on the lock file: a writer that dies
 * loses it after a minute, at once if this machine can tell that it is dead, and one that only stood still, or was long
 * without a name node, finds out when it next begins a segment.
 */
final class HdfsStorage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(HdfsStorage.class);

    /** The name node gives a lease to another writer after 60 s without a sign of life. */
    private static final Duration LOCK_WAIT = Duration.ofSeconds(90);

    /** What the name node answers meanwhile; the second one is no class of the client's. */
    private static final List<String> HELD_BY_ANOTHER =
            List.of(".AlreadyBeingCreatedException", ".RecoveryInProgressException");

    /** Used unless a site file says otherwise. */
    private static final Map<String, String> PRESETS = Map.of(
            // Closing a file waits for the block report; the default first asks again after 400 ms.
            "dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "5",
            // A segment goes on with the data nodes that are left; the name node copies the block anew when it is
            // closed.
            "dfs.client.block.write.replace-datanode-on-failure.best-effort", "true",
            // Whoever sends an image is to hear soon that no name node answers; the defaults are 10 s and 15 min.
            "ipc.client.connect.max.retries", "2",
            "ipc.client.connect.max.retries.on.timeouts", "1",
            "ipc.client.connect.timeout", "10000",
            "ipc.client.rpc-timeout.ms", "30000",
            // Only its owner may look into an archive.
            "fs.permissions.umask-mode", "077");

    private static final Duration SETTLE_WAIT = Duration.ofMinutes(2);
    private static final int SETTLE_POLLS_PER_ASKING = 50;
    private static final long POLL_MILLIS = 100;
    private static final long MIB = 1L << 20;
    private static final int BUFFER = 1 << 16;

    private final DistributedFileSystem files;
    private final Path root;
    private final Duration lockWait;
    private final HdfsFaults faults;

    /** Those whose writing has ended, well or not, and of which it is not known that the name node closed them. */
    private final Queue<HdfsOutput> ended = new ConcurrentLinkedQueue<>();

    private HdfsStorage(DistributedFileSystem files, Path root, Duration lockWait) {
        this.files = files;
        this.root = root;
        this.lockWait = lockWait;
        this.faults = new HdfsFaults(root);
    }

    static HdfsStorage open(URI root) throws IOException {
        return open(root, LOCK_WAIT);
    }

    static HdfsStorage open(URI root, Duration lockWait) throws IOException {
        return open(root, lockWait, Map.of());
    }

    /** @param settings of the client, before those of the site files */
    static HdfsStorage open(URI root, Duration lockWait, Map<String, String> settings) throws IOException {
        Configuration conf = new Configuration();
        PRESETS.forEach((key, value) -> {
            if (!isOfSite(conf, key)) {
                conf.set(key, value);
            }
        });
        settings.forEach(conf::set);
        FileSystem files;
        try {
            files = FileSystem.newInstance(root, conf);
        } catch (IllegalArgumentException wrong) { // so the client words a host that nobody knows
            throw new HdfsFaults(new Path(root)).explain(new IOException(wrong.getMessage(), wrong.getCause()));
        }
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
    public void requireReady() throws IOException {
        try {
            if (files.setSafeMode(SafeModeAction.GET)) {
                throw faults.safeMode(null);
            }
            if (files.getStatus(root).getCapacity() == 0) {
                throw faults.noDataNode(null);
            }
        } catch (IOException failed) {
            throw faults.explain(failed);
        }
    }

    @Override
    public void makeFolders() throws IOException {
        files.mkdirs(segments());
    }

    /** One block per segment where possible; a block that is full is forced to disk as well. */
    @Override
    public FSDataOutputStream create(Path file, long expectedBytes) throws IOException {
        finishEnded();
        long blockSize = Math.max(MIB, (expectedBytes / MIB + 2) * MIB);
        return new HdfsOutput(file, open(file, blockSize), ended::add);
    }

    /** In whole replicas also where the folder says erasure coding, which cannot sync. */
    private FSDataOutputStream open(Path file, long blockSize) throws IOException {
        return files.create(
                file,
                FsPermission.getFileDefault(),
                EnumSet.of(CreateFlag.CREATE, CreateFlag.SYNC_BLOCK, CreateFlag.SHOULD_REPLICATE),
                BUFFER,
                replication(),
                blockSize,
                null);
    }

    /**
     * On disk at every data node of the pipeline, and the block known to the name node. Its length is not told there: a
     * reader asks the data nodes for it, and so does the recovery of the lease.
     */
    @Override
    public void sync(FSDataOutputStream out) throws IOException {
        if (out instanceof HdfsOutput ours) {
            ours.syncUnlessGivenUp();
        } else {
            out.hsync();
        }
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
        Path holder = new Path(root, "writer.holder");
        makeEmpty(file);
        long deadline = System.nanoTime() + lockWait.toNanos();
        while (true) {
            try {
                return HdfsLock.take(this, file, holder);
            } catch (RemoteException refused) {
                if (HELD_BY_ANOTHER.stream().noneMatch(refused.getClassName()::endsWith)) {
                    throw refused;
                }
                HdfsLock.Holder held = HdfsLock.Holder.read(this, holder);
                if (held.isDead()) {
                    LOG.info("the archive's lock was held by {}, which is dead", held.who());
                    settle(file);
                } else if (System.nanoTime() > deadline) {
                    throw new ArchiveInUseException(root, held.who());
                }
            }
            pause();
        }
    }

    @Override
    public long remaining() throws IOException {
        requireReady();
        try {
            finishEnded();
            QuotaUsage quota = files.getQuotaUsage(root);
            long free = files.getStatus(root).getRemaining();
            if (quota.getSpaceQuota() >= 0) { // replicas count there, too
                free = Math.min(free, quota.getSpaceQuota() - quota.getSpaceConsumed());
            }
            return Math.max(0, free) / Math.max(1, replication());
        } catch (IOException failed) {
            throw faults.explain(failed);
        }
    }

    @Override
    public IOException explain(IOException failed) {
        return faults.explain(failed);
    }

    /** What the name node does by default, unless our own site file says something else. */
    private short replication() throws IOException {
        return isOfSite(files.getConf(), "dfs.replication")
                ? files.getDefaultReplication(root)
                : files.getServerDefaults(root).getReplication();
    }

    private static boolean isOfSite(Configuration conf, String key) {
        String[] sources = conf.getPropertySources(key);
        return sources != null && sources.length > 0 && !sources[sources.length - 1].endsWith("-default.xml");
    }

    /**
     * Closes files that a fault kept from being closed: our sign of life would hold their leases for ever, and after a
     * restart of its data node nobody could read such a file.
     */
    private void finishEnded() throws IOException {
        for (int i = ended.size(); i > 0; i--) {
            HdfsOutput output = ended.poll();
            if (output != null && !output.isFinished(files)) {
                ended.add(output);
            }
        }
    }

    private void makeEmpty(Path file) throws IOException {
        if (files.exists(file)) {
            return;
        }
        try {
            open(file, MIB).close();
        } catch (FileAlreadyExistsException anotherWriterWasFaster) {
            // Then that one's lease decides.
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a lease");
        }
    }
}
