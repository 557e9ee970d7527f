package io.tomogrid.node.bench;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.projector.ListJoseph;
import io.tomogrid.engine.projector.PlaneGeometry;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetGrid;
import io.tomogrid.imaging.pet.TofBins;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Projections of single events by time of flight, forward and back, of a uniform cylinder: in a scanner like a Biograph mMR with
 * 214 ps and in one of 1.07 m with 505 ps; and of the first at three numbers of events. The peer, {@link Parallelproj}, gets the
 * events in the order in which they were drawn; ours are sorted before, once for all iterations.
 */
final class ListModeBench {
    private static final int EVENTS = 500_000;
    private static final int WARM_UP = 2;
    private static final long SEED = 2;

    private final PrintWriter out;
    private final Parallel parallel = Parallel.onAllProcessors();

    ListModeBench(PrintWriter out) {
        this.out = out;
    }

    List<Row> run(int runs) {
        List<Row> rows = new ArrayList<>();
        CylindricalScanner brain =
                new CylindricalScanner(504, 334.4, 64, 4.0625, 344, AxialSegment.michelogram(64, 11, 11));
        PetGrid brainGrid = new PetGrid(344, 344, 127, 2.08626, 2.03125);
        TofBins fine = TofBins.ofTimes(67, 60, 214);
        String name = "344 x 344 x 127, 214 ps, " + parallel.threads() + " threads";
        rows.addAll(measure(name, drawn(brain, fine, 100, EVENTS), brainGrid, runs, true));
        for (int part = 1; part <= 4; part *= 2) {
            rows.addAll(measure(
                    name + ", " + part + "/4 of the events",
                    drawn(brain, fine, 100, EVENTS * part / 4),
                    brainGrid,
                    runs,
                    false));
        }
        CylindricalScanner body =
                new CylindricalScanner(760, 410, 325, 3.3, 400, AxialSegment.michelogram(325, 11, 21));
        rows.addAll(measure(
                "400 x 400 x 649, 505 ps, " + parallel.threads() + " threads",
                drawn(body, TofBins.ofTimes(27, 170, 505), 150, EVENTS),
                new PetGrid(400, 400, 649, 1.65, 1.65),
                runs,
                true));
        return rows;
    }

    private List<Row> measure(String name, ListEvents events, PetGrid grid, int runs, boolean withPeer) {
        ListJoseph ours = new ListJoseph(new PlaneGeometry(events.scanner(), grid), events, parallel);
        float[] image = new float[grid.voxels()];
        Arrays.fill(image, 1);
        float[] values = new float[events.count()];
        float[] back = new float[image.length];
        Parallelproj peer = withPeer && Parallelproj.missing().isEmpty() ? Parallelproj.ofEvents(events, grid) : null;
        Supplier<ProcessorTime> theirs = peer == null
                ? null
                : () -> {
                    peer.image(image);
                    return ProcessorTime.of(() -> {
                        peer.events(events, true);
                        peer.events(events, false);
                    });
                };
        SideBySide measured = new SideBySide(
                name,
                () -> {
                    ours.forward(image, values);
                    ours.back(values, back);
                },
                WARM_UP,
                runs,
                theirs,
                1,
                out);
        return withPeer
                ? measured.rows("list mode, forward and back, ", Parallelproj.NAME)
                : List.of(measured.each("list mode, ", "events", events.count()));
    }

    /** From a cylinder around the axis: lines at random, places on their chords at random, measured with the resolution. */
    private static ListEvents drawn(CylindricalScanner scanner, TofBins tof, double radius, int count) {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] lines = new int[count];
        short[] bins = new short[count];
        int n = 0;
        while (n < count) {
            int line = random.nextInt(scanner.lines());
            double s = scanner.line(line / scanner.radialBins(), line % scanner.radialBins())
                    .distance(0, 0);
            if (s < radius) {
                double half = Math.sqrt(radius * radius - s * s);
                // twelve uniform numbers less six: nearly normal
                double error = -6;
                for (int u = 0; u < 12; u++) {
                    error += random.nextDouble();
                }
                double mm = half * (2 * random.nextDouble() - 1) + error * tof.sigmaMm();
                lines[n] = line * scanner.planes() + random.nextInt(scanner.planes());
                bins[n] = (short) Math.max(
                        0, Math.min(tof.count() - 1, Math.floor(mm / tof.widthMm() + tof.count() / 2.0)));
                n++;
            }
        }
        return new ListEvents(scanner, tof, lines, bins);
    }
}
