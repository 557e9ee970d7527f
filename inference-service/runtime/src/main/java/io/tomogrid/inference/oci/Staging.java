package io.tomogrid.inference.oci;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A change of a layout. Blobs gather beside it, each checked while it comes in; {@link #commit} moves them in and then
 * replaces {@code index.json} in one step. Whatever fails before leaves the layout as it was.
 */
public final class Staging implements AutoCloseable {
    /** No blob is longer, bytes. */
    public static final long MAX_BLOB = 64L << 30;

    private static final String FOLDER = "incoming";
    private static final Object COMMIT = new Object();

    private final OciLayout layout;
    private final Path folder;
    private final Map<Digest, Path> arrived = new LinkedHashMap<>();

    private Staging(OciLayout layout, Path folder) {
        this.layout = layout;
        this.folder = folder;
    }

    static Staging in(OciLayout layout) throws IOException {
        Path incoming = Files.createDirectories(layout.folder().resolve(FOLDER));
        sweep(incoming);
        return new Staging(layout, Files.createTempDirectory(incoming, ""));
    }

    public Descriptor add(String mediaType, byte[] content, Map<String, String> annotations) throws IOException {
        Descriptor descriptor = new Descriptor(mediaType, Digest.of(content), content.length, annotations);
        receive(descriptor, new ByteArrayInputStream(content));
        return descriptor;
    }

    public Descriptor add(String mediaType, Path file, Map<String, String> annotations) throws IOException {
        Descriptor descriptor = new Descriptor(mediaType, Digest.of(file), Files.size(file), annotations);
        try (InputStream in = Files.newInputStream(file)) {
            receive(descriptor, in);
        }
        return descriptor;
    }

    /**
     * Takes a blob in, unless the layout has it.
     *
     * @throws OciException if the stream does not bring exactly what the descriptor says
     */
    public void receive(Descriptor expected, InputStream content) throws IOException {
        if (expected.size() > MAX_BLOB) {
            throw new OciException(expected.digest() + ": " + expected.size() + " bytes, at most " + MAX_BLOB);
        }
        if (has(expected.digest())) {
            return;
        }
        Path file = folder.resolve(expected.digest().hex());
        try (DigestInputStream in = Digest.through(content);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream out = Channels.newOutputStream(channel);
            long size = copy(in, out, expected.size());
            Digest actual = Digest.of(in);
            if (size != expected.size() || !actual.equals(expected.digest())) {
                throw new OciException("expected " + expected.digest() + " of " + expected.size() + " bytes, got "
                        + (size > expected.size() ? "more" : size + " bytes with " + actual)
                        + "; it was cut off or changed on its way");
            }
            channel.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        arrived.put(expected.digest(), file);
    }

    public boolean has(Digest digest) {
        return arrived.containsKey(digest) || Files.exists(layout.file(digest));
    }

    /** The content of a small blob that came in or was there before, checked. */
    public byte[] bytes(Descriptor descriptor) throws IOException {
        Path file = arrived.get(descriptor.digest());
        return file == null ? layout.bytes(descriptor) : Files.readAllBytes(file);
    }

    /**
     * Puts the blobs in and lists the manifests under their names ({@link Descriptor#REF}). A version never changes: a
     * name that is there with other content is refused, but for signatures, which grow.
     *
     * @throws OciException if a blob of theirs is missing, or a name is taken
     */
    public void commit(List<Descriptor> manifests) throws IOException {
        Set<Digest> needed = needed(manifests);
        synchronized (COMMIT) {
            Path lockFile = layout.folder().resolve("lock");
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                List<Descriptor> index = new ArrayList<>(layout.index());
                for (Descriptor manifest : manifests) {
                    list(index, manifest);
                }
                for (Map.Entry<Digest, Path> blob : arrived.entrySet()) {
                    if (needed.contains(blob.getKey())) {
                        Files.move(blob.getValue(), layout.file(blob.getKey()), StandardCopyOption.ATOMIC_MOVE);
                    }
                }
                arrived.clear();
                write(layout.folder().resolve("index.json"), OciLayout.Index.bytes(index));
            }
        }
    }

    private Set<Digest> needed(List<Descriptor> manifests) throws IOException {
        Set<Digest> needed = new HashSet<>();
        for (Descriptor manifest : manifests) {
            needed.add(manifest.digest());
            for (Descriptor blob : Manifest.parse(bytes(manifest)).blobs()) {
                if (!has(blob.digest())) {
                    throw new OciException(manifest.digest() + " needs " + blob.digest() + ", which did not come");
                }
                needed.add(blob.digest());
            }
        }
        return needed;
    }

    private static void list(List<Descriptor> index, Descriptor manifest) throws OciException {
        String name = manifest.annotation(Descriptor.REF).orElse("");
        for (int i = 0; i < index.size(); i++) {
            Descriptor there = index.get(i);
            if (!there.annotation(Descriptor.REF).orElse("").equals(name)) {
                continue;
            }
            if (there.digest().equals(manifest.digest()) || name.endsWith(Digest.SIGNATURE_SUFFIX)) {
                index.set(i, manifest);
                return;
            }
            if (!name.isEmpty()) {
                throw new OciException(name + " is there with other content, " + there.digest() + "; this is "
                        + manifest.digest() + ": a version never changes, give it a new one");
            }
        }
        index.add(manifest);
    }

    private static long copy(InputStream in, OutputStream out, long limit) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long size = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            size += n;
            if (size > limit) {
                return size;
            }
            out.write(buffer, 0, n);
        }
        return size;
    }

    /** Writes a file so that it is there whole or not at all, also after a power cut. */
    static void write(Path file, byte[] content) throws IOException {
        Path beside = Files.createTempFile(file.getParent(), "." + file.getFileName(), ".new");
        try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            Channels.newOutputStream(channel).write(content);
            channel.force(true);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What a process left behind that was killed. */
    private static void sweep(Path incoming) throws IOException {
        FileTime yesterday = FileTime.from(Instant.now().minus(1, ChronoUnit.DAYS));
        try (Stream<Path> folders = Files.list(incoming)) {
            for (Path left : folders.toList()) {
                if (Files.getLastModifiedTime(left).compareTo(yesterday) < 0) {
                    delete(left);
                }
            }
        }
    }

    /** Drops what was not committed. */
    @Override
    public void close() throws IOException {
        delete(folder);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> left = Files.list(folder)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
