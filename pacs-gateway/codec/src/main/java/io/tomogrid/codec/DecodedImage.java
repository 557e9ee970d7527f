package io.tomogrid.codec;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.FrameReader;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A compressed instance as its uncompressed twin, PS3.5 annex A.2 and section 8.2: the header in {@link #header} and one frame
 * at a time. The first frame is decoded when it is opened, so that what cannot be decoded is known before anything is
 * answered. Holds two frames at most. Not thread-safe.
 */
public final class DecodedImage {
    private static final long LONGEST_VALUE = 0xffff_fffeL;

    private final PixelDecoder decoder;
    private final String transferSyntax;
    private final FrameReader source;
    private final PixelFormat format;
    private final Dataset header;
    private final byte[] first;

    private DecodedImage(PixelDecoder decoder, String transferSyntax, FrameReader source) throws IOException {
        this.decoder = decoder;
        this.transferSyntax = transferSyntax;
        this.source = source;
        this.format = PixelFormat.of(source.header());
        this.first = decoder.decode(transferSyntax, format, source.frame(1));
        this.header = header(source.header(), transferSyntax, format);
    }

    /**
     * Reads the header and decodes the first frame.
     *
     * @param in the encoded data set; the caller closes it
     * @throws DicomFormatException if it is no data set, or has no pixel data
     * @throws UndecodableException if its first frame cannot be decoded
     * @throws CodecMissingException if this machine lacks a library
     */
    public static DecodedImage open(InputStream in, String transferSyntax, PixelDecoder decoder) throws IOException {
        if (!decoder.decodes(transferSyntax)) {
            throw new UndecodableException(PixelDecoder.name(transferSyntax) + " is not decoded");
        }
        return new DecodedImage(decoder, transferSyntax, FrameReader.open(in, transferSyntax));
    }

    /**
     * Every element before Pixel Data, as the decoded image has them: Photometric Interpretation and Planar Configuration are
     * those of the decoded frames, and what was lost in compression stays noted (PS3.3 section C.7.6.1.1.5).
     */
    public Dataset header() {
        return header;
    }

    public PixelFormat format() {
        return format;
    }

    /** Number of Frames. */
    public int frames() {
        return source.frames();
    }

    /**
     * One frame, little endian, colour by pixel, without padding.
     *
     * @param number from 1; each call's is larger than the one before
     */
    public byte[] frame(int number) throws IOException {
        return number == 1 ? first : decoder.decode(transferSyntax, format, source.frame(number));
    }

    /**
     * Writes the data set in Explicit VR Little Endian, frame by frame; elements behind Pixel Data, which sign or pad the
     * compressed form, are left out.
     *
     * @throws UndecodableException if a frame cannot be decoded; what was written is then no data set
     */
    public void writeTo(OutputStream out) throws IOException {
        long bytes = (long) frames() * first.length;
        boolean byteAligned = format.bitsAllocated() > 1 || (long) format.pixels() * format.samples() % 8 == 0;
        if (bytes > LONGEST_VALUE || frames() > 1 && !byteAligned) {
            throw new UndecodableException(frames() + " frames of " + first.length + " bytes and "
                    + format.bitsAllocated() + " bits per cell do not make one value of Pixel Data");
        }
        DatasetWriter.write(out, Uid.ExplicitVRLittleEndian, header);
        long padded = bytes + (bytes & 1);
        out.write(new byte[] {
            (byte) 0xe0,
            0x7f,
            0x10,
            0,
            'O',
            (byte) (format.bitsAllocated() > 8 ? 'W' : 'B'),
            0,
            0,
            (byte) padded,
            (byte) (padded >> 8),
            (byte) (padded >> 16),
            (byte) (padded >> 24)
        });
        for (int number = 1; number <= frames(); number++) {
            out.write(frame(number));
        }
        if (padded > bytes) {
            out.write(0);
        }
    }

    private static Dataset header(Dataset source, String transferSyntax, PixelFormat format) {
        Dataset header = new Dataset();
        source.forEach(header::put);
        header.remove(Tag.ExtendedOffsetTable).remove(Tag.ExtendedOffsetTableLengths);
        if (format.samples() > 1) {
            header.put(Tag.PhotometricInterpretation, photometric(format.photometric()))
                    .put(Tag.PlanarConfiguration, 0);
        }
        LossyCompression.of(transferSyntax, source).ifPresent(loss -> {
            header.put(Tag.LossyImageCompression, "01");
            if (!loss.methods().isEmpty()) {
                header.put(Tag.LossyImageCompressionMethod, loss.methods().toArray(String[]::new));
            }
        });
        return header;
    }

    /** Colours after decoding, PS3.5 sections 8.2.1 and 8.2.4: JPEG 2000 undoes its transform, JPEG its subsampling. */
    static String photometric(String coded) {
        return switch (coded) {
            case "YBR_RCT", "YBR_ICT" -> "RGB";
            case "YBR_FULL_422", "YBR_PARTIAL_420" -> "YBR_FULL";
            default -> coded;
        };
    }
}
