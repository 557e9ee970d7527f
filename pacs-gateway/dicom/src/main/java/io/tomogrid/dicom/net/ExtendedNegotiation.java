package io.tomogrid.dicom.net;

/**
 * SOP class extended negotiation of an information model, PS3.7 section D.3.3.5 and PS3.4 section C.5.
 *
 * @param relational whether unique keys above the level of an identifier may be missing (proposal), or will be done
 *     without (answer)
 * @param bytes of the application information, of which the first is this one; we know no others and answer them 0
 */
record ExtendedNegotiation(String sopClass, boolean relational, int bytes) {
    ExtendedNegotiation {
        if (bytes < 0 || relational && bytes < 1) {
            throw new IllegalArgumentException("application information: expected at least 1 byte, got " + bytes);
        }
    }

    static ExtendedNegotiation relational(String sopClass) {
        return new ExtendedNegotiation(sopClass, true, 1);
    }
}
