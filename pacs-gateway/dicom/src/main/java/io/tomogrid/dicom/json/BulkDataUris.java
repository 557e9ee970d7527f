package io.tomogrid.dicom.json;

import io.tomogrid.dicom.Element;
import java.util.Optional;

/**
 * Decides which values a JSON document refers to instead of holding them, PS3.18 F.2.6. Asked for the byte VRs (OB, OD, OF,
 * OL, OV, OW, UN), long text (UC, UR, UT) and encapsulated pixel data.
 */
@FunctionalInterface
public interface BulkDataUris {
    /** Everything inline; encapsulated pixel data cannot be written so. */
    BulkDataUris INLINE = (path, element) -> Optional.empty();

    /**
     * The URI of a value.
     *
     * @param path tags in hexadecimal and item numbers from 1, such as {@code 7FE00010} or {@code 54000100/1/54001010}
     * @return where the value can be fetched, or empty to write it inline
     */
    Optional<String> uri(String path, Element element);

    /** The URI is the path below a base, for values of more than so many bytes and for encapsulated pixel data. */
    static BulkDataUris above(int bytes, String base) {
        return (path, element) -> element instanceof Element.Value v && v.value().length <= bytes
                ? Optional.empty()
                : Optional.of(base + '/' + path);
    }
}
