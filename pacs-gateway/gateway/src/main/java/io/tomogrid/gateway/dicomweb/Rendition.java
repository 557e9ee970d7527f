package io.tomogrid.gateway.dicomweb;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Uid;
import io.tomogrid.gateway.RequestFault;
import io.tomogrid.gateway.dicomweb.StoredInstances.Stored;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;

/**
 * Writes instances in the transfer syntax that was asked for: as they are stored where that is accepted, else from one
 * uncompressed encoding into another. Compressed pixels are never decoded.
 */
final class Rendition {
    private static final Set<String> UNCOMPRESSED = Set.of(
            Uid.ImplicitVRLittleEndian,
            Uid.ExplicitVRLittleEndian,
            Uid.ExplicitVRBigEndian,
            Uid.DeflatedExplicitVRLittleEndian);
    private static final ReadLimits IN_MEMORY =
            new ReadLimits(ReadLimits.DEFAULT.maxDepth(), ReadLimits.DEFAULT.maxElements(), 512L << 20);

    private final SegmentReader archive;

    Rendition(SegmentReader archive) {
        this.archive = archive;
    }

    /**
     * The transfer syntax of the answer, PS3.18 section 8.7.3.5: Explicit VR Little Endian where none was asked for.
     *
     * @throws RequestFault with status 406 when the instance would have to be decoded or compressed
     */
    static String transferSyntax(Stored stored, String asked) {
        String wanted = asked.isEmpty() ? Uid.ExplicitVRLittleEndian : asked;
        String have = stored.transferSyntax();
        if (wanted.equals("*") || wanted.equals(have)) {
            return have;
        }
        if (UNCOMPRESSED.contains(have) && UNCOMPRESSED.contains(wanted)) {
            return wanted;
        }
        throw RequestFault.notAcceptable(
                "instance " + stored.sopInstanceUid() + " is stored as " + Dictionary.uidName(have)
                        + " and is not transcoded; accept transfer-syntax=* or transfer-syntax=" + have);
    }

    /** The transfer syntax of its frames: uncompressed samples are always little endian. */
    static String framesTransferSyntax(Stored stored, String asked) {
        if (UNCOMPRESSED.contains(stored.transferSyntax())) {
            transferSyntax(stored, asked);
            return Uid.ExplicitVRLittleEndian;
        }
        return transferSyntax(stored, asked);
    }

    /** Writes a DICOM file, PS3.10. */
    void write(Stored stored, String transferSyntax, OutputStream out) throws IOException {
        Part10.writeMeta(out, stored.sopClassUid(), stored.sopInstanceUid(), transferSyntax);
        try (InputStream in = open(stored)) {
            if (transferSyntax.equals(stored.transferSyntax())) {
                in.transferTo(out);
            } else {
                DatasetWriter.write(out, transferSyntax, DatasetReader.read(in, stored.transferSyntax(), IN_MEMORY));
            }
        }
    }

    /** The encoded data set as it was received. */
    InputStream open(Stored stored) throws IOException {
        return new BufferedInputStream(archive.stream(stored.ref()), 1 << 16);
    }
}
