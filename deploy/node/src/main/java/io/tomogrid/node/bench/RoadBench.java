package io.tomogrid.node.bench;

import io.tomogrid.node.NodeHome;
import io.tomogrid.node.demo.Demo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The main road: from nothing to results in a PACS, a second study on the running node, a real study, idle memory. */
final class RoadBench {
    private static final double MB = 1e6;
    /** Longer than a Spark executor may idle before it ends. */
    private static final long IDLE_MILLIS = 75_000;

    private final Path root;
    private final Path real;
    private final PrintWriter out;

    /** @param real folder of a real study, or null */
    RoadBench(Path root, Path real, PrintWriter out) {
        this.root = root;
        this.real = real;
        this.out = out;
    }

    List<Row> run(int runs) throws IOException {
        double[] first = new double[runs];
        double[] second = new double[runs];
        double[] realStudy = new double[real == null ? 0 : runs];
        double[] idle = new double[runs];
        List<Map<String, Long>> memory = new ArrayList<>();
        boolean simulated = false;
        for (int run = 0; run < runs; run++) {
            int at = run;
            NodeHome home = NodeHome.at(Files.createTempDirectory(Files.createDirectories(root), "road"));
            Demo demo = new Demo(home.path(), false, "auto", Optional.empty(), null, 2, Demo.Raw.NONE, out);
            Demo.Ending ending = demo.run((node, ended) -> {
                sleep();
                Map<String, Long> bytes = Memory.ofNode(home);
                memory.add(bytes);
                idle[at] = bytes.values().stream().mapToLong(Long::longValue).sum() / MB;
            });
            require(ending);
            simulated |= ending.simulated();
            first[run] = ending.seconds().get(0);
            second[run] = ending.seconds().get(1) - ending.seconds().get(0);
            if (real != null) {
                NodeHome other = NodeHome.at(Files.createTempDirectory(root, "road"));
                Demo.Ending study = new Demo(other.path(), false, "auto", Optional.empty(), real, 1, Demo.Raw.NONE, out)
                        .run((node, ended) -> {});
                require(study);
                realStudy[run] = study.seconds().get(0);
            }
        }
        memory.forEach(m -> out.println("idle memory, MB (PSS): " + inMb(m)));
        List<Row> rows = new ArrayList<>();
        rows.add(Row.of("synthetic study, node started for it", "to results in PACS", "s", "45", simulated, first));
        rows.add(Row.of("second synthetic study, same node", "to results in PACS", "s", "10", simulated, second));
        if (real != null) {
            rows.add(Row.of("real study, node started for it", "to results in PACS", "s", "60", simulated, realStudy));
        }
        rows.add(Row.of("whole node, idle", "memory (PSS)", "MB", "2000", simulated, idle));
        return rows;
    }

    private static void require(Demo.Ending ending) throws IOException {
        if (!ending.good()) {
            throw new IOException("a run did not end as it must: its time means nothing");
        }
    }

    private static void sleep() throws IOException {
        try {
            Thread.sleep(IDLE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the node idled", e);
        }
    }

    private static String inMb(Map<String, Long> bytes) {
        String[] parts = bytes.entrySet().stream()
                .map(e -> e.getKey() + " " + Math.round(e.getValue() / MB))
                .toArray(String[]::new);
        return String.join(", ", Arrays.asList(parts));
    }
}
