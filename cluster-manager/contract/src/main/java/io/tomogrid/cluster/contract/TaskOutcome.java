package io.tomogrid.cluster.contract;

import io.tomogrid.gateway.contract.ResultManifest;
import java.io.Serializable;

/** How an attempt ended, or that it has not. */
public sealed interface TaskOutcome extends Serializable {
    /** @param stage what it is doing, e.g. {@code waiting for the slice}, {@code suv}, {@code model}, {@code encode} */
    record Running(String stage) implements TaskOutcome {}

    /**
     * @param findings what was found and how long each stage took
     * @param peakBytes most device memory that the attempt had allocated at once; 0 if it allocated none
     */
    record Succeeded(ResultManifest manifest, Findings findings, long peakBytes) implements TaskOutcome {
        /** Of an attempt that allocated no device memory. */
        public Succeeded(ResultManifest manifest, Findings findings) {
            this(manifest, findings, 0);
        }
    }

    /** @param reason one sentence naming what was wrong and what to do next; no patient data */
    record Failed(String reason, Remedy remedy) implements TaskOutcome {}

    /** What may be done next. */
    enum Remedy {
        RETRY,
        FIX_INPUT,
        FREE_CAPACITY,
        /** Its slice's memory was not enough: another attempt on a larger one. */
        LARGER_SLICE,
        ASK_OPERATOR
    }
}
