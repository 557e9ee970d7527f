package io.tomogrid.archive;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/** A file that is being written, and what must be known of it to end it when a fault kept it open. */
final class HdfsOutput extends FSDataOutputStream {
    private final Path file;
    private final Consumer<HdfsOutput> whenEnded;
    private final ReentrantLock turn = new ReentrantLock(); // a file is not deleted while it is being synced
    private boolean synced;
    private boolean deleted;
    private boolean told;

    /** @param whenEnded is told once, when this is closed, also in vain */
    HdfsOutput(Path file, FSDataOutputStream out, Consumer<HdfsOutput> whenEnded) {
        super(out, null);
        this.file = file;
        this.whenEnded = whenEnded;
    }

    void syncUnlessGivenUp() throws IOException {
        turn.lock();
        try {
            if (deleted) {
                throw new IOException(file + " was given up");
            }
            hsync();
            synced = true;
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } finally {
            tell();
        }
    }

    private synchronized void tell() {
        if (!told) {
            told = true;
            whenEnded.accept(this);
        }
    }

    /**
     * Whether the name node has closed the file. If not it is asked to; a file of which nothing was synced holds nothing
     * that was acknowledged and is deleted.
     */
    boolean isFinished(DistributedFileSystem files) throws IOException {
        if (!turn.tryLock()) {
            return false;
        }
        try {
            if (files.isFileClosed(file)) {
                return true;
            }
            if (synced) {
                return files.recoverLease(file);
            }
            deleted = true;
            files.delete(file, false);
            return true;
        } catch (FileNotFoundException goneOrRenamed) {
            return true;
        } finally {
            turn.unlock();
        }
    }
}
