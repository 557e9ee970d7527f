package io.tomogrid.node.bench;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One benchmark: runs it, prints its rows and writes them as a table.
 *
 * @param name which one @param runs of each case @param study folder of a real study, or null @param json file, or null
 * @param size how many swaps of {@code swap}, or instances in the index of {@code query}
 */
public record Bench(String name, int runs, Path study, Path json, int size, PrintWriter out) {
    /** Load average from which figures of fractions of a second mean little. */
    private static final double QUIET_LOAD = 1;
    /** In which a GPU, real or simulated, takes part. */
    private static final Set<String> GPU = Set.of("road", "end-to-end", "slices", "warm");

    public void run() throws IOException {
        Path root = Path.of(System.getProperty("tomogrid.root", "."));
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        List<Row> rows = switch (name) {
            case "road" -> new RoadBench(root.resolve(".tomogrid/bench"), study, out).run(runs);
            case "recon" ->
                Stream.of(
                                new ReconBench(out).run(runs),
                                new ListModeBench(out).run(runs),
                                new CtBench(out).run(runs),
                                new VolumeBench(out).run(runs))
                        .flatMap(List::stream)
                        .toList();
            case "ingest" -> new IngestBench(root.resolve(".tomogrid/bench"), out).run(runs);
            case "query" -> new QueryBench(root.resolve(".tomogrid/bench"), size, out).run(runs);
            case "end-to-end" -> new EndToEndBench(root.resolve(".tomogrid/bench"), out).run(runs);
            case "slices" -> new SlicesBench(out).run(runs);
            case "swap" -> new SwapBench(root.resolve(".tomogrid/bench"), size, out).run();
            case "warm" -> new WarmBench(root.resolve(".tomogrid/bench"), out).run();
            default ->
                throw new IllegalArgumentException("no benchmark named " + name
                        + ": there are road, end-to-end, heal, ingest, query, recon, slices, swap and warm");
        };
        String date = LocalDate.now(ZoneOffset.UTC).toString();
        String table = table(date, rows);
        out.println();
        out.print(table);
        out.flush();
        if (!GPU.contains(name) && load >= QUIET_LOAD) {
            out.printf(Locale.ROOT, "Not written to docs/benchmarks: the machine was busy before (load %.1f).%n", load);
            out.flush();
        } else {
            Path file = Files.createDirectories(root.resolve("docs/benchmarks")).resolve(date + "-" + name + ".md");
            Files.writeString(file, table);
        }
        if (json != null) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("bench", name);
            document.put("date", date);
            document.put("machine", Machine.describe());
            document.put("rows", rows.stream().map(Row::toMap).toList());
            Files.writeString(
                    json, JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(document) + "\n");
        }
    }

    private String table(String date, List<Row> rows) throws IOException {
        StringBuilder text =
                new StringBuilder("# Benchmark " + name + ", " + date + "\n\n" + Machine.describe() + "\n\n"
                        + "| case | metric | unit | median | least to greatest | runs | asked for | GPU | peer | theirs | ratio |\n"
                        + "|---|---|---|---|---|---|---|---|---|---|---|\n");
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %s to %s | %d | %s | %s | %s | %s | %s |%n",
                    row.name(),
                    row.metric(),
                    row.unit(),
                    figure(row.ours()),
                    figure(row.spread().get(0)),
                    figure(row.spread().get(1)),
                    row.runs(),
                    row.target().isEmpty() ? "-" : "under " + row.target(),
                    !GPU.contains(name) ? "none" : row.simulated() ? "simulated" : "real",
                    row.peer().isEmpty() ? "-" : row.peer(),
                    figure(row.theirs()),
                    figure(row.ratio())));
        }
        return text.toString();
    }

    private static String figure(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return String.format(Locale.ROOT, value < 1 ? "%.3f" : value < 10 ? "%.2f" : "%.1f", value);
    }
}
