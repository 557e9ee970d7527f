package io.tomogrid.gateway.dicomweb;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Writes a multipart message, RFC 2046 section 5.1, part by part. */
final class MultipartWriter {
    private final OutputStream out;
    private final String boundary;

    MultipartWriter(OutputStream out) {
        this(out, "tomogrid-" + UUID.randomUUID());
    }

    MultipartWriter(OutputStream out, String boundary) {
        this.out = out;
        this.boundary = boundary;
    }

    /** Content type of the whole message. @param type media type of its parts */
    String contentType(String type) {
        return "multipart/related; type=\"" + type + "\"; boundary=" + boundary;
    }

    /** Begins a part; its bytes are then written to the stream. @param location Content-Location, or null */
    void part(String contentType, String location) throws IOException {
        String where = location == null ? "" : "Content-Location: " + location + "\r\n";
        line("\r\n--" + boundary + "\r\nContent-Type: " + contentType + "\r\n" + where + "\r\n");
    }

    /** Ends the message; the stream stays open. */
    void end() throws IOException {
        line("\r\n--" + boundary + "--\r\n");
        out.flush();
    }

    private void line(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
