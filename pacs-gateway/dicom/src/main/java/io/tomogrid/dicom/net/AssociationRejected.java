package io.tomogrid.dicom.net;

import java.io.IOException;

/** The peer refused the association, PS3.8 section 9.3.4. */
public final class AssociationRejected extends IOException {
    private static final long serialVersionUID = 1;
    private final int result;
    private final int source;
    private final int reason;

    /** As the A-ASSOCIATE-RJ says, PS3.8 table 9-21. */
    public AssociationRejected(int result, int source, int reason) {
        super("the peer rejected the association: " + text(source, reason) + (result == 2 ? " (for now)" : ""));
        this.result = result;
        this.source = source;
        this.reason = reason;
    }

    /** Whether a later try may succeed: result 2, rejected-transient. */
    public boolean isTransient() {
        return result == 2;
    }

    public int source() {
        return source;
    }

    public int reason() {
        return reason;
    }

    private static String text(int source, int reason) {
        return switch (source * 10 + reason) {
            case 11 -> "no reason given";
            case 12 -> "application context name not supported";
            case 13 -> "it does not know our AE title (calling AE title not recognized)";
            case 17 -> "it has another AE title (called AE title not recognized)";
            case 22 -> "protocol version not supported";
            case 31 -> "temporary congestion";
            case 32 -> "local limit exceeded";
            default -> "source " + source + ", reason " + reason;
        };
    }
}
