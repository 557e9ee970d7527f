package io.tomogrid.inference.service.swap;

import java.util.Locale;

/** What is done to a version, in the order of a rollout; each leaves an entry in the audit log. */
enum Step {
    BEGIN,
    /** Digests and signature. No byte of a model that nobody vouches for reaches ONNX Runtime. */
    VERIFY,
    /** The version before goes first, since both have no room beside each other. */
    BREAK,
    LOAD,
    CONTRACT,
    WARM_UP,
    GOLDEN,
    SHADOW,
    CANARY,
    SWITCH,
    WATCH,
    END,
    /** Back to the version before. */
    ROLL_BACK,
    DRAIN,
    CLOSE,
    /** The service began anew and took up the version that it had switched to last. */
    RESTORE,
    /** The process of a version ended and was begun anew. */
    REVIVE,
    UNLOAD;

    /** As it is written, e.g. {@code warm-up}. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
