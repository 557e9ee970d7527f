package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.ListEvents;
import io.tomogrid.imaging.pet.PetRawException;
import io.tomogrid.imaging.pet.SinogramOrder;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Prompt coincidences by their bins of sinogram and time of flight, and delayed ones by element, as they are read. */
final class CoincidenceLists {
    private static final int FIRST = 1 << 12;
    private static final int MOST = 1 << 28;

    private final ScannerHeader scanner;
    private final SinogramOrder order;
    private final int[] crystals;
    private final int[] rings;
    private final double[] delayed;
    private int[] lines = new int[FIRST];
    private short[] bins = new short[FIRST];
    private int prompts;
    private long dropped;
    private boolean hasDelayed;

    CoincidenceLists(ScannerHeader scanner) {
        this.scanner = scanner;
        this.order = scanner.order();
        this.crystals = scanner.map().crystals();
        this.rings = scanner.map().ofRing();
        this.delayed = new double[crystals.length];
    }

    /** Of a block: a matrix of types of modules of lists of coincidences. */
    void read(YardlInput in, YardlType type, boolean late) throws PetRawException, IOException {
        if (!(type instanceof YardlType.Sequence rows
                && rows.item() instanceof YardlType.Sequence columns
                && columns.item() instanceof YardlType.Sequence list
                && list.item() instanceof YardlType.Fields event
                && List.copyOf(event.fields().keySet()).equals(List.of("detectionBins", "tofIdx"))
                && event.fields().get("detectionBins") instanceof YardlType.Sequence pair
                && pair.item() == YardlType.Primitive.UNSIGNED
                && pair.lengths().equals(List.of(2))
                && event.fields().get("tofIdx") == YardlType.Primitive.UNSIGNED)) {
            throw in.fault("coincidences are of another form than this release knows");
        }
        for (int row = in.index(); row > 0; row--) {
            in.value();
            for (int column = in.index(); column > 0; column--) {
                in.value();
                for (int count = in.index(); count > 0; count--) {
                    event(in, late);
                }
                hasDelayed |= late;
            }
        }
    }

    private void event(YardlInput in, boolean late) throws PetRawException, IOException {
        int a = in.index();
        int b = in.index();
        int tof = in.index();
        if (a >= crystals.length || b >= crystals.length || tof >= scanner.tof().count()) {
            throw in.fault("a coincidence of the bins " + a + " and " + b + ", time of flight " + tof + ", of "
                    + crystals.length + " and " + scanner.tof().count());
        }
        boolean swapped = order.swapped(crystals[a], crystals[b]);
        int bin = swapped
                ? order.bin(crystals[b], rings[b], crystals[a], rings[a])
                : order.bin(crystals[a], rings[a], crystals[b], rings[b]);
        if (bin < 0 || scanner.bins()[bin] <= 0 || scanner.efficiencies().of(a, b) <= 0) {
            dropped += late ? 0 : 1;
        } else if (late) {
            delayed[a]++;
            delayed[b]++;
        } else {
            add(in, bin, (short) (swapped ? scanner.tof().count() - 1 - tof : tof));
        }
    }

    private void add(YardlInput in, int bin, short tof) throws PetRawException {
        if (prompts == lines.length) {
            if (prompts == MOST) {
                throw in.fault("more than " + MOST + " coincidences");
            }
            lines = Arrays.copyOf(lines, 2 * prompts);
            bins = Arrays.copyOf(bins, 2 * prompts);
        }
        lines[prompts] = bin;
        bins[prompts++] = tof;
    }

    int prompts() {
        return prompts;
    }

    long dropped() {
        return dropped;
    }

    ListEvents events() {
        return new ListEvents(
                order.scanner(), scanner.tof(), Arrays.copyOf(lines, prompts), Arrays.copyOf(bins, prompts));
    }

    /** Empty where the scanner records no delayed coincidences. */
    float[] randoms() {
        return hasDelayed ? ListRandoms.bins(order, scanner.map(), scanner.efficiencies(), delayed) : new float[0];
    }
}
