package io.tomogrid.inference.oci;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An OCI image layout as one tar file (what podman and skopeo call {@code oci-archive}): how packages reach a site
 * without a network.
 */
public final class OciArchive {
    private static final Pattern BLOB = Pattern.compile("(?:\\./)?blobs/sha256/([0-9a-f]{64})");
    private static final int MAX_BLOBS = 10_000;
    private static final int BLOCK = 512;

    private OciArchive() {}

    /** Writes the entries and the blobs that they need; the same entries give the same bytes. */
    public static void write(OciLayout layout, List<Descriptor> entries, OutputStream out) throws IOException {
        file(out, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8));
        file(out, "index.json", OciLayout.Index.bytes(entries));
        var blobs = new TreeMap<String, Descriptor>();
        layout.reachable(entries).forEach(b -> blobs.put(b.digest().hex(), b));
        for (Descriptor blob : blobs.values()) {
            try (InputStream in = Files.newInputStream(layout.blob(blob))) {
                file(out, "blobs/sha256/" + blob.digest().hex(), blob.size(), in);
            }
        }
        out.write(new byte[2 * BLOCK]);
    }

    /**
     * Takes the blobs of an archive in.
     *
     * @return the entries of its {@code index.json}; a commit of the staging puts them into the layout
     * @throws OciException if it holds anything but a layout's files: other names, links, devices; or a blob that is not
     *     what its name says
     */
    public static List<Descriptor> read(InputStream archive, Staging staging) throws IOException {
        TarInput tar = new TarInput(archive);
        Optional<byte[]> index = Optional.empty();
        Optional<byte[]> version = Optional.empty();
        int blobs = 0;
        for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
            String name = entry.get().name();
            Matcher blob = BLOB.matcher(name);
            if (entry.get().kind() == TarInput.Kind.FOLDER && name.matches("(\\./)?(blobs(/sha256)?/?)?")) {
                continue;
            }
            if (entry.get().kind() != TarInput.Kind.FILE) {
                throw foreign(name, "a link, a device or another folder");
            }
            if (name.matches("(\\./)?index\\.json")) {
                index = Optional.of(small(tar, entry.get()));
            } else if (name.matches("(\\./)?oci-layout")) {
                version = Optional.of(small(tar, entry.get()));
            } else if (blob.matches()) {
                blobs++;
                if (blobs > MAX_BLOBS) {
                    throw new OciException("the archive has more than " + MAX_BLOBS + " blobs");
                }
                staging.receive(
                        new Descriptor(
                                "", new Digest(blob.group(1)), entry.get().size(), java.util.Map.of()),
                        tar.content());
            } else {
                throw foreign(name, "no file of an OCI image layout");
            }
        }
        if (index.isEmpty() || version.isEmpty()) {
            throw new OciException(
                    "the archive has no index.json and oci-layout: it is no OCI image layout, or cut off");
        }
        Document.parse("oci-layout", version.get()).text("imageLayoutVersion");
        return OciLayout.Index.parse("index.json", index.get());
    }

    private static OciException foreign(String name, String what) {
        return new OciException("the archive holds " + Document.shown(name) + ", " + what
                + ": nothing was imported; ./tomogrid models export makes one that is taken");
    }

    private static byte[] small(TarInput tar, TarInput.Entry entry) throws IOException {
        if (entry.size() > Document.MAX_BYTES) {
            throw new OciException(entry.name() + ": " + entry.size() + " bytes, at most " + Document.MAX_BYTES);
        }
        return tar.content().readAllBytes();
    }

    private static void file(OutputStream out, String name, byte[] content) throws IOException {
        file(out, name, content.length, new ByteArrayInputStream(content));
    }

    private static void file(OutputStream out, String name, long size, InputStream content) throws IOException {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        size(header, size);
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header[156] = '0';
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(java.util.Locale.ROOT, "%06o\0 ", sum));
        out.write(header);
        content.transferTo(out);
        out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    /** 11 octal digits, or base 256 from 8 GiB on. */
    private static void size(byte[] header, long size) {
        if (size < 1L << 33) {
            put(header, 124, String.format(java.util.Locale.ROOT, "%011o", size));
            return;
        }
        header[124] = (byte) 0x80;
        for (int i = 0; i < Long.BYTES; i++) {
            header[135 - i] = (byte) (size >>> (8 * i));
        }
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
