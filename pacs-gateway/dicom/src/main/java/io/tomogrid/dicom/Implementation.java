package io.tomogrid.dicom;

/** How this implementation names itself in associations and files, PS3.7 annex D.3.3.2. */
public final class Implementation {
    public static final String CLASS_UID = "2.25.190146791043182537444806132342625375407";
    public static final String VERSION_NAME = "TOMOGRID_01";

    private Implementation() {}
}
