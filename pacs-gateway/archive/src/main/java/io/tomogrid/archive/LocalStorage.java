package io.tomogrid.archive;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * A folder of this machine. Hadoop's own {@code LocalFileSystem} would ignore {@code hsync}; the raw one honours it but
 * syncs no folder, so that is done here.
 */
final class LocalStorage implements Storage {
    /**
     * Archives that this process writes. Asked before a lock file is touched: closing any channel of a file gives up the
     * process's POSIX locks on it.
     */
    private static final Set<java.nio.file.Path> WRITTEN_HERE = ConcurrentHashMap.newKeySet();

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final int BUFFER = 1 << 16;

    private final FileSystem files;
    private final Path root;

    private LocalStorage(FileSystem files, Path root) {
        this.files = files;
        this.root = root;
    }

    /** Without the service loader, the login and the default files of Hadoop, none of which a local folder needs. */
    static LocalStorage open(URI root) throws IOException {
        Configuration conf = new Configuration(false);
        conf.set(FsPermission.UMASK_LABEL, "077");
        FileSystem files = new LocalFiles();
        files.initialize(URI.create("file:///"), conf);
        return new LocalStorage(files, new Path(root));
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
        java.nio.file.Path wanted = local(segments());
        java.nio.file.Path existing = wanted;
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        Files.createDirectories(wanted, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        for (java.nio.file.Path made = wanted; !made.equals(existing); made = made.getParent()) {
            sync(made.getParent());
        }
    }

    @Override
    public FSDataOutputStream create(Path file, long expectedBytes) throws IOException {
        FSDataOutputStream cached = files.create(file, false, BUFFER);
        Optional<DirectOutput> direct = DirectOutput.open(local(file), expectedBytes);
        if (direct.isEmpty()) {
            return cached;
        }
        cached.close();
        return new FSDataOutputStream(direct.get(), null);
    }

    @Override
    public void sync(FSDataOutputStream out) throws IOException {
        out.hsync();
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        sync(local(folder));
    }

    @Override
    public void settle(Path file) {
        // A local file is settled when its writer is dead, and that the lock has shown.
    }

    @Override
    public WriterLock lock() throws IOException {
        java.nio.file.Path folder = local(root).toRealPath();
        if (!WRITTEN_HERE.add(folder)) {
            throw new ArchiveInUseException(root, "this very process");
        }
        java.nio.file.Path file = folder.resolve("writer.lock");
        FileChannel channel = null;
        boolean locked = false;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new ArchiveInUseException(root, "process " + Files.readString(file));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            locked = true;
            return new LocalLock(folder, channel);
        } finally {
            if (!locked) {
                WRITTEN_HERE.remove(folder);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    @Override
    public long remaining() throws IOException {
        return Files.getFileStore(local(root)).getUsableSpace();
    }

    private java.nio.file.Path local(Path path) {
        return java.nio.file.Path.of(path.toUri().getPath());
    }

    private static void sync(java.nio.file.Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Hadoop would run the program chmod for every file that is created. */
    private static final class LocalFiles extends RawLocalFileSystem {
        @Override
        public void setPermission(Path file, FsPermission permission) throws IOException {
            Files.setPosixFilePermissions(
                    pathToFile(file).toPath(), PosixFilePermissions.fromString(permission.toString()));
        }
    }

    private record LocalLock(java.nio.file.Path folder, FileChannel channel) implements WriterLock {
        @Override
        public void check() {
            // The operating system holds the lock as long as the channel is open.
        }

        @Override
        public void close() throws IOException {
            channel.close();
            WRITTEN_HERE.remove(folder);
        }
    }
}
