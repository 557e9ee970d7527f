package io.tomogrid.archive;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** What each kind of file system does in its own way: make bytes and names durable, keep a second writer out. */
interface Storage extends Closeable {
    String SEGMENTS = "segments";

    /** @throws IOException naming the schemes that can be used, if it is another one */
    static Storage open(URI root) throws IOException {
        String scheme = String.valueOf(root.getScheme());
        switch (scheme) {
            case "file":
                return LocalStorage.open(root);
            case "hdfs":
                return HdfsStorage.open(root);
            default:
                throw new IOException("archive root " + root
                        + ": expected file:///folder or hdfs://name-node:port/folder, the file systems that can sync");
        }
    }

    FileSystem files();

    Path root();

    /**
     * Returns if the file system takes something now.
     *
     * @throws ArchiveUnavailableException saying what is wrong, if it may after a while
     */
    default void requireReady() throws IOException {
        // A local folder is ready or never will be.
    }

    /** A failure as {@link ArchiveUnavailableException} or {@link NoRoomException} where it is known to be one, else as it is. */
    default IOException explain(IOException failed) {
        return failed;
    }

    /** Makes the archive's folders, durably, where they are missing. */
    void makeFolders() throws IOException;

    /** A new file for appending, never an existing one; its name is durable after {@link #syncFolder}. */
    FSDataOutputStream create(Path file, long expectedBytes) throws IOException;

    /** Everything written before the call survives a power cut after it. */
    void sync(FSDataOutputStream out) throws IOException;

    /** The names in a folder survive a power cut. */
    void syncFolder(Path folder) throws IOException;

    /** Ends the writing of a file that its writer left open when it died, so that its length is known. */
    void settle(Path file) throws IOException;

    /**
     * Keeps every other writer away until it is closed or the process ends.
     *
     * @throws ArchiveInUseException if there is another writer
     */
    WriterLock lock() throws IOException;

    /** Bytes that still fit. */
    long remaining() throws IOException;

    default Path segments() {
        return new Path(root(), SEGMENTS);
    }

    default Path file(String relative) {
        return new Path(root(), relative);
    }

    @Override
    default void close() throws IOException {
        files().close();
    }

    /** The right to append. */
    interface WriterLock extends Closeable {
        /** @throws IOException if another has had the right meanwhile, say while this process stood still, or may have had it */
        void check() throws IOException;
    }
}
