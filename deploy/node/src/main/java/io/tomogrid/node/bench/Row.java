package io.tomogrid.node.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One measured figure, a row of the document of {@code bench --json}.
 *
 * @param ours median over the runs @param runs number of runs
 * @param spread least and greatest @param target what was asked for, empty when nothing was
 * @param simulated whether a simulated GPU took part
 * @param peer what it was compared with, empty when with nothing @param theirs the peer's median, NaN when there is none
 */
record Row(
        String name,
        String metric,
        String unit,
        double ours,
        int runs,
        List<Double> spread,
        String target,
        boolean simulated,
        String peer,
        double theirs) {

    static Row of(String name, String metric, String unit, String target, boolean simulated, double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        List<Double> spread = List.of(sorted[0], sorted[n - 1]);
        return new Row(name, metric, unit, median(values), n, spread, target, simulated, "", Double.NaN);
    }

    /** The same beside a peer that was measured in the same run. */
    Row against(String name, double... values) {
        return new Row(this.name, metric, unit, ours, runs, spread, target, simulated, name, median(values));
    }

    /** How many times ours the peer's time is: more is better; NaN without a peer. */
    double ratio() {
        return theirs / ours;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("case", name);
        map.put("metric", metric);
        map.put("unit", unit);
        map.put("ours", ours);
        boolean compared = !peer.isEmpty();
        map.put("peer", compared ? peer : null);
        map.put("theirs", compared ? theirs : null);
        map.put("ratio", compared ? ratio() : null);
        map.put("runs", runs);
        map.put("spread", spread);
        map.put("simulated", simulated);
        return map;
    }
}
