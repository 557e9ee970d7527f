package io.tomogrid.cluster.contract;

import io.tomogrid.gateway.contract.ResultManifest;
import java.io.Serializable;

/** How an attempt ended, or that it has not. */
public sealed interface TaskOutcome extends Serializable {
    /** @param stage what it is doing, e.g. {@code waiting for the slice}, {@code suv}, {@code model}, {@code encode} */
    record Running(String stage) implements TaskOutcome {}

    /** @param findings what was found and how long each stage took */
    record Succeeded(ResultManifest manifest, Findings findings) implements TaskOutcome {}

    /** @param reason one sentence naming what was wrong and what to do next; no patient data */
    record Failed(String reason, Remedy remedy) implements TaskOutcome {}

    /** What may be done next. */
    enum Remedy {
        RETRY,
        FIX_INPUT,
        FREE_CAPACITY,
        ASK_OPERATOR
    }
}
