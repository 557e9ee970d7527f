package io.tomogrid.gateway.query;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.codec.CodecMissingException;
import io.tomogrid.codec.DecodedImage;
import io.tomogrid.codec.PixelDecoder;
import io.tomogrid.codec.UndecodableException;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Gathered;
import io.tomogrid.dicom.Reencoder;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.RequestRefused;
import io.tomogrid.dicom.net.Retrievable;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An instance as it lies in the archive; compressed pixels are decoded for a peer that does not take them as they are, in
 * memory, so that what cannot be decoded fails before the first byte is sent.
 */
record ArchivedInstance(
        SegmentReader archive,
        PixelDecoder decoder,
        String sopClassUid,
        String sopInstanceUid,
        String transferSyntax,
        SegmentRef ref,
        String sha256)
        implements Retrievable {
    /** Up to this size the bytes are verified before the first one is sent. */
    private static final long VERIFIED_BYTES = 8L << 20;

    private static final long MOST_DECODED_BYTES = 512L << 20;
    private static final Logger log = LoggerFactory.getLogger(ArchivedInstance.class);

    @Override
    public InputStream open() throws IOException {
        return ref.length() <= VERIFIED_BYTES
                ? new ByteArrayInputStream(archive.read(ref, sha256))
                : archive.stream(ref);
    }

    @Override
    public List<String> alternatives() {
        return decoder.decodes(transferSyntax)
                ? Reencoder.uncompressedBut(transferSyntax)
                : Retrievable.super.alternatives();
    }

    @Override
    public InputStream open(String wanted) throws IOException {
        return wanted.equals(transferSyntax) || !decoder.decodes(transferSyntax)
                ? Retrievable.super.open(wanted)
                : Reencoder.reencode(decoded(), Uid.ExplicitVRLittleEndian, wanted);
    }

    private InputStream decoded() throws IOException {
        try (InputStream in = new BufferedInputStream(open())) {
            DecodedImage image = DecodedImage.open(in, transferSyntax, decoder);
            if ((long) image.frames() * image.format().frameBytes() > MOST_DECODED_BYTES) {
                throw new UndecodableException("its frames have more than " + MOST_DECODED_BYTES + " bytes together");
            }
            Gathered decoded = new Gathered();
            image.writeTo(decoded);
            return decoded.toInput();
        } catch (UndecodableException | CodecMissingException | DicomFormatException cannot) {
            log.warn("{} is not sent: {}", sopInstanceUid, cannot.getMessage());
            throw new RequestRefused(
                    DimseStatus.PROCESSING_FAILURE, Dictionary.uidName(transferSyntax) + " cannot be decoded");
        }
    }
}
