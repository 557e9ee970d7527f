package io.tomogrid.node.bench.heal;

import java.util.Locale;

/**
 * What one fault did, in seconds after it was put in; NaN for what did not happen, since the job that ran simply went on.
 *
 * @param detected until the cluster showed that it knew
 * @param decided until the job was to be tried again
 * @param placed until it had another slice
 * @param running until its first instruction there
 * @param good until the first result of a job that ran when the fault came, stored
 * @param newcomer until the first instruction of a job that came just after the fault
 * @param wrong what should not have happened, empty if all is well
 */
record Healed(
        FaultKind kind,
        double detected,
        double decided,
        double placed,
        double running,
        double good,
        double newcomer,
        String wrong) {
    static final String HEADER =
            "date,machine,kind,simulated,detected-s,decided-s,placed-s,running-s,good-s,newcomer-s,outcome";

    boolean right() {
        return wrong.isEmpty();
    }

    /** A line of the file that adds up over runs. */
    String line(String date, String machine) {
        return String.join(
                ",",
                date,
                machine.replace(',', ';'),
                kind.label(),
                "yes",
                cell(detected),
                cell(decided),
                cell(placed),
                cell(running),
                cell(good),
                cell(newcomer),
                right() ? "right" : "wrong");
    }

    private static String cell(double seconds) {
        return Double.isNaN(seconds) ? "" : String.format(Locale.ROOT, "%.3f", seconds);
    }
}
