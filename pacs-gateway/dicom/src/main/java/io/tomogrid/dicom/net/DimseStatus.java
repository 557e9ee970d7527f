package io.tomogrid.dicom.net;

/**
 * Status of a DIMSE response, PS3.7 annex C and PS3.4 annex B.2.3.
 *
 * @param code (0000,0900)
 * @param comment Error Comment (0000,0902), at most 64 characters go over the wire; never patient data
 */
public record DimseStatus(int code, String comment) {
    public static final DimseStatus SUCCESS = new DimseStatus(0x0000, "");
    public static final DimseStatus PROCESSING_FAILURE = new DimseStatus(0x0110, "");
    public static final DimseStatus DUPLICATE_SOP_INSTANCE = new DimseStatus(0x0111, "");
    public static final DimseStatus SOP_CLASS_NOT_SUPPORTED = new DimseStatus(0x0122, "");
    public static final DimseStatus UNRECOGNIZED_OPERATION = new DimseStatus(0x0211, "");
    public static final DimseStatus OUT_OF_RESOURCES = new DimseStatus(0xA700, "");
    public static final DimseStatus DATA_SET_DOES_NOT_MATCH = new DimseStatus(0xA900, "");
    public static final DimseStatus CANNOT_UNDERSTAND = new DimseStatus(0xC000, "");

    public DimseStatus because(String reason) {
        return new DimseStatus(code, reason);
    }

    public boolean isSuccess() {
        return code == 0;
    }

    /** Stored, with a remark: 0xB000 to 0xBFFF, and the warnings of PS3.7. */
    public boolean isWarning() {
        return (code & 0xf000) == 0xb000 || code == 0x0001 || code == 0x0107 || code == 0x0116;
    }

    @Override
    public String toString() {
        return String.format("0x%04X", code) + (comment.isEmpty() ? "" : " " + comment);
    }
}
