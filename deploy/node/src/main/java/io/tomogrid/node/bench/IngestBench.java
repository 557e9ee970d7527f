package io.tomogrid.node.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * C-STORE of {@value IngestLoad#INSTANCES} slices of half a megabyte over one and over four associations, to us, to Orthanc and
 * to DCMTK's {@code storescp}, which all run at the same time and get every load in turn, each time another one first.
 */
final class IngestBench {
    private static final int[] ASSOCIATIONS = {1, 4};
    /** Loads between the first one and those that are measured: a server runs for months and is not what it is at its start. */
    private static final int WARM_UP = 9;

    private final Path root;
    private final PrintWriter out;

    IngestBench(Path root, PrintWriter out) {
        this.root = root;
        this.out = out;
    }

    /** Loads of one number of associations, and how long each server took for them. */
    private record Case(String name, int associations, Map<String, double[]> seconds) {}

    List<Row> run(int runs) throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(root), "ingest");
        List<IngestServer> servers = new ArrayList<>();
        try {
            servers.add(IngestServer.tomogrid(folder.resolve("tomogrid")));
            servers.add(IngestServer.orthanc(Files.createDirectories(folder.resolve("orthanc"))));
            servers.add(IngestServer.storescp(Files.createDirectories(folder.resolve("storescp"))));
            List<Case> cases = new ArrayList<>();
            cases.add(measure(folder, servers, "the first after the start", 4, 1));
            measure(folder, servers, "not counted", 4, WARM_UP);
            for (int associations : ASSOCIATIONS) {
                cases.add(measure(folder, servers, "servers that are warm", associations, runs));
            }
            requireAll(servers, IngestLoad.INSTANCES * (1 + WARM_UP + ASSOCIATIONS.length * runs));
            return rows(cases);
        } finally {
            for (IngestServer server : servers) {
                server.close();
            }
            delete(folder);
        }
    }

    private Case measure(Path folder, List<IngestServer> servers, String name, int associations, int runs)
            throws IOException {
        Case times = new Case(name, associations, new LinkedHashMap<>());
        servers.forEach(server -> times.seconds().put(server.name(), new double[runs]));
        for (int run = 0; run < runs; run++) {
            Path files = folder.resolve("load");
            IngestLoad load = IngestLoad.make(files, name + "-" + associations + "-" + run, associations);
            List<IngestServer> order = new ArrayList<>(servers);
            Collections.rotate(order, run);
            for (IngestServer server : order) {
                double seconds = load.send(server, files);
                times.seconds().get(server.name())[run] = seconds;
                out.printf(
                        Locale.ROOT,
                        "%s, %s, associations: %d: %.2f s, %.0f instances/s%n",
                        server.name(),
                        name,
                        associations,
                        seconds,
                        IngestLoad.INSTANCES / seconds);
                out.flush();
            }
            delete(files);
        }
        return times;
    }

    /** A server that answered Success and holds less has lost something: its time means nothing. */
    private static void requireAll(List<IngestServer> servers, long sent) throws IOException {
        for (IngestServer server : servers) {
            long held = server.instances();
            if (held != sent) {
                throw new IOException(server.name() + " holds " + held + " of " + sent + " instances that it took");
            }
        }
    }

    private static List<Row> rows(List<Case> cases) {
        List<Row> rows = new ArrayList<>();
        for (Case times : cases) {
            String name =
                    IngestLoad.INSTANCES + " x 512 KB, " + times.name() + ", associations: " + times.associations();
            times.seconds().forEach((server, theirs) -> {
                double[] ours = times.seconds().values().iterator().next();
                if (theirs != ours) {
                    rows.add(Row.of(name, "C-STORE to the last Success", "s", "", false, ours)
                            .against(server, theirs));
                }
            });
        }
        return rows;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
