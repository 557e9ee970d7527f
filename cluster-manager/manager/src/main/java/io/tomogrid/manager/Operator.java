package io.tomogrid.manager;

/**
 * Who wants something of the manager, and why.
 *
 * @param by empty if nobody says
 * @param why empty if nobody says; no patient data
 */
record Operator(String by, String why) {
    Operator {
        by = Sql.text(by.strip());
        why = Sql.text(why.strip());
    }

    /** E.g. {@code by an operator (jd): the scanner is away}. */
    @Override
    public String toString() {
        return "by an operator" + (by.isEmpty() ? "" : " (" + by + ")") + (why.isEmpty() ? "" : ": " + why);
    }

    /** The parameters of a request that say so. @param by null if it does not @param reason null if it does not */
    record Said(String by, String reason) {
        Operator operator() {
            return new Operator(by == null ? "" : by, reason == null ? "" : reason);
        }
    }
}
