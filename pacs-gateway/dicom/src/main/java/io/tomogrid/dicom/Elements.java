package io.tomogrid.dicom;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Comparing elements by what they say. */
final class Elements {
    private Elements() {}

    static boolean same(Dataset a, Dataset b) {
        if (a.size() != b.size()) {
            return false;
        }
        Iterator<Element> other = b.iterator();
        for (Element element : a) {
            if (!same(element, other.next())) {
                return false;
            }
        }
        return true;
    }

    private static boolean same(Element a, Element b) {
        if (a.tag() != b.tag() || a.vr() != b.vr()) {
            return false;
        }
        if (a instanceof Element.Value x && b instanceof Element.Value y) {
            return Arrays.equals(x.value(), y.value());
        }
        if (a instanceof Element.Items x && b instanceof Element.Items y) {
            return x.items().equals(y.items());
        }
        return a instanceof Element.Fragments x
                && b instanceof Element.Fragments y
                && same(x.fragments(), y.fragments());
    }

    private static boolean same(List<byte[]> a, List<byte[]> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!Arrays.equals(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }
}
