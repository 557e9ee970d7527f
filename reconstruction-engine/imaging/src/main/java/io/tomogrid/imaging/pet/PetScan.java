package io.tomogrid.imaging.pet;

import java.util.Arrays;
import java.util.List;

/**
 * The frames of one raw object: one after the other of the same bed position, or each of a bed position of its own.
 *
 * @param window which photons were counted
 * @param frames at least one, of one scanner with one sensitivity, sinograms with one normalisation, in the order of their
 *     starts
 */
public record PetScan(EnergyWindow window, List<PetFrame> frames) {
    /** Of old payloads, which do not state one and need none. */
    public static final EnergyWindow USUAL_WINDOW = new EnergyWindow(430, 610, 0.12);

    private static final double SAME_PLACE_MM = 1e-3;
    /** Of a slice, how far bed positions may be from whole numbers of them. */
    private static final double SLICE_TOLERANCE = 0.02;

    public PetScan {
        frames = List.copyOf(frames);
        if (frames.isEmpty()) {
            throw new IllegalArgumentException("scan: expected at least one frame");
        }
        PetFrame first = frames.get(0);
        for (int n = 1; n < frames.size(); n++) {
            PetFrame frame = frames.get(n);
            if (!frame.scanner().equals(first.scanner())
                    || frame.sensitivity() != first.sensitivity()
                    || !sameNormalisation(frame, first)) {
                throw new IllegalArgumentException(
                        "scan: expected frames of one scanner, sensitivity and normalisation," + " frame " + n
                                + " has another than frame 0");
            }
            if (frame.time().startS() < frames.get(n - 1).time().startS()) {
                throw new IllegalArgumentException("scan: expected frames in the order of their starts, frame " + n
                        + " starts at " + frame.time().startS() + " s, the one before at "
                        + frames.get(n - 1).time().startS() + " s");
            }
        }
        if (frames.size() > 1 && !onePlace(frames)) {
            checkBeds(frames);
        }
    }

    public static PetScan of(PetFrame only) {
        return new PetScan(USUAL_WINDOW, List.of(only));
    }

    private static boolean sameNormalisation(PetFrame a, PetFrame b) {
        return a instanceof PetAcquisition one
                && b instanceof PetAcquisition other
                && Arrays.equals(
                        one.normalisation().crystals(), other.normalisation().crystals())
                && Arrays.equals(
                        one.normalisation().planes(), other.normalisation().planes());
    }

    /** The frames, if they are sinograms. */
    public List<PetAcquisition> sinograms() {
        return frames.stream().map(PetAcquisition.class::cast).toList();
    }

    public CylindricalScanner scanner() {
        return frames.get(0).scanner();
    }

    /** Whether the frames are of one bed position. */
    public boolean onePlace() {
        return onePlace(frames);
    }

    /** Sum of the frames' durations, s. */
    public double durationS() {
        return frames.stream().mapToDouble(PetFrame::durationS).sum();
    }

    private static boolean onePlace(List<PetFrame> frames) {
        return frames.stream()
                .allMatch(f -> f.centre().minus(frames.get(0).centre()).length() < SAME_PLACE_MM);
    }

    /** Beds along the axis, whole slices apart, no two in one place, none so far from its neighbour that a gap is between. */
    private static void checkBeds(List<PetFrame> frames) {
        PetFrame first = frames.get(0);
        double slice = first.scanner().ringPitchMm() / 2;
        int slices = 2 * first.scanner().rings() - 1;
        long[] places = new long[frames.size()];
        for (int n = 0; n < places.length; n++) {
            var from = frames.get(n).centre().minus(first.centre());
            double beds = from.z() / slice;
            if (Math.hypot(from.x(), from.y()) > SAME_PLACE_MM || Math.abs(beds - Math.rint(beds)) > SLICE_TOLERANCE) {
                throw new IllegalArgumentException("scan: expected bed positions whole slices of " + slice
                        + " mm apart along the axis, frame " + n + " is " + from + " mm from frame 0");
            }
            places[n] = Math.round(beds);
        }
        Arrays.sort(places);
        for (int n = 1; n < places.length; n++) {
            long step = places[n] - places[n - 1];
            if (step == 0 || step > slices) {
                throw new IllegalArgumentException("scan: expected either all frames at one bed position or each at its"
                        + " own without gaps, got positions " + step * slice + " mm apart of " + slices * slice
                        + " mm");
            }
        }
    }
}
