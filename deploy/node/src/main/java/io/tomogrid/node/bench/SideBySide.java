package io.tomogrid.node.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** Something timed run by run, and in each run its peer after it, so that a busy moment of the machine meets both. */
final class SideBySide {
    private final String name;
    private final int runs;
    private final double[][] times;
    private final double[][] theirs;

    /** @param warmUp runs before those that count */
    SideBySide(String name, Runnable ours, int warmUp, int runs, PrintWriter out) {
        this(name, ours, warmUp, runs, null, 1, out);
    }

    /** @param peer or null @param scale from what the peer does to what ours does */
    SideBySide(
            String name,
            Runnable ours,
            int warmUp,
            int runs,
            Supplier<ProcessorTime> peer,
            double scale,
            PrintWriter out) {
        this.name = name;
        this.runs = runs;
        this.times = new double[2][runs];
        this.theirs = peer == null ? null : new double[2][runs];
        for (int n = -warmUp; n < runs; n++) {
            keep(ProcessorTime.of(ours), times, n, 1, "ours", out);
            if (peer != null && n >= -1) {
                keep(peer.get(), theirs, n, scale, "peer", out);
            }
        }
    }

    private void keep(ProcessorTime time, double[][] kept, int run, double scale, String who, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%s%s, %s: %.3f s (%.3f s processor)%n",
                name,
                run < 0 ? ", warm-up" : "",
                who,
                time.wall(),
                time.cpu());
        out.flush();
        if (run >= 0) {
            kept[0][run] = time.wall() * scale;
            kept[1][run] = time.cpu() * scale;
        }
    }

    /** Wall and processor time. @param peer its name */
    List<Row> rows(String peer) {
        return rows("", peer);
    }

    /** The same. @param what is timed, before the names of the times */
    List<Row> rows(String what, String peer) {
        Row wall = Row.of(name, what + "wall", "s", "", false, times[0]);
        Row cpu = Row.of(name, what + "processor time", "s", "", false, times[1]);
        return theirs == null
                ? List.of(wall, cpu)
                : List.of(wall.against(peer, theirs[0]), cpu.against(peer, theirs[1]));
    }

    /** Processor time of a million of something. @param count how many there were */
    Row each(String of, double count) {
        return each("", of, count);
    }

    /** The same. @param what is timed, before the name of the time */
    Row each(String what, String of, double count) {
        double[] seconds = new double[runs];
        for (int n = 0; n < runs; n++) {
            seconds[n] = times[1][n] / count * 1e6;
        }
        return Row.of(name, what + "processor time of a million " + of, "s", "", false, seconds);
    }
}
