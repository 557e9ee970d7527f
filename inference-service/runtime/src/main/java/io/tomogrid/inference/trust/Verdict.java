package io.tomogrid.inference.trust;

/** Whether a model package may serve. */
public sealed interface Verdict {
    /** It may. @param by what vouches for it, for a log and an audit entry */
    record Verified(String by) implements Verdict {}

    /** It may not. @param reason what is wrong @param next what an operator can do */
    record Refused(String reason, String next) implements Verdict {
        @Override
        public String toString() {
            return reason + "; " + next;
        }
    }
}
