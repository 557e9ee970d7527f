package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.gateway.contract.ResultObject;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Where an attempt puts its result files: durable before it names them. A file appears under its name only when it is
 * whole, so that an attempt that runs twice at once never shows half a file; both write the same bytes.
 */
public abstract class StagingFolder {
    private static final String TRANSFER_SYNTAX = Uid.ExplicitVRLittleEndian;
    private static final int SOME_VALUES = 1 << 14;

    /** @param root {@code file:///…} or another Hadoop {@code FileSystem}, such as {@code hdfs://…} */
    public static StagingFolder open(String root) throws IOException {
        URI uri = URI.create(root);
        return "file".equals(uri.getScheme()) ? new Local(java.nio.file.Path.of(uri)) : hadoop(uri);
    }

    /** Through Hadoop's client, whatever the scheme. */
    static StagingFolder hadoop(URI root) throws IOException {
        return new Hadoop(root);
    }

    /** Writes the data set as a DICOM file. @param kind of the result @param name of the file; no patient data */
    public final ResultObject write(String kind, String name, Dataset dataset) throws IOException {
        Counted counted = new Counted(create(name));
        boolean whole = false;
        try {
            Part10.write(counted, TRANSFER_SYNTAX, dataset);
            whole = true;
        } finally {
            if (!whole) {
                abandon(counted.target());
            }
        }
        publish(name, counted.target());
        return new ResultObject(
                kind,
                dataset.string(Tag.SOPClassUID).orElseThrow(),
                dataset.string(Tag.SOPInstanceUID).orElseThrow(),
                dataset.string(Tag.SeriesInstanceUID).orElseThrow(),
                name,
                counted.bytes,
                HexFormat.of().formatHex(counted.sha256.digest()));
    }

    /** Little-endian values that another slice of the job reads; durable before this returns. */
    public final void writeValues(String name, float[] values) throws IOException {
        OutputStream file = create(name);
        boolean whole = false;
        try {
            ByteBuffer some = ByteBuffer.allocate(SOME_VALUES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int from = 0; from < values.length; from += SOME_VALUES) {
                int count = Math.min(SOME_VALUES, values.length - from);
                some.asFloatBuffer().put(values, from, count);
                file.write(some.array(), 0, count * Float.BYTES);
            }
            whole = true;
        } finally {
            if (!whole) {
                abandon(file);
            }
        }
        publish(name, file);
    }

    /** @throws IOException if the file does not have exactly so many values */
    public final float[] readValues(String name, int count) throws IOException {
        float[] values = new float[count];
        byte[] some = new byte[SOME_VALUES * Float.BYTES];
        try (InputStream file = staged(name)) {
            for (int from = 0; from < count; from += SOME_VALUES) {
                int wanted = Math.min(SOME_VALUES, count - from);
                if (file.readNBytes(some, 0, wanted * Float.BYTES) < wanted * Float.BYTES) {
                    throw new IOException(name + " has fewer than " + count + " values");
                }
                ByteBuffer.wrap(some)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(values, from, wanted);
            }
            if (file.read() >= 0) {
                throw new IOException(name + " has more than " + count + " values");
            }
        }
        return values;
    }

    /** The names are durable too. */
    public abstract void sync() throws IOException;

    /** An open file without its final name. */
    abstract OutputStream create(String name) throws IOException;

    abstract InputStream staged(String name) throws IOException;

    /** Syncs and closes the file, then gives it its name. */
    abstract void publish(String name, OutputStream file) throws IOException;

    abstract void abandon(OutputStream file) throws IOException;

    private static String unfinished(String name) {
        return name + "." + UUID.randomUUID() + ".part";
    }

    /** Bytes and digest of what passes. */
    private static final class Counted extends FilterOutputStream {
        private final MessageDigest sha256;
        private long bytes;

        Counted(OutputStream out) {
            super(out);
            try {
                sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException everyJavaHasIt) {
                throw new IllegalStateException(everyJavaHasIt);
            }
        }

        OutputStream target() {
            return out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] b, int from, int length) throws IOException {
            out.write(b, from, length);
            sha256.update(b, from, length);
            bytes += length;
        }
    }

    /** On a POSIX file system. */
    private static final class Local extends StagingFolder {
        private final java.nio.file.Path folder;

        Local(java.nio.file.Path folder) throws IOException {
            this.folder = Files.createDirectories(folder);
        }

        @Override
        OutputStream create(String name) throws IOException {
            return new LocalFile(folder.resolve(unfinished(name)));
        }

        @Override
        InputStream staged(String name) throws IOException {
            return Files.newInputStream(folder.resolve(name));
        }

        @Override
        void publish(String name, OutputStream file) throws IOException {
            LocalFile local = (LocalFile) file;
            local.channel.force(true);
            local.close();
            Files.move(local.path, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        void abandon(OutputStream file) throws IOException {
            file.close();
            Files.deleteIfExists(((LocalFile) file).path);
        }

        @Override
        public void sync() throws IOException {
            try (FileChannel names = FileChannel.open(folder)) {
                names.force(true);
            }
        }
    }

    private static final class LocalFile extends FilterOutputStream {
        private final java.nio.file.Path path;
        private final FileChannel channel;

        LocalFile(java.nio.file.Path path) throws IOException {
            this(path, FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        }

        private LocalFile(java.nio.file.Path path, FileChannel channel) {
            super(java.nio.channels.Channels.newOutputStream(channel));
            this.path = path;
            this.channel = channel;
        }

        @Override
        public void write(byte[] b, int from, int length) throws IOException {
            out.write(b, from, length);
        }
    }

    /** On HDFS and the like, where names are durable once they are answered. */
    private static final class Hadoop extends StagingFolder {
        private final FileContext files;
        private final Path folder;

        Hadoop(URI root) throws IOException {
            files = FileContext.getFileContext(root, new Configuration());
            folder = new Path(root);
            files.mkdir(folder, FsPermission.getDirDefault(), true);
        }

        @Override
        OutputStream create(String name) throws IOException {
            Path path = new Path(folder, unfinished(name));
            return new HadoopFile(path, files.create(path, EnumSet.of(CreateFlag.CREATE)));
        }

        @Override
        InputStream staged(String name) throws IOException {
            return files.open(new Path(folder, name));
        }

        @Override
        void publish(String name, OutputStream file) throws IOException {
            HadoopFile remote = (HadoopFile) file;
            remote.stream.hsync();
            remote.close();
            files.rename(remote.path, new Path(folder, name), Options.Rename.OVERWRITE);
        }

        @Override
        void abandon(OutputStream file) throws IOException {
            file.close();
            files.delete(((HadoopFile) file).path, false);
        }

        @Override
        public void sync() {
            // the name node has logged every rename that it answered
        }
    }

    private static final class HadoopFile extends FilterOutputStream {
        private final Path path;
        private final FSDataOutputStream stream;

        HadoopFile(Path path, FSDataOutputStream stream) {
            super(stream);
            this.path = path;
            this.stream = stream;
        }

        @Override
        public void write(byte[] b, int from, int length) throws IOException {
            out.write(b, from, length);
        }
    }
}
