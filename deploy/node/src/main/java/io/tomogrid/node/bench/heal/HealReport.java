package io.tomogrid.node.bench.heal;

import io.tomogrid.node.bench.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The table of one run, and the file to which every run adds its faults. */
final class HealReport {
    private static final String ALL = "heal.csv";
    private static final double TAIL = 0.99;
    /** −ln 0.05: with no failure in n faults, the rate of failures is below this / n with 95 % confidence. */
    private static final double RULE_OF_THREE = 3;

    private final Path folder;
    private final String began;
    private final List<String> lines;

    private HealReport(Path folder, String began, List<String> lines) {
        this.folder = folder;
        this.began = began;
        this.lines = lines;
    }

    /** @param resume whether what is added belongs to the last run that the file tells of */
    static HealReport open(Path folder, boolean resume) throws IOException {
        Path file = Files.createDirectories(folder).resolve(ALL);
        List<String> lines = new ArrayList<>(Files.exists(file) ? Files.readAllLines(file) : List.of(Healed.HEADER));
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return new HealReport(
                folder, resume && lines.size() > 1 ? Healed.began(lines.get(lines.size() - 1)) : now, lines);
    }

    /** What this run has seen so far, also before it was resumed. */
    List<Healed> run() {
        return lines.stream()
                .skip(1)
                .filter(line -> Healed.began(line).equals(began))
                .map(Healed::parse)
                .toList();
    }

    /** Keeps a fault with those of before, and writes the table of this run. */
    void add(Healed healed) throws IOException {
        lines.add(healed.line(began, Machine.describe()));
        Path next = folder.resolve(ALL + ".next");
        Files.write(next, lines, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        Files.move(next, folder.resolve(ALL), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        Files.writeString(folder.resolve(day() + "-heal.md"), table(List.of(FaultKind.values())));
    }

    private String day() {
        return began.substring(0, "2026-01-01".length());
    }

    String table(List<FaultKind> kinds) throws IOException {
        List<Healed> run = run();
        StringBuilder text = new StringBuilder(
                "# Benchmark heal, " + day() + "\n\n" + Machine.describe() + "\n\n"
                        + "Two simulated hosts, " + HealBench.IN_FLIGHT + " jobs of " + HealBench.HOLD.toSeconds()
                        + " s in flight at each fault. Seconds after the fault, p50 / p99 of this"
                        + " run: until the cluster knew, until the job was to be tried again, until it had another slice, until its"
                        + " first instruction there, until the first result of a job in flight, and until the first instruction of a job that came just after"
                        + " the fault. A dash: no job had to begin"
                        + " anew. A hung kernel is noticed after its job's stall limit, here "
                        + HealBench.HOLD.plus(HealBench.STALL).toSeconds()
                        + " s. `all` counts every run in `heal.csv`; the bound is of 95 % confidence.\n\n"
                        + "| fault | how | GPU | faults | wrong | detect | decide | place | running | first good result | newcomer"
                        + " | all | wrong of all | rate of wrong ones |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        for (FaultKind kind : kinds) {
            text.append(row(kind, run.stream().filter(h -> h.kind() == kind).toList(), lines));
        }
        return text.toString();
    }

    private static String row(FaultKind kind, List<Healed> run, List<String> lines) {
        List<String[]> all = lines.stream()
                .map(line -> line.split(",", -1))
                .filter(cells -> cells[2].equals(kind.label()))
                .toList();
        long wrong = all.stream().filter(cells -> cells[10].equals("wrong")).count();
        String bound = all.isEmpty()
                ? "-"
                : wrong == 0
                        ? String.format(Locale.ROOT, "at most %.3f", Math.min(1, RULE_OF_THREE / all.size()))
                        : String.format(Locale.ROOT, "%.3f seen", wrong / (double) all.size());
        if (run.isEmpty()) {
            return String.format(
                    Locale.ROOT,
                    "| %s | %s | simulated | not run | - | - | - | - | - | - | - | %d | %d | %s |%n",
                    kind.label(),
                    kind.how(),
                    all.size(),
                    wrong,
                    bound);
        }
        return String.format(
                Locale.ROOT,
                "| %s | %s | simulated | %d | %d | %s | %s | %s | %s | %s | %s | %d | %d | %s |%n",
                kind.label(),
                kind.how(),
                run.size(),
                run.stream().filter(h -> !h.right()).count(),
                quantiles(run, Healed::detected),
                quantiles(run, Healed::decided),
                quantiles(run, Healed::placed),
                quantiles(run, Healed::running),
                quantiles(run, Healed::good),
                quantiles(run, Healed::newcomer),
                all.size(),
                wrong,
                bound);
    }

    private static String quantiles(List<Healed> run, ToDoubleFunction<Healed> of) {
        double[] sorted = run.stream()
                .mapToDouble(of)
                .filter(value -> !Double.isNaN(value))
                .toArray();
        if (sorted.length == 0) {
            return "-";
        }
        Arrays.sort(sorted);
        return String.format(Locale.ROOT, "%.2f / %.2f", rank(sorted, 0.5), rank(sorted, TAIL));
    }

    /** Nearest rank. */
    private static double rank(double[] sorted, double quantile) {
        return sorted[(int) Math.ceil(quantile * sorted.length) - 1];
    }
}
