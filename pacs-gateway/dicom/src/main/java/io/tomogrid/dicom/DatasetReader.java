package io.tomogrid.dicom;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * Reads a data set from a stream, PS3.5 section 7 and annex A. Tolerant: odd lengths, missing delimiters at the end of a
 * sequence of known length, unknown VRs. Whatever the encoding, values are kept little endian.
 */
public final class DatasetReader {
    private static final int UNDEFINED = -1;
    private static final int CHUNK = 1 << 16;
    private static final byte[] NOTHING = {};

    private final InputStream in;
    private final ReadLimits limits;
    private final String transferSyntax;
    private final boolean explicit;
    private final Inflater inflater;
    private boolean bigEndian;
    private boolean signedPixels;
    private final byte[] word = new byte[8];
    private long position;
    private int elements;
    private boolean checkRest;
    private int stoppedAt;
    private boolean passingOver;

    private DatasetReader(InputStream in, Inflater inflater, ReadLimits limits, String transferSyntax) {
        this.transferSyntax = transferSyntax;
        this.in = in;
        this.inflater = inflater;
        this.limits = limits;
        this.explicit = !transferSyntax.equals(Uid.ImplicitVRLittleEndian);
        this.bigEndian = transferSyntax.equals(Uid.ExplicitVRBigEndian);
    }

    /** @throws DicomFormatException if the bytes are not a data set of this transfer syntax */
    public static Dataset read(InputStream in, String transferSyntax, ReadLimits limits) throws IOException {
        return readUntil(in, transferSyntax, limits, 0xffffffff);
    }

    /**
     * Reads the elements before {@code stop}, so that a header can be read without its pixel data. The stream is left
     * somewhere behind the last element.
     *
     * @param stop first tag that is not read
     */
    public static Dataset readUntil(InputStream in, String transferSyntax, ReadLimits limits, int stop)
            throws IOException {
        return read(in, transferSyntax, limits, stop, false);
    }

    /**
     * Reads the elements before {@code stop} and passes over the others down to the last byte without keeping their
     * values, however large, so that a data set that breaks off is found without being held in memory. The limit of
     * bytes counts for what is kept.
     *
     * @throws DicomFormatException if the bytes are not a whole data set of this transfer syntax
     */
    public static Dataset readUntilAndCheckRest(InputStream in, String transferSyntax, ReadLimits limits, int stop)
            throws IOException {
        return read(in, transferSyntax, limits, stop, true);
    }

    private static Dataset read(InputStream in, String transferSyntax, ReadLimits limits, int stop, boolean checkRest)
            throws IOException {
        DatasetReader reader = open(in, transferSyntax, limits);
        reader.checkRest = checkRest;
        try {
            return reader.before(stop);
        } finally {
            if (reader.inflater != null) {
                reader.inflater.end();
            }
        }
    }

    static DatasetReader open(InputStream in, String transferSyntax, ReadLimits limits) {
        if (!deflated(transferSyntax)) {
            return new DatasetReader(in, null, limits, transferSyntax);
        }
        Inflater inflater = new Inflater(true);
        return new DatasetReader(new InflaterInputStream(in, inflater, CHUNK), inflater, limits, transferSyntax);
    }

    /** The elements before {@code stop}; afterwards the stream stands behind the tag of {@link #stoppedAt}. */
    Dataset before(int stop) throws IOException {
        Dataset dataset = new Dataset();
        try {
            elements(dataset, Long.MAX_VALUE, 0, stop, explicit);
        } catch (EOFException e) {
            throw new DicomFormatException("the data set ends in the middle of an element, at byte " + position
                    + ": it is truncated, send it again");
        } catch (java.util.zip.ZipException e) {
            throw new DicomFormatException("the deflated data set is damaged near byte " + position);
        }
        return dataset;
    }

    /** The first tag that was not read, or 0 when the data set ended before. */
    int stoppedAt() {
        return stoppedAt;
    }

    String transferSyntax() {
        return transferSyntax;
    }

    /** What follows in the data set, inflated where it was deflated. */
    InputStream rest() {
        return in;
    }

    /** The length field of the value whose tag was passed, unsigned; -1 for an undefined length. */
    long pixelLength() throws IOException {
        if (explicit) {
            fill(word, 0, 4);
            if (!longLength(vr(word[0], word[1]) == null ? VR.OW : vr(word[0], word[1]))) {
                return u16(2);
            }
        }
        int length = u32();
        return length == UNDEFINED ? UNDEFINED : Integer.toUnsignedLong(length);
    }

    /** The tag of an item; its length follows, {@link #itemLength}. */
    int itemTag() throws IOException {
        return tag();
    }

    int itemLength() throws IOException {
        return u32();
    }

    /** Transfer syntaxes whose whole data set is deflated, PS3.5 annex A.5. */
    static boolean deflated(String transferSyntax) {
        return transferSyntax.equals(Uid.DeflatedExplicitVRLittleEndian)
                || transferSyntax.equals("1.2.840.10008.1.2.4.95");
    }

    /** Reads elements until {@code end}, an item delimiter, or the end of the stream at an element's border. */
    private void elements(Dataset into, long end, int depth, int stop, boolean explicitHere) throws IOException {
        if (depth > limits.maxDepth()) {
            throw new DicomFormatException("sequences are nested more than " + limits.maxDepth() + " deep");
        }
        while (position < end) {
            int first = in.read();
            if (first < 0) {
                if (end != Long.MAX_VALUE && depth > 0) {
                    throw new EOFException();
                }
                return;
            }
            word[0] = (byte) first;
            fill(word, 1, 3);
            position += 4;
            int tag = bigEndian
                    ? u16(0) << 16 | u16(2)
                    : (word[1] & 0xff) << 24 | (word[0] & 0xff) << 16 | (word[3] & 0xff) << 8 | word[2] & 0xff;
            if (tag == Tag.ItemDelimitationItem) {
                u32();
                return;
            }
            if (tag >>> 16 == 0xfffe) {
                throw new DicomFormatException("expected an element at byte " + (position - 4) + ", got "
                        + Dictionary.describe(tag) + " of a sequence");
            }
            if (depth == 0 && Integer.compareUnsigned(tag, stop) >= 0) {
                if (!checkRest) {
                    stoppedAt = tag;
                    return;
                }
                passingOver = true;
            }
            if (++elements > limits.maxElements()) {
                throw new DicomFormatException("more than " + limits.maxElements() + " elements");
            }
            element(passingOver ? new Dataset() : into, tag, depth, explicitHere);
        }
    }

    private void element(Dataset into, int tag, int depth, boolean explicitHere) throws IOException {
        VR vr;
        int length;
        if (explicitHere) {
            fill(word, 0, 4);
            position += 4;
            vr = vr(word[0], word[1]);
            if (vr == null) {
                throw new DicomFormatException(Dictionary.describe(tag) + " at byte " + (position - 8)
                        + ": expected a VR, got bytes " + (word[0] & 0xff) + " " + (word[1] & 0xff)
                        + "; is the transfer syntax right?");
            }
            length = longLength(vr) ? u32() : u16(2);
        } else {
            length = u32();
            vr = implicitVr(tag);
        }
        if (vr == VR.SQ) {
            into.put(new Element.Items(tag, items(tag, length, depth, explicitHere), length != UNDEFINED));
        } else if (length == UNDEFINED && (vr == VR.UN || !longLength(vr))) {
            // PS3.5 6.2.2: a sequence in implicit little endian, whatever is around it; also where the dictionary,
            // for want of a VR, says what can have no undefined length
            boolean around = bigEndian;
            bigEndian = false;
            into.put(new Element.Items(tag, items(tag, length, depth, false)));
            bigEndian = around;
        } else if (length == UNDEFINED) {
            into.put(new Element.Fragments(tag, vr, fragments(tag)));
        } else {
            into.put(new Element.Value(tag, vr, order(vr, bytes(tag, Integer.toUnsignedLong(length)))));
            if (tag == Tag.PixelRepresentation) {
                signedPixels = into.intValue(tag).orElse(0) == 1;
            }
        }
    }

    private List<Dataset> items(int tag, int length, int depth, boolean explicitHere) throws IOException {
        List<Dataset> items = new ArrayList<>();
        long end = length == UNDEFINED ? Long.MAX_VALUE : position + Integer.toUnsignedLong(length);
        while (position < end) {
            int item = tag();
            int itemLength = u32();
            if (item == Tag.SequenceDelimitationItem) {
                break;
            }
            if (item != Tag.Item) {
                throw new DicomFormatException(Dictionary.describe(tag) + ": expected an item at byte " + (position - 8)
                        + ", got " + Dictionary.describe(item));
            }
            if (++elements > limits.maxElements()) {
                throw new DicomFormatException("more than " + limits.maxElements() + " elements and items");
            }
            Dataset dataset = new Dataset();
            dataset.setDefinedLength(itemLength != UNDEFINED);
            long itemEnd = itemLength == UNDEFINED ? Long.MAX_VALUE : position + Integer.toUnsignedLong(itemLength);
            long before = position;
            boolean signedAround = signedPixels; // an icon has pixels of its own
            elements(dataset, itemEnd, depth + 1, 0xffffffff, explicitHere);
            signedPixels = signedAround;
            if (itemLength == UNDEFINED && position == before) {
                throw new EOFException();
            }
            items.add(dataset);
        }
        return items;
    }

    private List<byte[]> fragments(int tag) throws IOException {
        List<byte[]> fragments = new ArrayList<>();
        while (true) {
            int item = tag();
            int length = u32();
            if (item == Tag.SequenceDelimitationItem) {
                return fragments;
            }
            if (item != Tag.Item || length == UNDEFINED) {
                throw new DicomFormatException(Dictionary.describe(tag) + ": expected a fragment at byte "
                        + (position - 8) + ", got " + Dictionary.describe(item));
            }
            if (++elements > limits.maxElements()) {
                throw new DicomFormatException("more than " + limits.maxElements() + " fragments");
            }
            fragments.add(bytes(tag, Integer.toUnsignedLong(length)));
        }
    }

    /** Takes memory as the bytes come, so that a wrong length costs nothing. */
    private byte[] bytes(int tag, long length) throws IOException {
        if (passingOver) {
            if (position + length > ReadLimits.DEFAULT.maxBytes()) {
                throw new DicomFormatException(Dictionary.describe(tag) + " at byte " + position + " claims " + length
                        + " bytes, more than a data set may have");
            }
            in.skipNBytes(length);
            position += length;
            return NOTHING;
        }
        if (position + length > limits.maxBytes() || length > Integer.MAX_VALUE - 8) {
            throw new DicomFormatException(Dictionary.describe(tag) + " at byte " + position + " claims " + length
                    + " bytes, more than this reader accepts");
        }
        byte[] value;
        if (length <= CHUNK) {
            value = new byte[(int) length];
            fill(value, 0, value.length);
        } else {
            value = in.readNBytes((int) length);
            if (value.length < length) {
                throw new EOFException();
            }
        }
        position += length;
        return value;
    }

    private VR implicitVr(int tag) {
        VR vr = Dictionary.vr(tag);
        return vr == VR.US && signedPixels && ambiguous(tag) ? VR.SS : vr;
    }

    /** Attributes of VR "US or SS" whose sign is Pixel Representation's. */
    private static boolean ambiguous(int tag) {
        return switch (tag) {
            case Tag.SmallestImagePixelValue,
                    Tag.LargestImagePixelValue,
                    Tag.SmallestPixelValueInSeries,
                    Tag.LargestPixelValueInSeries,
                    Tag.PixelPaddingValue,
                    Tag.PixelPaddingRangeLimit,
                    Tag.SmallestValidPixelValue,
                    Tag.LargestValidPixelValue,
                    Tag.SmallestImagePixelValueInPlane,
                    Tag.LargestImagePixelValueInPlane,
                    Tag.RealWorldValueFirstValueMapped,
                    Tag.RealWorldValueLastValueMapped -> true;
            default -> false;
        };
    }

    private byte[] order(VR vr, byte[] value) {
        return bigEndian ? ByteOrders.swap(vr, value) : value;
    }

    private int tag() throws IOException {
        fill(word, 0, 4);
        position += 4;
        return u16(0) << 16 | u16(2);
    }

    private int u32() throws IOException {
        fill(word, 0, 4);
        position += 4;
        return bigEndian ? u16(0) << 16 | u16(2) : u16(2) << 16 | u16(0);
    }

    private int u16(int at) {
        int a = word[at] & 0xff;
        int b = word[at + 1] & 0xff;
        return bigEndian ? a << 8 | b : b << 8 | a;
    }

    private void fill(byte[] into, int from, int length) throws IOException {
        if (in.readNBytes(into, from, length) < length) {
            throw new EOFException();
        }
    }

    private static VR vr(byte a, byte b) {
        if (a < 'A' || a > 'Z' || b < 'A' || b > 'Z') {
            return null;
        }
        VR vr = VRS[(a - 'A') * 26 + b - 'A'];
        // PS3.5 6.2: a VR of the future has a 32-bit length like UN
        return vr == null ? VR.UN : vr;
    }

    static boolean longLength(VR vr) {
        return switch (vr) {
            case OB, OD, OF, OL, OV, OW, SQ, SV, UC, UN, UR, UT, UV -> true;
            default -> false;
        };
    }

    private static final VR[] VRS = new VR[26 * 26];

    static {
        Arrays.stream(VR.values())
                .forEach(vr -> VRS[(vr.name().charAt(0) - 'A') * 26 + vr.name().charAt(1) - 'A'] = vr);
    }
}
