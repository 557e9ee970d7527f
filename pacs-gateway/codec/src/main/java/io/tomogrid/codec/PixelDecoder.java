package io.tomogrid.codec;

import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Uid;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decodes frames of compressed pixel data, PS3.5 section 8.2, for all transfer syntaxes that the house decodes. Thread-safe;
 * native memory is freed before a call returns.
 *
 * <p>JPEG-LS needs CharLS, JPEG 2000 and HTJ2K need OpenJPEG on the machine; all else is in here and in the JDK.
 */
public final class PixelDecoder {
    /** System property: file name or path of CharLS, if not {@value #CHARLS}. */
    public static final String CHARLS_PROPERTY = "tomogrid.codec.charls";

    /** System property: file name or path of OpenJPEG, if not {@value #OPENJPEG}. */
    public static final String OPENJPEG_PROPERTY = "tomogrid.codec.openjpeg";

    private static final String CHARLS = "libcharls.so.2";
    private static final String OPENJPEG = "libopenjp2.so.7";

    private static final Set<String> NATIVE_CELLS =
            Set.of(Uid.DeflatedImageFrameCompression, Uid.EncapsulatedUncompressedExplicitVRLittleEndian);

    private final SharedLibrary<CharLs> charls;
    private final SharedLibrary<OpenJpeg> openJpeg;
    private final Map<String, Codec> codecs = new TreeMap<>();

    /** With the libraries that the system properties name. */
    public PixelDecoder() {
        this(System.getProperty(CHARLS_PROPERTY, CHARLS), System.getProperty(OPENJPEG_PROPERTY, OPENJPEG));
    }

    PixelDecoder(String charlsFile, String openJpegFile) {
        charls = new SharedLibrary<>("JPEG-LS", "libcharls2", charlsFile, CharLs.class);
        openJpeg = new SharedLibrary<>("JPEG 2000", "libopenjp2-7", openJpegFile, OpenJpeg.class);
        codecs.put(Uid.RLELossless, new RunLength());
        codecs.put(Uid.DeflatedImageFrameCompression, new DeflatedFrame());
        codecs.put(Uid.EncapsulatedUncompressedExplicitVRLittleEndian, new UncompressedFrame());
        Codec jpeg = new Jpeg();
        codecs.put(Uid.JPEGBaseline, jpeg);
        codecs.put(Uid.JPEGExtended, jpeg);
        // retired; those of 8 bits are decoded, others refused frame by frame
        codecs.put(Uid.JPEGSpectralSelectionNonHierarchical, jpeg);
        codecs.put(Uid.JPEGFullProgressionNonHierarchical, jpeg);
        codecs.put(Uid.JPEGLosslessNonHierarchicalProcess14, jpeg);
        codecs.put(Uid.JPEGLosslessNonHierarchicalFirstOrderPredictionProcess14SelectionValue1, jpeg);
        Codec jpegLs = new JpegLs(charls);
        codecs.put(Uid.JPEGLSLosslessImageCompression, jpegLs);
        codecs.put(Uid.JPEGLSLossyImageCompression, jpegLs);
        Codec jpeg2000 = new Jpeg2000(openJpeg);
        codecs.put(Uid.JPEG2000ImageCompressionLosslessOnly, jpeg2000);
        codecs.put(Uid.JPEG2000ImageCompression, jpeg2000);
        codecs.put(Uid.HighThroughputJPEG2000ImageCompressionLosslessOnly, jpeg2000);
        codecs.put(Uid.HighThroughputJPEG2000WithRPCLOptionsImageCompressionLosslessOnly, jpeg2000);
        codecs.put(Uid.HighThroughputJPEG2000ImageCompression, jpeg2000);
    }

    /** Whether a decoded frame has its cells as an uncompressed one would, in the header's own Planar Configuration. */
    static boolean nativeCells(String transferSyntax) {
        return NATIVE_CELLS.contains(transferSyntax);
    }

    /** Whether there is a decoder, on this machine or after installing a library. */
    public boolean decodes(String transferSyntax) {
        return codecs.containsKey(transferSyntax);
    }

    /**
     * Decodes one frame.
     *
     * @param codestream the frame's fragments put together; padding behind it does not matter
     * @return the frame as it would stand in Explicit VR Little Endian, without padding; colours and their order are those that
     *     {@link DecodedImage#header} names
     * @throws UndecodableException if it is damaged, not what the format says, or of a syntax that is not decoded
     * @throws CodecMissingException if this machine lacks a library
     */
    public byte[] decode(String transferSyntax, PixelFormat format, byte[] codestream) throws IOException {
        Codec codec = codecs.get(transferSyntax);
        if (codec == null) {
            throw new UndecodableException(name(transferSyntax) + " is not decoded");
        }
        try {
            return codec.decode(format, codestream);
        } catch (CodecMissingException missing) {
            throw new CodecMissingException(name(transferSyntax) + ": " + missing.getMessage(), missing);
        }
    }

    /** What this machine can decode. */
    public List<CodecStatus> codecs() {
        return List.of(
                new CodecStatus("RLE, deflated frames, JPEG, JPEG Lossless", true, ""),
                new CodecStatus("JPEG-LS", charls.present(), charls.debianPackage()),
                new CodecStatus("JPEG 2000, HTJ2K", openJpeg.present(), openJpeg.debianPackage()));
    }

    /** The transfer syntax for people. */
    public static String name(String transferSyntax) {
        String name = Dictionary.uidName(transferSyntax);
        return name.equals(transferSyntax) ? name : name + " (" + transferSyntax + ")";
    }
}
