package io.tomogrid.dicom;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes a data set. Sequences and items are written with undefined lengths and delimiters, unless they were read with
 * their lengths; values of odd length are padded (PS3.5 section 6.2).
 */
public final class DatasetWriter {
    private static final int UNDEFINED = 0xffffffff;
    /** Bytes of a delimiter, and of what begins an item. */
    private static final int DELIMITER = 8;

    private final OutputStream out;
    private final boolean explicit;
    private final boolean bigEndian;
    private final byte[] word = new byte[4];

    private DatasetWriter(OutputStream out, boolean explicit, boolean bigEndian) {
        this.out = out;
        this.explicit = explicit;
        this.bigEndian = bigEndian;
    }

    /** @throws IllegalArgumentException if a value is too long for its VR in an explicit encoding */
    public static void write(OutputStream out, String transferSyntax, Dataset dataset) throws IOException {
        boolean explicit = !transferSyntax.equals(Uid.ImplicitVRLittleEndian);
        boolean big = transferSyntax.equals(Uid.ExplicitVRBigEndian);
        if (DatasetReader.deflated(transferSyntax)) {
            deflated(out, dataset);
        } else {
            new DatasetWriter(out, explicit, big).dataset(dataset);
        }
    }

    /** PS3.5 annex A.5: a bare deflate stream, padded to an even length. */
    private static void deflated(OutputStream out, Dataset dataset) throws IOException {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            DeflaterOutputStream deflating = new DeflaterOutputStream(out, deflater, 1 << 16);
            new DatasetWriter(deflating, true, false).dataset(dataset);
            deflating.finish();
            if ((deflater.getBytesWritten() & 1) == 1) {
                out.write(0);
            }
        } finally {
            deflater.end();
        }
    }

    private void dataset(Dataset dataset) throws IOException {
        for (Element element : dataset) {
            if (element instanceof Element.Value value) {
                value(value);
            } else if (element instanceof Element.Items items) {
                items(items);
            } else if (element instanceof Element.Fragments fragments) {
                header(fragments.tag(), fragments.vr(), UNDEFINED);
                for (byte[] fragment : fragments.fragments()) {
                    item(Tag.Item, fragment.length + (fragment.length & 1));
                    out.write(padded(VR.OB, fragment));
                }
                item(Tag.SequenceDelimitationItem, 0);
            }
        }
    }

    private void items(Element.Items sequence) throws IOException {
        int length = sequence.definedLength() ? field(contentLength(sequence)) : UNDEFINED;
        header(sequence.tag(), VR.SQ, length);
        for (Dataset item : sequence.items()) {
            int itemLength = item.definedLength() ? field(length(item)) : UNDEFINED;
            item(Tag.Item, itemLength);
            dataset(item);
            if (itemLength == UNDEFINED) {
                item(Tag.ItemDelimitationItem, 0);
            }
        }
        if (length == UNDEFINED) {
            item(Tag.SequenceDelimitationItem, 0);
        }
    }

    private static int field(long length) {
        return length < 0xffffffffL ? (int) length : UNDEFINED;
    }

    private long length(Dataset dataset) {
        long length = 0;
        for (Element element : dataset) {
            length += explicit && DatasetReader.longLength(element.vr()) ? 12 : 8;
            if (element instanceof Element.Value value) {
                length += even(value.value());
            } else if (element instanceof Element.Items items) {
                length += contentLength(items) + (items.definedLength() ? 0 : DELIMITER);
            } else if (element instanceof Element.Fragments fragments) {
                length += fragments.fragments().stream()
                                .mapToLong(f -> DELIMITER + even(f))
                                .sum()
                        + DELIMITER;
            }
        }
        return length;
    }

    private long contentLength(Element.Items sequence) {
        return sequence.items().stream()
                .mapToLong(item -> DELIMITER + length(item) + (item.definedLength() ? 0 : DELIMITER))
                .sum();
    }

    private static long even(byte[] value) {
        return value.length + (value.length & 1L);
    }

    private void value(Element.Value element) throws IOException {
        VR vr = element.vr();
        byte[] value = element.value();
        int length = value.length + (value.length & 1);
        if (explicit && length > 0xfffe && !DatasetReader.longLength(vr)) {
            throw new IllegalArgumentException(
                    Dictionary.describe(element.tag()) + ": " + length + " bytes do not fit VR " + vr);
        }
        header(element.tag(), vr, length);
        // the padding belongs to the last word, so it comes before that is swapped
        byte[] even = padded(vr, value);
        out.write(bigEndian ? ByteOrders.swap(vr, even) : even);
    }

    private static byte[] padded(VR vr, byte[] value) {
        if ((value.length & 1) == 0) {
            return value;
        }
        byte[] even = Arrays.copyOf(value, value.length + 1);
        if (vr.kind() != VR.Kind.BYTES && vr.kind() != VR.Kind.BINARY && vr != VR.UI) {
            even[value.length] = ' ';
        }
        return even;
    }

    private void header(int tag, VR vr, int length) throws IOException {
        u16(tag >>> 16);
        u16(tag);
        if (!explicit) {
            u32(length);
            return;
        }
        out.write(vr.name().charAt(0));
        out.write(vr.name().charAt(1));
        if (DatasetReader.longLength(vr)) {
            u16(0);
            u32(length);
        } else {
            u16(length);
        }
    }

    private void item(int tag, int length) throws IOException {
        u16(tag >>> 16);
        u16(tag);
        u32(length);
    }

    private void u16(int value) throws IOException {
        word[bigEndian ? 1 : 0] = (byte) value;
        word[bigEndian ? 0 : 1] = (byte) (value >>> 8);
        out.write(word, 0, 2);
    }

    private void u32(int value) throws IOException {
        for (int i = 0; i < 4; i++) {
            word[bigEndian ? 3 - i : i] = (byte) (value >>> 8 * i);
        }
        out.write(word, 0, 4);
    }
}
