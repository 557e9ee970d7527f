package io.tomogrid.node.bench;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One benchmark: runs it, prints its rows and writes them as a table.
 *
 * @param name which one @param runs of each case @param study folder of a real study, or null @param json file, or null
 */
public record Bench(String name, int runs, Path study, Path json, PrintWriter out) {
    public void run() throws IOException {
        if (!name.equals("road")) {
            throw new IllegalArgumentException("no benchmark named " + name + ": there is road");
        }
        Path root = Path.of(System.getProperty("tomogrid.root", "."));
        List<Row> rows = new RoadBench(root.resolve(".tomogrid/bench"), study, out).run(runs);
        String date = LocalDate.now(ZoneOffset.UTC).toString();
        String table = table(date, rows);
        out.println();
        out.print(table);
        out.flush();
        Path file = Files.createDirectories(root.resolve("docs/benchmarks")).resolve(date + "-" + name + ".md");
        Files.writeString(file, table);
        if (json != null) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("bench", name);
            document.put("date", date);
            document.put("machine", machine());
            document.put("rows", rows.stream().map(Row::toMap).toList());
            Files.writeString(
                    json, JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(document) + "\n");
        }
    }

    private String table(String date, List<Row> rows) throws IOException {
        StringBuilder text = new StringBuilder("# Benchmark " + name + ", " + date + "\n\n" + machine() + "\n\n"
                + "| case | metric | unit | median | least to greatest | runs | asked for | GPU |\n"
                + "|---|---|---|---|---|---|---|---|\n");
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %.1f | %.1f to %.1f | %d | under %s | %s |%n",
                    row.name(),
                    row.metric(),
                    row.unit(),
                    row.ours(),
                    row.spread().get(0),
                    row.spread().get(1),
                    row.runs(),
                    row.target(),
                    row.simulated() ? "simulated" : "real"));
        }
        return text.toString();
    }

    private static String machine() throws IOException {
        String cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown processor");
        var system = (com.sun.management.OperatingSystemMXBean)
                java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        return String.format(
                Locale.ROOT,
                "%s, %d processors, %.0f GB memory, Java %s",
                cpu,
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize() / 1e9,
                Runtime.version());
    }
}
