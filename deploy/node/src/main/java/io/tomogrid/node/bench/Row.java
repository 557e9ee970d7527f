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
 */
record Row(
        String name,
        String metric,
        String unit,
        double ours,
        int runs,
        List<Double> spread,
        String target,
        boolean simulated) {

    static Row of(String name, String metric, String unit, String target, boolean simulated, double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
        return new Row(name, metric, unit, median, n, List.of(sorted[0], sorted[n - 1]), target, simulated);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("case", name);
        map.put("metric", metric);
        map.put("unit", unit);
        map.put("ours", ours);
        map.put("peer", null);
        map.put("theirs", null);
        map.put("ratio", null);
        map.put("runs", runs);
        map.put("spread", spread);
        map.put("simulated", simulated);
        return map;
    }
}
