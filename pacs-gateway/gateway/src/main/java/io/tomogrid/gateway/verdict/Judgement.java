package io.tomogrid.gateway.verdict;

import java.util.Optional;

/**
 * What a reader says of one job's results.
 *
 * @param by who says it, at most 64 characters; may be empty
 * @param reason at most 256 characters, no patient data; may be empty
 * @param lesions what became of each lesion, if that is told
 */
public record Judgement(Outcome outcome, String by, String reason, Optional<Lesions> lesions) {
    private static final int MOST_BY = 64;
    private static final int MOST_REASON = 256;

    public Judgement {
        if (by.length() > MOST_BY || reason.length() > MOST_REASON) {
            throw new IllegalArgumentException(
                    "verdict: by has at most " + MOST_BY + " characters, reason " + MOST_REASON);
        }
    }

    /** What is said. */
    public enum Outcome {
        ACCEPTED,
        EDITED,
        REJECTED
    }

    /** @param kept as we measured them @param edited measured otherwise @param removed no lesion after all @param added missed by us */
    public record Lesions(int kept, int edited, int removed, int added) {}
}
