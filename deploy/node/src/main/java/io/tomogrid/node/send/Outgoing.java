package io.tomogrid.node.send;

import java.io.IOException;
import java.io.InputStream;

/**
 * One instance to send.
 *
 * @param studyUid Study Instance UID @param modality Modality (0008,0060), empty where there is none
 * @param dataset opens the encoded data set
 */
public record Outgoing(
        String sopClassUid,
        String sopInstanceUid,
        String transferSyntax,
        String studyUid,
        String modality,
        Source dataset) {

    /** Opens the encoded data set, without preamble and meta information. */
    @FunctionalInterface
    public interface Source {
        InputStream open() throws IOException;
    }
}
