package io.tomogrid.archive;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.EnumSet;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The right to append to an archive on HDFS: the lease on a file that stays empty. */
record HdfsLock(HdfsDataOutputStream out) implements Storage.WriterLock {
    private static final Logger LOG = LoggerFactory.getLogger(HdfsLock.class);

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

    /**
     * Who holds a lock, as written beside it.
     *
     * @param who for people
     * @param pid its process number
     * @param processes where this number means this process: a boot of a machine, and a container on it
     */
    record Holder(String who, long pid, String processes) {
        private static final String UNKNOWN = "unknown";

        static Holder ofThisProcess() throws IOException {
            long pid = ProcessHandle.current().pid();
            return new Holder(
                    "process " + pid + " on " + InetAddress.getLocalHost().getHostName(), pid, processesHere());
        }

        static Holder read(HdfsStorage storage, Path file) throws IOException {
            try (FSDataInputStream in = storage.files().open(file)) {
                String[] lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n");
                return lines.length == 3 && lines[1].matches("\\d{1,18}")
                        ? new Holder(lines[0], Long.parseLong(lines[1]), lines[2])
                        : new Holder("another process", 0, UNKNOWN);
            } catch (FileNotFoundException none) {
                return new Holder("another process", 0, UNKNOWN);
            }
        }

        void write(HdfsStorage storage, Path file) throws IOException {
            storage.files().delete(file, false);
            try (FSDataOutputStream out = storage.create(file, 0)) {
                out.write((who + "\n" + pid + "\n" + processes).getBytes(StandardCharsets.UTF_8));
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
