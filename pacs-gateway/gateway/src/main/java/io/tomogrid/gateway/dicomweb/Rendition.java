package io.tomogrid.gateway.dicomweb;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.codec.CodecMissingException;
import io.tomogrid.codec.DecodedImage;
import io.tomogrid.codec.PixelDecoder;
import io.tomogrid.codec.UndecodableException;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.FrameReader;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Reencoder;
import io.tomogrid.dicom.Uid;
import io.tomogrid.gateway.RequestFault;
import io.tomogrid.gateway.dicomweb.StoredInstances.Stored;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Writes instances in the transfer syntax that was asked for: as they are stored where that is accepted, else from one
 * uncompressed encoding into another, or compressed ones decoded in Explicit VR Little Endian. Nothing is compressed.
 */
final class Rendition {
    private final SegmentReader archive;
    private final PixelDecoder decoder = new PixelDecoder();

    Rendition(SegmentReader archive) {
        this.archive = archive;
    }

    /**
     * The transfer syntax of the answer, PS3.18 section 8.7.3.5: Explicit VR Little Endian where none was asked for.
     *
     * @throws RequestFault with status 406 when the instance would have to be compressed, or cannot be decoded at all
     */
    String transferSyntax(Stored stored, String asked) {
        String wanted = asked.isEmpty() ? Uid.ExplicitVRLittleEndian : asked;
        String have = stored.transferSyntax();
        if (wanted.equals("*") || wanted.equals(have)) {
            return have;
        }
        if (Reencoder.isUncompressed(have) && Reencoder.isUncompressed(wanted)
                || decoder.decodes(have) && wanted.equals(Uid.ExplicitVRLittleEndian)) {
            return wanted;
        }
        throw notRendered(stored, "is not transcoded");
    }

    private static RequestFault notRendered(Stored stored, String why) {
        return RequestFault.notAcceptable("instance " + stored.sopInstanceUid() + " is stored as "
                + Dictionary.uidName(stored.transferSyntax()) + " and " + why
                + "; accept transfer-syntax=* or transfer-syntax=" + stored.transferSyntax());
    }

    /** The transfer syntax of its frames: uncompressed samples are always little endian. */
    String framesTransferSyntax(Stored stored, String asked) {
        if (Reencoder.isUncompressed(stored.transferSyntax())) {
            transferSyntax(stored, asked);
            return Uid.ExplicitVRLittleEndian;
        }
        return transferSyntax(stored, asked);
    }

    /** Whether an answer in a transfer syntax is made by decoding. */
    static boolean decoding(Stored stored, String transferSyntax) {
        return !Reencoder.isUncompressed(stored.transferSyntax()) && !transferSyntax.equals(stored.transferSyntax());
    }

    /** Tries to decode, if the transfer syntax takes it, while the status of the answer can still be chosen. */
    void check(Stored stored, String transferSyntax) throws IOException {
        if (decoding(stored, transferSyntax)) {
            try (InputStream in = open(stored)) {
                decoded(stored, in);
            }
        }
    }

    /** @throws RequestFault with status 406 that says why the pixels cannot be decoded */
    DecodedImage decoded(Stored stored, InputStream in) throws IOException {
        try {
            return DecodedImage.open(in, stored.transferSyntax(), decoder);
        } catch (UndecodableException | CodecMissingException | DicomFormatException cannot) {
            throw notRendered(stored, "cannot be decoded: " + cannot.getMessage());
        }
    }

    /** Writes a DICOM file, PS3.10. */
    void write(Stored stored, String transferSyntax, OutputStream out) throws IOException {
        if (decoding(stored, transferSyntax)) {
            try (InputStream in = open(stored)) {
                DecodedImage decoded = decoded(stored, in);
                Part10.writeMeta(out, stored.sopClassUid(), stored.sopInstanceUid(), transferSyntax);
                decoded.writeTo(out);
            }
        } else {
            try (InputStream in = Reencoder.reencode(open(stored), stored.transferSyntax(), transferSyntax)) {
                Part10.writeMeta(out, stored.sopClassUid(), stored.sopInstanceUid(), transferSyntax);
                in.transferTo(out);
            }
        }
    }

    /** The frames of an instance, in ascending order. */
    interface Frames {
        int count();

        /** @param number from 1; each call's is larger than the one before */
        byte[] frame(int number) throws IOException;
    }

    /** Frames as they are stored, or decoded. @throws RequestFault with status 404 if the instance has none */
    Frames frames(Stored stored, String transferSyntax, InputStream in) throws IOException {
        if (decoding(stored, transferSyntax)) {
            DecodedImage decoded = decoded(stored, in);
            return new Frames() {
                @Override
                public int count() {
                    return decoded.frames();
                }

                @Override
                public byte[] frame(int number) throws IOException {
                    return decoded.frame(number);
                }
            };
        }
        FrameReader reader = asStored(stored, in);
        return new Frames() {
            @Override
            public int count() {
                return reader.frames();
            }

            @Override
            public byte[] frame(int number) throws IOException {
                return reader.frame(number);
            }
        };
    }

    private static FrameReader asStored(Stored stored, InputStream in) throws IOException {
        try {
            return FrameReader.open(in, stored.transferSyntax());
        } catch (DicomFormatException noImage) {
            throw RequestFault.notFound(noImage.getMessage());
        }
    }

    /** The encoded data set as it was received. */
    InputStream open(Stored stored) throws IOException {
        return new BufferedInputStream(archive.stream(stored.ref()), 1 << 16);
    }
}
