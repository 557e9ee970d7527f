package io.tomogrid.dicom;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes a data set. Sequences and items are written with undefined lengths and delimiters, so that nothing has to be
 * measured beforehand; values of odd length are padded (PS3.5 section 6.2).
 */
public final class DatasetWriter {
    private static final int UNDEFINED = 0xffffffff;

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
            DeflaterOutputStream deflater =
                    new DeflaterOutputStream(out, new Deflater(Deflater.DEFAULT_COMPRESSION, true), 1 << 16);
            new DatasetWriter(deflater, true, false).dataset(dataset);
            deflater.finish();
        } else {
            new DatasetWriter(out, explicit, big).dataset(dataset);
        }
    }

    private void dataset(Dataset dataset) throws IOException {
        for (Element element : dataset) {
            if (element instanceof Element.Value value) {
                value(value);
            } else if (element instanceof Element.Items items) {
                header(items.tag(), VR.SQ, UNDEFINED);
                for (Dataset item : items.items()) {
                    item(Tag.Item, UNDEFINED);
                    dataset(item);
                    item(Tag.ItemDelimitationItem, 0);
                }
                item(Tag.SequenceDelimitationItem, 0);
            } else if (element instanceof Element.Fragments fragments) {
                header(fragments.tag(), fragments.vr(), UNDEFINED);
                for (byte[] fragment : fragments.fragments()) {
                    item(Tag.Item, fragment.length + (fragment.length & 1));
                    padded(VR.OB, fragment);
                }
                item(Tag.SequenceDelimitationItem, 0);
            }
        }
    }

    private void value(Element.Value element) throws IOException {
        byte[] value = bigEndian ? ByteOrders.swap(element.vr(), element.value()) : element.value();
        int length = value.length + (value.length & 1);
        VR vr = element.vr();
        if (explicit && length > 0xfffe && !DatasetReader.longLength(vr)) {
            throw new IllegalArgumentException(
                    Dictionary.describe(element.tag()) + ": " + length + " bytes do not fit VR " + vr);
        }
        header(element.tag(), vr, length);
        padded(vr, value);
    }

    private void padded(VR vr, byte[] value) throws IOException {
        out.write(value);
        if ((value.length & 1) == 1) {
            boolean space = vr.kind() != VR.Kind.BYTES && vr.kind() != VR.Kind.BINARY && vr != VR.UI;
            out.write(space ? ' ' : 0);
        }
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
