package io.tomogrid.gateway.dicomweb;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The parts of a multipart message, RFC 2046 section 5.1, as they come: no part is held in memory. The bytes before the
 * first and behind the last boundary are passed over. Not thread-safe.
 */
final class MultipartReader {
    private static final String BROKEN_OFF = "the body breaks off before its last boundary";
    private static final int MAX_BOUNDARY = 70;
    private static final int MAX_HEADERS = 16 << 10;

    private final InputStream in;
    private final byte[] delimiter;
    private final byte[] buffer;
    private int from;
    private int to;
    private boolean ended;
    private boolean begun;
    private boolean inPart;
    private Map<String, String> headers = Map.of();

    /**
     * @param boundary as the Content-Type says
     * @throws MalformedMultipart if RFC 2046 does not allow it
     */
    MultipartReader(InputStream in, String boundary) throws MalformedMultipart {
        this(in, boundary, 1 << 16);
    }

    MultipartReader(InputStream in, String boundary, int bufferBytes) throws MalformedMultipart {
        if (!boundary.matches("[0-9A-Za-z'()+_,./:=? -]{0," + (MAX_BOUNDARY - 1) + "}[0-9A-Za-z'()+_,./:=?-]")) {
            throw new MalformedMultipart("boundary: expected 1 to 70 characters of RFC 2046");
        }
        this.in = in;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
        this.buffer = new byte[Math.max(bufferBytes, 2 * delimiter.length)];
        // the first boundary needs no line break before it
        buffer[0] = '\r';
        buffer[1] = '\n';
        to = 2;
    }

    /**
     * Goes to the next part; what is left of the present one is passed over.
     *
     * @return false behind the last part
     * @throws MalformedMultipart if the message breaks off, or the boundary does not occur in it
     */
    boolean next() throws IOException {
        if (ended) {
            return false;
        }
        int at = find();
        while (at < 0) {
            from = safe();
            if (!fill()) {
                throw new MalformedMultipart(
                        begun ? BROKEN_OFF : "the boundary of the Content-Type does not begin a part of the body");
            }
            at = find();
        }
        from = at + delimiter.length;
        inPart = false;
        int a = read();
        int b = read();
        if (a == '-' && b == '-') {
            ended = true;
            return false;
        }
        while (a == ' ' || a == '\t') {
            a = b;
            b = read();
        }
        if (a != '\r' || b != '\n') {
            throw new MalformedMultipart("expected a line break behind a boundary");
        }
        headers = readHeaders();
        inPart = true;
        begun = true;
        return true;
    }

    /** Headers of the present part, names in lower case. */
    Map<String, String> headers() {
        return headers;
    }

    /** The present part's bytes; valid until {@link #next}. Closing it does nothing. */
    InputStream body() {
        return new Body();
    }

    private Map<String, String> readHeaders() throws IOException {
        Map<String, String> found = new LinkedHashMap<>();
        int bytes = 0;
        while (true) {
            StringBuilder line = new StringBuilder();
            for (int c = read(); c != '\r'; c = read()) {
                if (c < 0 || ++bytes > MAX_HEADERS || c == '\n') {
                    throw new MalformedMultipart(
                            "expected header lines of at most " + MAX_HEADERS + " bytes in a part");
                }
                line.append((char) c);
            }
            if (read() != '\n') {
                throw new MalformedMultipart("expected a line break behind a part's header");
            }
            if (line.length() == 0) {
                return found;
            }
            int colon = line.indexOf(":");
            if (colon < 1) {
                throw new MalformedMultipart("expected 'Name: value' in a part's header");
            }
            found.put(
                    line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
    }

    private int read() throws IOException {
        if (from == to && !fill()) {
            throw new MalformedMultipart(BROKEN_OFF);
        }
        return buffer[from++] & 0xff;
    }

    /** Where the delimiter begins in the buffer, or -1. */
    private int find() {
        for (int i = from; i <= to - delimiter.length; i++) {
            if (buffer[i] == '\r'
                    && java.util.Arrays.equals(buffer, i, i + delimiter.length, delimiter, 0, delimiter.length)) {
                return i;
            }
        }
        return -1;
    }

    /** Up to here no delimiter begins, provided that none lies in the buffer. */
    private int safe() {
        return Math.max(from, to - delimiter.length + 1);
    }

    private boolean fill() throws IOException {
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
        int read = in.read(buffer, to, buffer.length - to);
        if (read < 0) {
            return false;
        }
        to += read;
        return true;
    }

    private final class Body extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (!inPart || length == 0) {
                return length == 0 ? 0 : -1;
            }
            while (true) {
                int at = find();
                int available = (at >= 0 ? at : safe()) - from;
                if (available > 0) {
                    int count = Math.min(length, available);
                    System.arraycopy(buffer, from, into, offset, count);
                    from += count;
                    return count;
                }
                if (at >= 0) {
                    return -1;
                }
                if (!fill()) {
                    throw new MalformedMultipart(BROKEN_OFF);
                }
            }
        }
    }
}
