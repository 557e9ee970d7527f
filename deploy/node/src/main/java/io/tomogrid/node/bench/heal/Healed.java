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

    /** A line of the file that adds up over runs. @param began when this run did, in UTC */
    String line(String began, String machine) {
        return String.join(
                ",",
                began,
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

    /** Of a line of the file: when its run began. */
    static String began(String line) {
        return line.substring(0, line.indexOf(','));
    }

    /** The other way round; of what went wrong only that it did. */
    static Healed parse(String line) {
        String[] cells = line.split(",", -1);
        return new Healed(
                FaultKind.named(cells[2]),
                seconds(cells[4]),
                seconds(cells[5]),
                seconds(cells[6]),
                seconds(cells[7]),
                seconds(cells[8]),
                seconds(cells[9]),
                cells[10].equals("right") ? "" : cells[10]);
    }

    private static double seconds(String cell) {
        return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
    }

    private static String cell(double seconds) {
        return Double.isNaN(seconds) ? "" : String.format(Locale.ROOT, "%.3f", seconds);
    }
}
