package io.tomogrid.archive;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/** The segments of an archive that nobody writes any more. */
final class Segments {
    private static final Pattern SEGMENT = Pattern.compile("\\d{10}\\.seg");
    private static final String SEAL_SUFFIX = ".seal";

    private final Storage storage;

    Segments(Storage storage) {
        this.storage = storage;
    }

    /** What a segment holds. */
    record Contents(List<StoredRecord> rows, List<Damage> damages) {}

    /** Their names relative to the root, in the order in which they were written. */
    List<String> names() throws IOException {
        return Arrays.stream(storage.files().listStatus(storage.segments()))
                .map(FileStatus::getPath)
                .map(Path::getName)
                .filter(name -> SEGMENT.matcher(name).matches())
                .map(name -> Storage.SEGMENTS + "/" + name)
                .sorted()
                .toList();
    }

    /** The name behind the last one. */
    static String nameAfter(List<String> names) {
        long last = names.isEmpty() ? 0 : number(names.get(names.size() - 1));
        return String.format("%s/%010d.seg", Storage.SEGMENTS, last + 1);
    }

    private static long number(String name) {
        return Long.parseLong(name.substring(name.indexOf('/') + 1, name.indexOf('.')));
    }

    /** Whether the segment has a seal, in itself or beside it. */
    boolean isSealed(String name) throws IOException {
        return storage.files().exists(seal(name)) || endsWithTrailer(storage.file(name));
    }

    private boolean endsWithTrailer(Path file) throws IOException {
        long length = storage.files().getFileStatus(file).getLen();
        try (FSDataInputStream in = storage.files().open(file)) {
            return Seal.endsWithTrailer(in, length);
        }
    }

    /**
     * Seals what a writer that died or gave up left open. The segment itself is never written again: its seal goes beside it.
     *
     * @return what is no record in it
     */
    List<Damage> settle(String name) throws IOException {
        storage.settle(storage.file(name));
        if (isSealed(name)) {
            return List.of();
        }
        Contents contents = read(name);
        Optional<Long> salt = salt(name);
        if (salt.isPresent()) {
            long end = contents.rows().stream()
                    .mapToLong(row -> row.ref().offset() + row.ref().length())
                    .max()
                    .orElse(SegmentFormat.FILE_HEADER);
            writeSeal(name, Seal.encode(contents.rows(), end, salt.get()));
        }
        return contents.damages();
    }

    /** The records of a segment: from its seal if that is whole, else from reading all of it. */
    Contents read(String name) throws IOException {
        Path file = storage.file(name);
        long length = storage.files().getFileStatus(file).getLen();
        try (FSDataInputStream in = storage.files().open(file)) {
            Optional<Long> salt = salt(in, length);
            if (salt.isEmpty()) {
                return new Contents(List.of(), unreadable(name, length));
            }
            Optional<Seal> seal = Seal.read(in, length, name, salt.get());
            if (seal.isEmpty()) {
                seal = readSeal(name, salt.get());
            }
            if (seal.isPresent()) {
                return new Contents(seal.get().rows(), List.of());
            }
            SegmentScan scan = SegmentScan.of(in, length, name, salt.get());
            return new Contents(scan.rows(), scan.damages());
        } catch (FSError local) {
            throw new IOException(name + " cannot be read: " + local.getMessage(), local);
        }
    }

    private static List<Damage> unreadable(String name, long length) {
        return length == 0
                ? List.of()
                : List.of(new Damage(name, 0, length, "the segment's own header is cut off or damaged"));
    }

    private Optional<Long> salt(String name) throws IOException {
        Path file = storage.file(name);
        try (FSDataInputStream in = storage.files().open(file)) {
            return salt(in, storage.files().getFileStatus(file).getLen());
        }
    }

    private static Optional<Long> salt(FSDataInputStream in, long length) throws IOException {
        if (length < SegmentFormat.FILE_HEADER) {
            return Optional.empty();
        }
        byte[] header = new byte[SegmentFormat.FILE_HEADER];
        in.seek(0);
        in.readFully(header);
        return SegmentFormat.salt(header);
    }

    private Optional<Seal> readSeal(String name, long salt) throws IOException {
        Path file = seal(name);
        try (FSDataInputStream in = storage.files().open(file)) {
            return Seal.read(in, storage.files().getFileStatus(file).getLen(), name, salt);
        } catch (FileNotFoundException notSealed) {
            return Optional.empty();
        }
    }

    /** Under another name first, so that a seal is there as a whole or not at all. */
    private void writeSeal(String name, byte[] seal) throws IOException {
        Path target = seal(name);
        Path draft = target.suffix(".draft");
        storage.files().delete(draft, false);
        try (FSDataOutputStream out = storage.create(draft, seal.length)) {
            out.write(seal);
            storage.sync(out);
        } catch (FSError local) {
            throw new IOException(draft + " cannot be written: " + local.getMessage(), local);
        }
        if (!storage.files().rename(draft, target)) {
            throw new IOException(draft + " cannot be renamed to " + target);
        }
        storage.syncFolder(target.getParent());
    }

    private Path seal(String name) {
        return storage.file(name).suffix(SEAL_SUFFIX);
    }
}
