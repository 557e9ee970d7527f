package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Uid;
import java.util.Map;
import java.util.Set;

/** Encodings whose pixel data this protocol reads, and the names of those that it does not. */
final class TransferSyntaxes {
    private static final Set<String> UNCOMPRESSED = Set.of(
            Uid.ImplicitVRLittleEndian,
            Uid.ExplicitVRLittleEndian,
            Uid.ExplicitVRBigEndian,
            Uid.DeflatedExplicitVRLittleEndian);

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry(Uid.JPEGBaseline, "JPEG Baseline"),
            Map.entry(Uid.JPEGExtended, "JPEG Extended"),
            Map.entry(Uid.JPEGLosslessNonHierarchicalProcess14, "JPEG Lossless, process 14"),
            Map.entry("1.2.840.10008.1.2.4.70", "JPEG Lossless"),
            Map.entry("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless"),
            Map.entry("1.2.840.10008.1.2.4.81", "JPEG-LS Near-Lossless"),
            Map.entry("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless"),
            Map.entry("1.2.840.10008.1.2.4.91", "JPEG 2000"),
            Map.entry(Uid.HighThroughputJPEG2000ImageCompressionLosslessOnly, "HTJ2K Lossless"),
            Map.entry(Uid.HighThroughputJPEG2000WithRPCLOptionsImageCompressionLosslessOnly, "HTJ2K Lossless RPCL"),
            Map.entry(Uid.HighThroughputJPEG2000ImageCompression, "HTJ2K"),
            Map.entry("1.2.840.10008.1.2.4.110", "JPEG XL Lossless"),
            Map.entry("1.2.840.10008.1.2.5", "RLE Lossless"));

    private TransferSyntaxes() {}

    static boolean uncompressed(String uid) {
        return UNCOMPRESSED.contains(uid);
    }

    /** For people. */
    static String name(String uid) {
        String name = NAMES.get(uid);
        return name == null ? uid : name + " (" + uid + ")";
    }
}
