package io.tomogrid.gateway.query;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.dicom.net.Retrievable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** An instance as it lies in the archive. */
record ArchivedInstance(
        SegmentReader archive,
        String sopClassUid,
        String sopInstanceUid,
        String transferSyntax,
        SegmentRef ref,
        String sha256)
        implements Retrievable {
    /** Up to this size the bytes are verified before the first one is sent. */
    private static final long VERIFIED_BYTES = 8L << 20;

    @Override
    public InputStream open() throws IOException {
        return ref.length() <= VERIFIED_BYTES
                ? new ByteArrayInputStream(archive.read(ref, sha256))
                : archive.stream(ref);
    }
}
