package io.tomogrid.archive;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.UUID;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to append to an archive on HDFS: the lease on a file that stays empty. The client gives up the leases of all
 * that it writes after 20 minutes without a name node; the right is then taken again, unless somebody else had it meanwhile.
 */
final class HdfsLock implements Storage.WriterLock {
    private static final Logger LOG = LoggerFactory.getLogger(HdfsLock.class);

    private final HdfsStorage storage;
    private final Path file;
    private final Path note;
    private final Holder ours = Holder.ofThisProcess();
    private HdfsDataOutputStream out;

    private HdfsLock(HdfsStorage storage, Path file, Path note) throws IOException {
        this.storage = storage;
        this.file = file;
        this.note = note;
        this.out = append();
    }

    /**
     * @param file is there and empty
     * @param note of who has the lock
     * @throws org.apache.hadoop.ipc.RemoteException if another has it
     */
    static HdfsLock take(HdfsStorage storage, Path file, Path note) throws IOException {
        HdfsLock lock = new HdfsLock(storage, file, note);
        lock.ours.write(storage, note);
        return lock;
    }

    private HdfsDataOutputStream append() throws IOException {
        return (HdfsDataOutputStream) storage.files().append(file);
    }

    /** The name node refuses this to all but the holder of the lease; no data node takes part. */
    @Override
    public void check() throws IOException {
        try {
            out.hsync(EnumSet.of(HdfsDataOutputStream.SyncFlag.UPDATE_LENGTH));
        } catch (IOException refused) {
            try {
                takeAgain();
            } catch (IOException inVain) {
                inVain.addSuppressed(refused);
                throw new IOException(
                        "the archive's lock could not be confirmed; start this process again if another one has it now",
                        inVain);
            }
            LOG.info("the archive's lock was lost and is taken again: {}", refused.getMessage());
        }
    }

    /** Who takes the lock writes that down while it has it, so nobody else can have had it before or after. */
    private void takeAgain() throws IOException {
        requireStillOurs();
        storage.settle(file); // the name node still counts it as open, for a client that does not know it any more
        HdfsDataOutputStream again = append();
        try {
            requireStillOurs();
        } catch (IOException failed) {
            again.close();
            throw failed;
        }
        out = again;
    }

    private void requireStillOurs() throws IOException {
        Holder last = Holder.read(storage, note);
        if (!last.equals(ours)) {
            throw new ArchiveInUseException(storage.root(), last.who());
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

    /**
     * Who holds a lock, as written beside it.
     *
     * @param who for people
     * @param pid its process number
     * @param processes where this number means this process: a boot of a machine, and a container on it
     * @param lock tells this lock from all others
     */
    record Holder(String who, long pid, String processes, String lock) {
        private static final String UNKNOWN = "unknown";
        private static final Holder ANOTHER = new Holder("another process", 0, UNKNOWN, "");

        static Holder ofThisProcess() throws IOException {
            long pid = ProcessHandle.current().pid();
            return new Holder(
                    "process " + pid + " on " + InetAddress.getLocalHost().getHostName(),
                    pid,
                    processesHere(),
                    UUID.randomUUID().toString());
        }

        static Holder read(HdfsStorage storage, Path file) throws IOException {
            try (FSDataInputStream in = storage.files().open(file)) {
                String[] lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n");
                boolean known = lines.length >= 3 && lines[1].matches("\\d{1,18}");
                String lock = lines.length > 3 ? lines[3] : ""; // earlier versions wrote none
                return known ? new Holder(lines[0], Long.parseLong(lines[1]), lines[2], lock) : ANOTHER;
            } catch (FileNotFoundException none) {
                return ANOTHER;
            }
        }

        void write(HdfsStorage storage, Path file) throws IOException {
            storage.files().delete(file, false);
            try (FSDataOutputStream out = storage.create(file, 0)) {
                out.write((who + "\n" + pid + "\n" + processes + "\n" + lock).getBytes(StandardCharsets.UTF_8));
                storage.sync(out);
            }
        }

        /** Certain only where the number would show the process if it were there. */
        boolean isDead() {
            return !processes.equals(UNKNOWN)
                    && processes.equals(processesHere())
                    && ProcessHandle.of(pid).isEmpty();
        }

        private static String processesHere() {
            try {
                return Files.readString(java.nio.file.Path.of("/proc/sys/kernel/random/boot_id"))
                                .strip() + " "
                        + Files.readSymbolicLink(java.nio.file.Path.of("/proc/self/ns/pid"));
            } catch (IOException | UnsupportedOperationException noLinux) {
                return UNKNOWN;
            }
        }
    }
}
