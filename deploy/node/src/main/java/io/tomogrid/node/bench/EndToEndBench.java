package io.tomogrid.node.bench;

import io.tomogrid.node.NodeHome;
import io.tomogrid.node.demo.Demo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From the first byte of C-STORE to the last result in the PACS on a node that has worked before, one study after another. */
final class EndToEndBench {
    private final Path root;
    private final PrintWriter out;

    EndToEndBench(Path root, PrintWriter out) {
        this.root = root;
        this.out = out;
    }

    List<Row> run(int runs) throws IOException {
        List<Row> rows = new ArrayList<>();
        rows.add(measure("PET-CT of 374 slices, protocol petct-standard", false, runs));
        rows.add(measure("raw data of 31 planes, protocol pet-osem", true, runs));
        return rows;
    }

    /** The first study starts executors and compiles code; it is not counted. */
    private Row measure(String name, boolean raw, int runs) throws IOException {
        NodeHome home = NodeHome.at(Files.createTempDirectory(Files.createDirectories(root), "end-to-end"));
        Demo.Ending ending = new Demo(
                        home.path(),
                        false,
                        "auto",
                        Optional.empty(),
                        null,
                        1 + runs,
                        raw ? Demo.Raw.SINOGRAM : Demo.Raw.NONE,
                        out)
                .run((node, ended) -> {});
        if (!ending.good()) {
            throw new IOException("a study did not end as it must: the times mean nothing");
        }
        double[] seconds = new double[runs];
        for (int run = 0; run < runs; run++) {
            seconds[run] = ending.seconds().get(run + 1) - ending.seconds().get(run);
        }
        return Row.of(name, "to results in PACS", "s", "", ending.simulated(), seconds);
    }
}
