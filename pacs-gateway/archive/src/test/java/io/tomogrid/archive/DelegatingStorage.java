package io.tomogrid.archive;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A real local folder, of which a test changes what it needs. */
class DelegatingStorage implements Storage {
    private final Storage real;

    DelegatingStorage(java.nio.file.Path root) throws IOException {
        this.real = Storage.open(root.toUri());
    }

    @Override
    public FileSystem files() {
        return real.files();
    }

    @Override
    public Path root() {
        return real.root();
    }

    @Override
    public void makeFolders() throws IOException {
        real.makeFolders();
    }

    @Override
    public FSDataOutputStream create(Path file, long expectedBytes) throws IOException {
        return real.create(file, expectedBytes);
    }

    @Override
    public void sync(FSDataOutputStream out) throws IOException {
        real.sync(out);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        real.syncFolder(folder);
    }

    @Override
    public void settle(Path file) throws IOException {
        real.settle(file);
    }

    @Override
    public WriterLock lock() throws IOException {
        return real.lock();
    }

    @Override
    public long remaining() throws IOException {
        return real.remaining();
    }
}
