package io.tomogrid.archive;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataOutputStream;

/**
 * A disk that loses its power: of the bytes that were not synced it keeps any number and garbles their end, and a file whose
 * folder was not synced since is gone.
 */
class ForgetfulStorage extends DelegatingStorage {
    private final Path root;
    private final Map<FSDataOutputStream, Path> written = new ConcurrentHashMap<>();
    private final Map<Object, Long> syncedBytes = new ConcurrentHashMap<>();
    private final Set<Path> syncedNames = ConcurrentHashMap.newKeySet();
    private final ReentrantReadWriteLock power = new ReentrantReadWriteLock();
    private boolean off;

    ForgetfulStorage(Path root) throws IOException {
        super(root);
        this.root = root;
    }

    @Override
    public FSDataOutputStream create(org.apache.hadoop.fs.Path file, long expectedBytes) throws IOException {
        power.readLock().lock();
        try {
            requirePower();
            FSDataOutputStream out = super.create(file, expectedBytes);
            written.put(out, Path.of(file.toUri().getPath()));
            return out;
        } finally {
            power.readLock().unlock();
        }
    }

    @Override
    public void sync(FSDataOutputStream out) throws IOException {
        power.readLock().lock();
        try {
            requirePower();
            out.flush();
            Path file = written.get(out);
            syncedBytes.merge(inode(file), Files.size(file), Math::max);
        } finally {
            power.readLock().unlock();
        }
    }

    @Override
    public void syncFolder(org.apache.hadoop.fs.Path folder) throws IOException {
        power.readLock().lock();
        try {
            requirePower();
            try (Stream<Path> names = Files.list(Path.of(folder.toUri().getPath()))) {
                names.forEach(syncedNames::add);
            }
        } finally {
            power.readLock().unlock();
        }
    }

    /** Such a process dies with its disk and cannot give its lock back. */
    @Override
    public WriterLock lock() {
        return new WriterLock() {
            @Override
            public void check() {
                // There is no other writer in these tests.
            }

            @Override
            public void close() {
                // Nothing was taken.
            }
        };
    }

    /** From now on nothing becomes durable any more. */
    void cutPower() {
        power.writeLock().lock();
        try {
            off = true;
        } finally {
            power.writeLock().unlock();
        }
    }

    /** What the disk holds when the power is back; nobody may write to it any more. */
    void forget(Random random) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(root.resolve(SEGMENTS))) {
            files = all.toList();
        }
        Set<Path> lost = new HashSet<>(files);
        lost.removeAll(syncedNames);
        for (Path file : files) {
            if (lost.contains(file)) {
                Files.delete(file);
            } else {
                forgetTail(file, syncedBytes.getOrDefault(inode(file), 0L), random);
            }
        }
    }

    private static void forgetTail(Path file, long synced, Random random) throws IOException {
        long size = Files.size(file);
        long kept = size == synced ? size : synced + random.nextLong(size - synced);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(kept);
            int garbled = (int) Math.min(kept - synced, random.nextInt(600));
            bytes.seek(kept - garbled);
            bytes.write(new byte[garbled]);
        }
    }

    private static Object inode(Path file) throws IOException {
        return Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
    }

    private void requirePower() throws IOException {
        if (off) {
            throw new IOException("the power is off");
        }
    }
}
