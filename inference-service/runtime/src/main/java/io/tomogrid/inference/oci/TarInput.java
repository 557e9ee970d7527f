package io.tomogrid.inference.oci;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a tar stream entry by entry (POSIX ustar, with GNU's long names and the pax records path and size), trusting
 * nothing: names are given as they are, nothing is unpacked.
 */
public final class TarInput {
    private static final int BLOCK = 512;
    private static final int MAX_EXTENSION = 1 << 16;
    private static final int MAX_ENTRIES = 1_000_000;

    private final InputStream in;
    private InputStream content = InputStream.nullInputStream();
    private long padding;
    private int entries;

    public TarInput(InputStream in) {
        this.in = in;
    }

    /** What an entry is. */
    public enum Kind {
        FILE,
        FOLDER,
        OTHER
    }

    /** @param name as written @param size bytes of content */
    public record Entry(String name, Kind kind, long size) {}

    /** The next entry; what is left of the one before is skipped. */
    public Optional<Entry> next() throws IOException {
        String longName = "";
        long longSize = -1;
        while (true) {
            skipRest();
            byte[] header = in.readNBytes(BLOCK);
            if (header.length == 0 || allZero(header)) {
                return Optional.empty();
            }
            if (header.length < BLOCK) {
                throw new EOFException("the archive is cut off");
            }
            entries++;
            if (entries > MAX_ENTRIES) {
                throw new OciException("the archive has more than " + MAX_ENTRIES + " entries");
            }
            check(header);
            long size = longSize >= 0 ? longSize : number(header, 124, 12);
            content = new Bounded(in, size);
            padding = (BLOCK - size % BLOCK) % BLOCK;
            switch (header[156]) {
                case 'L' -> longName = text(extension(size), 0, (int) size);
                case 'x' -> {
                    byte[] records = extension(size);
                    longName = pax(records, "path").orElse(longName);
                    longSize = paxSize(records).orElse(longSize);
                }
                case 'g' -> extension(size);
                case '0', 0 -> {
                    return Optional.of(new Entry(name(header, longName), Kind.FILE, size));
                }
                case '5' -> {
                    return Optional.of(new Entry(name(header, longName), Kind.FOLDER, size));
                }
                default -> {
                    return Optional.of(new Entry(name(header, longName), Kind.OTHER, size));
                }
            }
        }
    }

    /** The content of the entry that {@link #next} gave last; fails when the archive ends before it does. */
    public InputStream content() {
        return content;
    }

    private void skipRest() throws IOException {
        content.transferTo(java.io.OutputStream.nullOutputStream());
        if (in.readNBytes((int) padding).length < padding) {
            throw new EOFException("the archive is cut off");
        }
        padding = 0;
        content = InputStream.nullInputStream();
    }

    private byte[] extension(long size) throws IOException {
        if (size > MAX_EXTENSION) {
            throw new OciException("the archive has a name of " + size + " bytes");
        }
        return content.readAllBytes();
    }

    private static void check(byte[] header) throws OciException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        if (sum != number(header, 148, 8)) {
            throw new OciException("this is no tar archive, or it was damaged: a header's checksum is wrong");
        }
    }

    private static String name(byte[] header, String longName) {
        if (!longName.isEmpty()) {
            return longName;
        }
        String prefix = text(header, 257, 5).equals("ustar") ? text(header, 345, 155) : "";
        return (prefix.isEmpty() ? "" : prefix + "/") + text(header, 0, 100);
    }

    private static String text(byte[] bytes, int from, int length) {
        int end = from;
        while (end < from + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    /** Octal digits, or GNU's base 256 for large ones. */
    private static long number(byte[] header, int from, int length) throws OciException {
        long value = 0;
        if ((header[from] & 0x80) != 0) {
            for (int i = from; i < from + length; i++) {
                int digit = i == from ? header[i] & 0x7f : header[i] & 0xff;
                if (value > Long.MAX_VALUE >> 9) {
                    throw new OciException("the archive states an absurd size");
                }
                value = value << 8 | digit;
            }
            return value;
        }
        String digits = text(header, from, length).trim();
        if (!digits.matches("[0-7]{1,12}")) {
            throw new OciException("this is no tar archive, or it was damaged: a header's number is none");
        }
        return Long.parseLong(digits, 8);
    }

    private static Optional<Long> paxSize(byte[] records) throws OciException {
        Optional<String> text = pax(records, "size");
        if (text.isPresent() && !text.get().matches("[0-9]{1,18}")) {
            throw new OciException("the archive states an absurd size");
        }
        return text.map(Long::valueOf);
    }

    /** Records {@code <length> <key>=<value>\n}. */
    private static Optional<String> pax(byte[] records, String key) throws OciException {
        int at = 0;
        Optional<String> found = Optional.empty();
        while (at < records.length) {
            int space = at;
            while (space < records.length && records[space] != ' ') {
                space++;
            }
            String digits = new String(records, at, space - at, StandardCharsets.US_ASCII);
            if (!digits.matches("[0-9]{1,6}")
                    || Integer.parseInt(digits) <= digits.length() + 1
                    || at + Integer.parseInt(digits) > records.length) {
                throw new OciException("the archive has a malformed pax header");
            }
            int end = at + Integer.parseInt(digits);
            String record = new String(Arrays.copyOfRange(records, space + 1, end - 1), StandardCharsets.UTF_8);
            if (record.startsWith(key + "=")) {
                found = Optional.of(record.substring(key.length() + 1));
            }
            at = end;
        }
        return found;
    }

    private static boolean allZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** So many bytes of a stream, and an error if it ends before. */
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private long left;

        Bounded(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(buffer, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException("the archive is cut off");
            }
            left -= n;
            return n;
        }
    }
}
