package io.tomogrid.dicom.net;

/**
 * Status of a DIMSE response, PS3.7 annex C and PS3.4 annexes B.2.3, C.4 and J.3.
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

    /** A data set cannot be kept, or an identifier is not one of the information model. */
    public static final DimseStatus IDENTIFIER_DOES_NOT_MATCH = DATA_SET_DOES_NOT_MATCH;

    public static final DimseStatus PENDING = new DimseStatus(0xFF00, "");
    /** Some optional keys are not supported and were passed over. */
    public static final DimseStatus PENDING_WITHOUT_SOME_KEYS = new DimseStatus(0xFF01, "");

    public static final DimseStatus CANCEL = new DimseStatus(0xFE00, "");
    public static final DimseStatus UNABLE_TO_PROCESS = new DimseStatus(0xC000, "");
    /** There are more matches than were sent. */
    public static final DimseStatus RESPONSE_LIMIT_REACHED = new DimseStatus(0xB001, "");

    public static final DimseStatus SUB_OPERATIONS_FAILED = new DimseStatus(0xB000, "");
    public static final DimseStatus CANNOT_PERFORM_SUB_OPERATIONS = new DimseStatus(0xA702, "");
    public static final DimseStatus MOVE_DESTINATION_UNKNOWN = new DimseStatus(0xA801, "");
    public static final DimseStatus NO_SUCH_OBJECT_INSTANCE = new DimseStatus(0x0112, "");
    public static final DimseStatus INVALID_ARGUMENT = new DimseStatus(0x0115, "");
    public static final DimseStatus INVALID_OBJECT_INSTANCE = new DimseStatus(0x0117, "");
    public static final DimseStatus NO_SUCH_ACTION = new DimseStatus(0x0123, "");

    public DimseStatus because(String reason) {
        return new DimseStatus(code, reason);
    }

    public boolean isSuccess() {
        return code == 0;
    }

    public boolean isPending() {
        return (code & 0xff00) == 0xff00;
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
