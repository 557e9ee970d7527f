package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;

/** Code Sequence Macro, PS3.3 section 8.8. */
public record CodedConcept(String value, String scheme, String meaning) {
    private static final int LONGEST_CODE_VALUE = 16;

    /** A value of more than 16 characters has an attribute of its own. */
    Dataset item() {
        return new Dataset()
                .put(value.length() > LONGEST_CODE_VALUE ? Tag.LongCodeValue : Tag.CodeValue, value)
                .put(Tag.CodingSchemeDesignator, scheme)
                .put(Tag.CodeMeaning, meaning);
    }
}
