package io.tomogrid.codec;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * That an image's pixels are not those that were acquired, PS3.3 section C.7.6.1.1.5.
 *
 * @param ratios of each compression, as they are written; empty if the source does not say
 * @param methods of each, Lossy Image Compression Method (0028,2114)
 */
public record LossyCompression(List<String> ratios, List<String> methods) {
    /** Syntaxes that are never lossless. */
    private static final Set<String> ALWAYS = Set.of(
            Uid.JPEGBaseline,
            Uid.JPEGExtended,
            Uid.JPEGSpectralSelectionNonHierarchical,
            Uid.JPEGFullProgressionNonHierarchical);

    /** Syntaxes that may be lossy: they count as it unless the image says that it is not. */
    private static final Set<String> PERHAPS = Set.of(
            Uid.JPEGLSLossyImageCompression, Uid.JPEG2000ImageCompression, Uid.HighThroughputJPEG2000ImageCompression);

    private static final Map<String, String> METHODS = Map.of(
            Uid.JPEGLSLossyImageCompression, "ISO_14495_1",
            Uid.JPEG2000ImageCompression, "ISO_15444_1",
            Uid.HighThroughputJPEG2000ImageCompression, "ISO_15444_15");

    public LossyCompression {
        ratios = List.copyOf(ratios);
        methods = List.copyOf(methods);
    }

    /** Empty for an image that was never compressed with loss. */
    public static Optional<LossyCompression> of(String transferSyntax, Dataset header) {
        String said = header.string(Tag.LossyImageCompression).orElse("");
        boolean lossy = said.equals("01")
                || ALWAYS.contains(transferSyntax)
                || PERHAPS.contains(transferSyntax) && !said.equals("00");
        if (!lossy) {
            return Optional.empty();
        }
        List<String> methods = header.strings(Tag.LossyImageCompressionMethod);
        if (methods.isEmpty() && (ALWAYS.contains(transferSyntax) || PERHAPS.contains(transferSyntax))) {
            methods = List.of(METHODS.getOrDefault(transferSyntax, "ISO_10918_1"));
        }
        return Optional.of(new LossyCompression(header.strings(Tag.LossyImageCompressionRatio), methods));
    }

    /** For people. */
    public String describe() {
        return (methods.isEmpty() ? "method not stated" : String.join(", ", methods))
                + (ratios.isEmpty() ? "" : ", ratio " + String.join(", ", ratios));
    }
}
