package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;

/** Code Sequence Macro, PS3.3 section 8.8. */
public record CodedConcept(String value, String scheme, String meaning) {
    Dataset item() {
        return new Dataset()
                .put(Tag.CodeValue, value)
                .put(Tag.CodingSchemeDesignator, scheme)
                .put(Tag.CodeMeaning, meaning);
    }
}
