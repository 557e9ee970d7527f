package io.tomogrid.gateway.ingest;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Whether two data sets say the same, however they were encoded: group lengths, padding and the VR itself (implicit
 * encodings do not carry it) are passed over; every other byte counts. A pixel that was compressed is not decoded.
 */
final class SameContent {
    private SameContent() {}

    static boolean same(Dataset a, Dataset b) {
        Iterator<Element> left = said(a).iterator();
        Iterator<Element> right = said(b).iterator();
        while (left.hasNext() && right.hasNext()) {
            if (!same(left.next(), right.next())) {
                return false;
            }
        }
        return !left.hasNext() && !right.hasNext();
    }

    private static List<Element> said(Dataset dataset) {
        return StreamSupport.stream(dataset.spliterator(), false)
                .filter(e -> (e.tag() & 0xffff) != 0 && e.tag() != Tag.DataSetTrailingPadding)
                .toList();
    }

    private static boolean same(Element a, Element b) {
        if (a.tag() != b.tag()) {
            return false;
        }
        if (a instanceof Element.Value x && b instanceof Element.Value y) {
            return sameBytes(x, y);
        }
        if (a instanceof Element.Items x && b instanceof Element.Items y) {
            return sameItems(x.items(), y.items());
        }
        return a instanceof Element.Fragments x
                && b instanceof Element.Fragments y
                && Arrays.deepEquals(
                        x.fragments().toArray(byte[][]::new), y.fragments().toArray(byte[][]::new));
    }

    private static boolean sameItems(List<Dataset> a, List<Dataset> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!same(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameBytes(Element.Value a, Element.Value b) {
        boolean text = text(a) || text(b);
        return Arrays.equals(a.value(), 0, length(a.value(), text), b.value(), 0, length(b.value(), text));
    }

    private static boolean text(Element.Value element) {
        return element.vr().kind() == VR.Kind.TEXT || element.vr().kind() == VR.Kind.SPECIFIC_TEXT;
    }

    /** Without the padding of text, PS3.5 section 6.2: spaces, and NUL behind a UID. */
    private static int length(byte[] value, boolean text) {
        int length = value.length;
        while (text && length > 0 && (value[length - 1] == ' ' || value[length - 1] == 0)) {
            length--;
        }
        return length;
    }
}
