package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.EnergyWindow;
import io.tomogrid.imaging.pet.PetRawException;
import io.tomogrid.imaging.pet.SinogramOrder;
import io.tomogrid.imaging.pet.TofBins;
import java.util.List;

/**
 * What a header says of the scanner.
 *
 * @param centre of its rings, gantry coordinates moved by the alignment, mm
 * @param calibration counts on a line of efficiency 1, for 1 positron/(s·ml) on each mm of it, per second
 * @param bins sum of the efficiencies of each bin
 */
record ScannerHeader(
        CrystalMap map,
        SinogramOrder order,
        TofBins tof,
        EnergyWindow window,
        Vec3 centre,
        double calibration,
        PairEfficiencies efficiencies,
        float[] bins) {
    private static final int LEAST_SPAN = 3;
    private static final int MOST_SPAN = 11;
    private static final long USUAL_BINS = 1L << 24;
    private static final long MOST_BINS = 1L << 27;
    /** While it is read, with what is needed beside. */
    private static final long BYTES_OF_A_BIN = 16;

    private static final double EVEN = 1e-3;
    private static final double TILT = 1e-4;

    static ScannerHeader of(YardlRecord header) throws PetRawException {
        YardlRecord scanner = header.record("scanner");
        CrystalMap map = CrystalMap.of(scanner);
        YardlRecord stated = scanner.record("detectionEfficiencies");
        PairEfficiencies efficiencies = PairEfficiencies.of(stated, map);
        double calibration = stated.number("calibrationFactor");
        if (!(calibration > 0) || Double.isInfinite(calibration)) {
            throw new PetRawException("PETSIRD: calibrationFactor is " + calibration
                    + ": counts cannot become Bq/ml; expected counts per line integral of annihilations");
        }
        Vec3 centre = map.centre();
        if (scanner.has("gantryAlignment")) {
            centre = centre.plus(shift("gantryAlignment", scanner.record("gantryAlignment")));
        }
        try {
            SinogramOrder order = order(map, radialBins(map, efficiencies));
            return new ScannerHeader(
                    map,
                    order,
                    tof(scanner),
                    window(scanner),
                    centre,
                    calibration,
                    efficiencies,
                    efficiencies.bins(order));
        } catch (IllegalArgumentException impossible) {
            throw new PetRawException("PETSIRD: " + impossible.getMessage());
        }
    }

    /** As many as any pair of modules in coincidence needs, and no lines that pass outside of the bore's inner part. */
    private static int radialBins(CrystalMap map, PairEfficiencies efficiencies) throws PetRawException {
        int half = map.perRing() / 2;
        int most = 0;
        int widest = map.perRing() / 3;
        for (int a = 0; a < map.crystals().length; a++) {
            // rings are alike: from those of the first to any
            if (map.ofRing()[a] == 0) {
                for (int b = 0; b < map.crystals().length; b++) {
                    int k = Math.abs(half - Math.floorMod(map.crystals()[b] - map.crystals()[a], map.perRing()));
                    if (k > most && k <= widest && efficiencies.of(a, b) > 0) {
                        most = k;
                    }
                }
            }
        }
        if (most == 0) {
            throw new PetRawException("PETSIRD: no detecting elements are in coincidence");
        }
        return 2 * most + 1;
    }

    /** With the least span whose sinogram is of a usual size. */
    private static SinogramOrder order(CrystalMap map, int radialBins) throws PetRawException {
        for (int span = LEAST_SPAN; ; span += 2) {
            List<AxialSegment> segments = SinogramOrder.segments(map.rings(), span);
            long bins = (long) map.perRing()
                    / 2
                    * radialBins
                    * segments.stream().mapToInt(AxialSegment::planes).sum();
            boolean last = span == MOST_SPAN;
            long most = Math.min(MOST_BINS, Runtime.getRuntime().maxMemory() / BYTES_OF_A_BIN);
            if (last && bins > most) {
                throw new PetRawException("PETSIRD: " + map.rings() + " rings of " + map.perRing() + " make " + bins
                        + " lines of response, there is memory for " + most);
            }
            if (last || bins <= USUAL_BINS) {
                var scanner = new CylindricalScanner(
                        map.perRing(), map.radiusMm(), map.rings(), map.pitchMm(), radialBins, segments, map.phase());
                return new SinogramOrder(scanner, span);
            }
        }
    }

    private static TofBins tof(YardlRecord scanner) throws PetRawException {
        float[] edges = edges(only("tofBinEdges", only("tofBinEdges", scanner.list("tofBinEdges"))));
        Object row = scanner.list("tofResolution").isEmpty()
                ? new float[0]
                : scanner.list("tofResolution").get(0);
        float[] resolution = YardlRecord.of(float[].class, "tofResolution", row);
        int count = edges.length - 1;
        double width = (edges[count] - edges[0]) / count;
        for (int n = 0; n < count; n++) {
            if (!(Math.abs(edges[n] - (n - count / 2.0) * width) <= EVEN * width * count)) {
                throw new PetRawException("PETSIRD: tofBinEdges: expected " + count + " even bins around 0, got "
                        + edges[n] + " mm for edge " + n);
            }
        }
        double fwhm = resolution.length == 0 ? 0 : resolution[0];
        if (count > 1 && !(fwhm > 0)) {
            throw new PetRawException("PETSIRD: tofResolution is " + fwhm + " mm");
        }
        return new TofBins(count, width, fwhm > 0 ? fwhm : width);
    }

    private static EnergyWindow window(YardlRecord scanner) throws PetRawException {
        float[] edges = edges(only("eventEnergyBinEdges", scanner.list("eventEnergyBinEdges")));
        if (edges.length != 2) {
            throw new PetRawException(
                    "PETSIRD: eventEnergyBinEdges: expected 1 energy window, got " + (edges.length - 1));
        }
        float[] resolution = scanner.floats("energyResolutionAt511");
        return new EnergyWindow(edges[0], edges[1], resolution.length == 0 ? 0 : resolution[0]);
    }

    private static Object only(String what, Object list) throws PetRawException {
        List<?> values = YardlRecord.of(List.class, what, list);
        if (values.size() != 1) {
            throw new PetRawException("PETSIRD: " + what + ": expected 1 type of module, got " + values.size());
        }
        return values.get(0);
    }

    private static float[] edges(Object bins) throws PetRawException {
        float[] edges = YardlRecord.of(YardlRecord.class, "BinEdges", bins).floats("edges");
        if (edges.length < 2) {
            throw new PetRawException("PETSIRD: BinEdges: expected at least 2 edges, got " + edges.length);
        }
        return edges;
    }

    /** Of a rigid transformation that does not turn, mm. */
    static Vec3 shift(String what, YardlRecord transform) throws PetRawException {
        float[] m = CrystalMap.matrix(transform);
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 3; column++) {
                float value = m[4 * row + column];
                if (!(Math.abs(value - (row == column ? 1 : 0)) <= TILT)) {
                    throw new PetRawException(
                            "PETSIRD: " + what + " turns (" + value + " in row " + row + "), which is not followed");
                }
            }
        }
        return new Vec3(m[3], m[7], m[11]);
    }
}
