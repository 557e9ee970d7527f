package io.tomogrid.dicom;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Turns a data set from one transfer syntax without compressed pixels into another, PS3.5 annex A. Every value stays the
 * same to the bit; only what depends on the encoding goes: group lengths, and VRs where the other one has none.
 * Compressed pixels are not decoded.
 */
public final class Reencoder {
    /** In the order in which they are offered to a peer that does not take what is stored. */
    private static final List<String> UNCOMPRESSED = List.of(
            Uid.ExplicitVRLittleEndian,
            Uid.ImplicitVRLittleEndian,
            Uid.DeflatedExplicitVRLittleEndian,
            Uid.ExplicitVRBigEndian);
    /** Re-encoding holds the data set in memory. */
    private static final ReadLimits IN_MEMORY =
            new ReadLimits(ReadLimits.DEFAULT.maxDepth(), ReadLimits.DEFAULT.maxElements(), 512L << 20);

    private static final int MOST_OF_SHORT_LENGTH = 0xfffe;

    private Reencoder() {}

    /** Whether pixels of this transfer syntax are not compressed, so that it can be turned into the others. */
    public static boolean isUncompressed(String transferSyntax) {
        return UNCOMPRESSED.contains(transferSyntax);
    }

    /** Into what a data set can be turned without loss, the best first; nothing when its pixels are compressed. */
    public static List<String> alternatives(String stored) {
        return isUncompressed(stored) ? uncompressedBut(stored) : List.of();
    }

    /** The others without compression, the best first: into what a data set is turned whose pixels were decoded, too. */
    public static List<String> uncompressedBut(String stored) {
        return UNCOMPRESSED.stream().filter(t -> !t.equals(stored)).toList();
    }

    /** The transfer syntax in which a receiver takes what is stored: as it is stored if it can be. */
    public static Optional<String> syntaxFor(String stored, Predicate<String> accepted) {
        return accepted.test(stored)
                ? Optional.of(stored)
                : alternatives(stored).stream().filter(accepted).findFirst();
    }

    /**
     * The data set in another transfer syntax; the same stream when it is the same. The same bytes come out every time.
     *
     * @param in is closed unless it is returned
     * @throws DicomFormatException if it is no data set of {@code from}, or one of more than 512 MiB
     * @throws IllegalArgumentException if one of them has compressed pixels
     */
    public static InputStream reencode(InputStream in, String from, String to) throws IOException {
        if (from.equals(to)) {
            return in;
        }
        if (!isUncompressed(from) || !isUncompressed(to)) {
            throw new IllegalArgumentException(
                    Dictionary.uidName(from) + " is not turned into " + Dictionary.uidName(to));
        }
        Gathered out = new Gathered();
        try (in) {
            write(out, to, DatasetReader.read(in, from, IN_MEMORY));
        }
        return out.toInput();
    }

    /** Writes a data set that was read from another transfer syntax; what does not fit its VR there becomes UN. */
    public static void write(OutputStream out, String transferSyntax, Dataset dataset) throws IOException {
        DatasetWriter.write(out, transferSyntax, fitting(dataset, !transferSyntax.equals(Uid.ImplicitVRLittleEndian)));
    }

    private static Dataset fitting(Dataset dataset, boolean explicit) {
        Dataset result = new Dataset();
        result.setDefinedLength(dataset.definedLength());
        for (Element element : dataset) {
            if ((element.tag() & 0xffff) == 0) {
                continue; // PS3.5 section 7.2: a group length, which would no longer be true
            }
            if (element instanceof Element.Items items) {
                result.put(new Element.Items(
                        items.tag(),
                        items.items().stream()
                                .map(item -> fitting(item, explicit))
                                .toList(),
                        items.definedLength()));
            } else if (element instanceof Element.Value value && explicit) {
                result.put(new Element.Value(value.tag(), fitting(value), value.value()));
            } else {
                result.put(element);
            }
        }
        return result;
    }

    /** PS3.5 section 6.2.2: a value too long for a length of 16 bits is UN; a look-up table may be OW. */
    private static VR fitting(Element.Value element) {
        if (element.value().length <= MOST_OF_SHORT_LENGTH || DatasetReader.longLength(element.vr())) {
            return element.vr();
        }
        return element.tag() == Tag.LUTData ? VR.OW : VR.UN;
    }
}
