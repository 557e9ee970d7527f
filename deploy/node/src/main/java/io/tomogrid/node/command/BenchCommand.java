package io.tomogrid.node.command;

import io.tomogrid.node.bench.Bench;
import io.tomogrid.node.bench.FuzzRun;
import io.tomogrid.node.bench.heal.HealBench;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tomogrid bench}: measures, and writes what it measured to {@code docs/benchmarks}. */
@Command(
        name = "bench",
        description =
                "Measures and writes docs/benchmarks/. NAME: road (C-STORE to results, second study, idle memory),"
                        + " end-to-end (study after study on a warm node), ingest (C-STORE beside Orthanc and storescp),"
                        + " query (QIDO-RS in a large index, metadata, frames),"
                        + " recon (PET projections, FDK, resampling, rotation), slices (the planner beside other rules, simulated),"
                        + " swap (versions of a model swapped under load, what the protocol costs, kills amid a swap),"
                        + " warm (job to first instruction), heal (faults in a cluster of two simulated hosts)."
                        + " fuzz measures nothing: it runs the fuzz targets.",
        mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--runs", description = "Runs of each case (default: ${DEFAULT-VALUE}).", defaultValue = "3")
    private int runs;

    @Option(names = "--study", paramLabel = "DIR", description = "A real PET-CT study to time as well.")
    private Path study;

    @Option(
            names = "--instances",
            description = "Instances in the index that query asks (default: ${DEFAULT-VALUE}).",
            defaultValue = "1000000")
    private int instances;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the rows as JSON too.")
    private Path json;

    @Option(
            names = "--minutes",
            description = "How long to fuzz, all targets together, or after how long heal puts no further fault in"
                    + " (default: ${DEFAULT-VALUE}).",
            defaultValue = "10")
    private double minutes;

    @Option(
            names = "--faults",
            description = "How many faults of each kind heal puts in (default: ${DEFAULT-VALUE}).",
            defaultValue = "20")
    private int faults;

    @Option(names = "--swaps", description = "How many swaps (default: ${DEFAULT-VALUE}).", defaultValue = "500")
    private int swaps;

    @Option(names = "--resume", description = "Goes on with the last run of heal, so that its faults count.")
    private boolean resume;

    @Option(names = "--kinds", split = ",", paramLabel = "KIND", description = "Which faults (default: all).")
    private List<String> kinds = List.of();

    @Parameters(paramLabel = "NAME", defaultValue = "road")
    private String name;

    @Override
    public Integer call() throws Exception {
        if (name.equals("fuzz")) {
            Path root = Path.of(System.getProperty("tomogrid.root", "."));
            return new FuzzRun(root, minutes, spec.commandLine().getOut()).run() ? 0 : 1;
        }
        if (name.equals("heal")) {
            Path root = Path.of(System.getProperty("tomogrid.root", "."));
            return new HealBench(root, spec.commandLine().getOut()).run(faults, minutes, kinds, resume) ? 0 : 1;
        }
        int size = name.equals("swap") ? swaps : instances;
        new Bench(name, runs, study, json, size, spec.commandLine().getOut()).run();
        return 0;
    }
}
