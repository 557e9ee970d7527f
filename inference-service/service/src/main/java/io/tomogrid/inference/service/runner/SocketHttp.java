package io.tomogrid.inference.service.runner;

import io.tomogrid.inference.client.MalformedMessage;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The little of HTTP/1.1 that the Open Inference Protocol needs on a unix domain socket, which neither the JDK's client nor
 * its server can use: messages with a Content-Length on connections that are kept.
 */
final class SocketHttp {
    private static final int MAX_LINE = 8192;
    private static final int MAX_HEADERS = 100;

    private SocketHttp() {}

    /** @param start request or status line @param headers by their names in lower case */
    record Head(String start, Map<String, String> headers) {
        long length() throws MalformedMessage {
            return number("content-length");
        }

        long number(String name) throws MalformedMessage {
            String value = headers.getOrDefault(name.toLowerCase(Locale.ROOT), "0");
            if (!value.matches("\\d{1,12}")) {
                throw new MalformedMessage(name + ": expected a number, got " + value);
            }
            return Long.parseLong(value);
        }
    }

    /** @throws EOFException if the other side has closed the connection before a message */
    static Head head(InputStream in) throws IOException {
        String start = line(in);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon < 1 || headers.size() == MAX_HEADERS) {
                throw new MalformedMessage("not a header of HTTP");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Head(start, headers);
    }

    /** @param headerLength of the tensors' JSON; negative for a body without tensors */
    static byte[] head(String start, int headerLength, long bodyLength) {
        return (start + "\r\nHost: model\r\nContent-Length: " + bodyLength
                        + (headerLength < 0 ? "" : "\r\nInference-Header-Content-Length: " + headerLength)
                        + "\r\nContent-Type: " + (headerLength < 0 ? "application/json" : "application/octet-stream")
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** The body of a message: so many bytes and no more. */
    static InputStream body(InputStream in, long length) {
        return new FilterInputStream(in) {
            private long left = length;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int count) throws IOException {
                if (left == 0) {
                    return -1;
                }
                int n = super.read(into, offset, (int) Math.min(count, left));
                if (n > 0) {
                    left -= n;
                }
                return n;
            }

            @Override
            public void close() {
                // the connection goes on
            }
        };
    }

    static InputStream buffered(InputStream in) {
        return new BufferedInputStream(in, 1 << 16);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed");
            }
            if (line.length() == MAX_LINE) {
                throw new MalformedMessage("a line of more than " + MAX_LINE + " bytes");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
