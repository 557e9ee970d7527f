package io.tomogrid.slices.simulation;

import io.tomogrid.slices.simulation.QueueRun.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Jobs of a trace, as a table with the columns arrival_s, duration_s, gang_gpus and mig_profile_by_compute (Alibaba's "openb" of
 * 2023, Weng et al., USENIX ATC 2023, with each share of a GPU rounded up to a profile).
 */
public final class Trace {
    private Trace() {}

    /**
     * @param shares whether a job gets the profile of its share; else it gets a whole GPU
     * @param gangs whether jobs of several GPUs are kept
     * @throws IOException if the file cannot be read or is not such a table
     */
    public static List<Request> read(Path file, boolean shares, boolean gangs) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> head = List.of(lines.get(0).split(","));
        int arrival = column(file, head, "arrival_s");
        int duration = column(file, head, "duration_s");
        int members = column(file, head, "gang_gpus");
        int profile = column(file, head, "mig_profile_by_compute");
        List<Request> result = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            int several = Integer.parseInt(cells[members]);
            if (gangs || several == 1) {
                result.add(new Request(
                        Double.parseDouble(cells[arrival]),
                        Double.parseDouble(cells[duration]),
                        shares ? profile(file, cells[profile]) : 0,
                        several));
            }
        }
        result.sort(Comparator.comparingDouble(Request::arrival));
        return result;
    }

    private static int column(Path file, List<String> head, String name) throws IOException {
        if (!head.contains(name)) {
            throw new IOException(file + ": no column " + name + ", there are " + head);
        }
        return head.indexOf(name);
    }

    private static int profile(Path file, String name) throws IOException {
        for (int p = 0; p < Mix.PROFILES.size(); p++) {
            if (name.startsWith(Mix.PROFILES.get(p).name() + ".")) {
                return p;
            }
        }
        throw new IOException(file + ": " + name + " is no profile of an A100");
    }
}
