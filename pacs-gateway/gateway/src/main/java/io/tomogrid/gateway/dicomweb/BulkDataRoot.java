package io.tomogrid.gateway.dicomweb;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Passes DICOM JSON on and puts the address of the service before each bulk data URI. The quotes of the member's name cannot
 * stand in a value: there they are escaped.
 */
final class BulkDataRoot extends FilterOutputStream {
    private static final byte[] MEMBER = "\"BulkDataURI\":\"".getBytes(StandardCharsets.US_ASCII);

    private final byte[] root;
    private int matched;

    BulkDataRoot(String root, OutputStream out) {
        super(out);
        this.root = root.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int written = offset;
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == MEMBER[matched]) {
                matched++;
            } else {
                matched = bytes[i] == MEMBER[0] ? 1 : 0;
            }
            if (matched == MEMBER.length) {
                out.write(bytes, written, i + 1 - written);
                out.write(root);
                written = i + 1;
                matched = 0;
            }
        }
        out.write(bytes, written, offset + length - written);
    }
}
