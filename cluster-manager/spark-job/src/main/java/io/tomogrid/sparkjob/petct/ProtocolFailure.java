package io.tomogrid.sparkjob.petct;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import java.io.IOException;

/** The study cannot be processed; its message names the fault and what to do next, without patient data. */
public final class ProtocolFailure extends Exception {
    private static final long serialVersionUID = 1;
    private final Remedy remedy;

    ProtocolFailure(String reason, Remedy remedy) {
        super(reason);
        this.remedy = remedy;
    }

    ProtocolFailure(String reason, Remedy remedy, Throwable cause) {
        super(reason, cause);
        this.remedy = remedy;
    }

    /** The images are at fault. */
    public static ProtocolFailure input(String reason) {
        return new ProtocolFailure(reason, Remedy.FIX_INPUT);
    }

    /** The archive cannot be read or the staging folder not be written; another attempt may do. */
    public static ProtocolFailure storage(IOException fault) {
        return new ProtocolFailure(
                "archive or staging folder: " + fault.getMessage() + "; is the file system up, and is there room?",
                Remedy.RETRY,
                fault);
    }

    public TaskOutcome.Failed outcome() {
        return new TaskOutcome.Failed(getMessage(), remedy);
    }
}
