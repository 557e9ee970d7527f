package io.tomogrid.dicom;

/** Value Representation, PS3.5 section 6.2. */
public enum VR {
    AE(Kind.TEXT),
    AS(Kind.TEXT),
    AT(Kind.BINARY),
    CS(Kind.TEXT),
    DA(Kind.TEXT),
    DS(Kind.TEXT),
    DT(Kind.TEXT),
    FL(Kind.BINARY),
    FD(Kind.BINARY),
    IS(Kind.TEXT),
    LO(Kind.SPECIFIC_TEXT),
    LT(Kind.SPECIFIC_TEXT),
    OB(Kind.BYTES),
    OD(Kind.BYTES),
    OF(Kind.BYTES),
    OL(Kind.BYTES),
    OV(Kind.BYTES),
    OW(Kind.BYTES),
    PN(Kind.SPECIFIC_TEXT),
    SH(Kind.SPECIFIC_TEXT),
    SL(Kind.BINARY),
    SQ(Kind.SEQUENCE),
    SS(Kind.BINARY),
    ST(Kind.SPECIFIC_TEXT),
    SV(Kind.BINARY),
    TM(Kind.TEXT),
    UC(Kind.SPECIFIC_TEXT),
    UI(Kind.TEXT),
    UL(Kind.BINARY),
    UN(Kind.BYTES),
    UR(Kind.TEXT),
    US(Kind.BINARY),
    UT(Kind.SPECIFIC_TEXT),
    UV(Kind.BINARY);

    /** How values of a VR are laid out. SPECIFIC_TEXT depends on Specific Character Set (0008,0005). */
    public enum Kind {
        TEXT,
        SPECIFIC_TEXT,
        BINARY,
        BYTES,
        SEQUENCE
    }

    private final Kind kind;

    VR(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
