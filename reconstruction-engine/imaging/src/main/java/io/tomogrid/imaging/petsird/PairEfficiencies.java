package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetRawException;
import io.tomogrid.imaging.pet.SinogramOrder;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How well pairs of detecting elements see, without the calibration: the product of both elements' and of the place of both in
 * their modules, by the symmetry group of the modules; 0 where modules are not in coincidence.
 */
final class PairEfficiencies {
    private final CrystalMap map;
    /** Empty where all are 1. */
    private final float[] elements;
    /** [module][module up to it], empty where all modules are in coincidence. */
    private final int[][] groups;
    /** [group][element of the first · elements per module + element of the second], empty where all are 1. */
    private final float[][] geometric;

    private PairEfficiencies(CrystalMap map, float[] elements, int[][] groups, float[][] geometric) {
        this.map = map;
        this.elements = elements;
        this.groups = groups;
        this.geometric = geometric;
    }

    static PairEfficiencies of(YardlRecord efficiencies, CrystalMap map) throws PetRawException {
        List<?> ofTypes = efficiencies.list("detectionBinEfficiencies");
        float[] elements = ofTypes.isEmpty()
                ? new float[0]
                : YardlRecord.of(float[].class, "detectionBinEfficiencies", ofTypes.get(0));
        int count = map.crystals().length;
        if (elements.length != 0 && elements.length != count) {
            throw new PetRawException(
                    "PETSIRD: expected detectionBinEfficiencies of " + count + " bins, got " + elements.length);
        }
        int modules = count / map.elementsPerModule();
        List<?> table = inner(efficiencies.list("modulePairSGIDLUT"));
        if (!table.isEmpty() && table.size() != modules) {
            throw new PetRawException(
                    "PETSIRD: expected a modulePairSGIDLUT of " + modules + " modules, got " + table.size());
        }
        int[][] groups = new int[table.size()][];
        for (int n = 0; n < groups.length; n++) {
            List<?> row = YardlRecord.of(List.class, "modulePairSGIDLUT", table.get(n));
            groups[n] = new int[row.size()];
            for (int m = 0; m < groups[n].length; m++) {
                groups[n][m] = YardlRecord.of(Long.class, "modulePairSGIDLUT", row.get(m))
                        .intValue();
            }
            if (groups[n].length <= n) {
                throw new PetRawException("PETSIRD: row " + n + " of modulePairSGIDLUT has " + groups[n].length
                        + " values, expected at least " + (n + 1));
            }
        }
        List<?> vectors = inner(efficiencies.list("modulePairEfficienciesVectors"));
        float[][] geometric = new float[vectors.size()][];
        for (int n = 0; n < geometric.length; n++) {
            geometric[n] = values(
                    YardlRecord.of(YardlRecord.class, "modulePairEfficienciesVectors", vectors.get(n))
                            .list("values"),
                    map.elementsPerModule());
        }
        var made = new PairEfficiencies(map, elements, groups, geometric);
        made.check();
        return made;
    }

    /** Of a matrix of types of modules, the only place. */
    private static List<?> inner(List<?> types) throws PetRawException {
        List<?> row = types.isEmpty() ? List.of() : YardlRecord.of(List.class, "efficiencies", types.get(0));
        return row.isEmpty() ? List.of() : YardlRecord.of(List.class, "efficiencies", row.get(0));
    }

    private static float[] values(List<?> rows, int perModule) throws PetRawException {
        float[] values = new float[perModule * perModule];
        if (rows.size() != perModule) {
            throw new PetRawException(
                    "PETSIRD: expected modulePairEfficiencies of " + perModule + " elements, got " + rows.size());
        }
        for (int n = 0; n < perModule; n++) {
            float[] row = YardlRecord.of(float[].class, "modulePairEfficiencies", rows.get(n));
            if (row.length != perModule) {
                throw new PetRawException(
                        "PETSIRD: expected modulePairEfficiencies of " + perModule + " elements, got " + row.length);
            }
            System.arraycopy(row, 0, values, n * perModule, perModule);
        }
        return values;
    }

    private void check() throws PetRawException {
        for (int n = 0; n < elements.length; n++) {
            if (!(elements[n] >= 0 && elements[n] <= Float.MAX_VALUE)) {
                throw new PetRawException("PETSIRD: detectionBinEfficiencies: " + elements[n] + " of bin " + n);
            }
        }
        for (float[] group : geometric) {
            for (float value : group) {
                if (!(value >= 0 && value <= Float.MAX_VALUE)) {
                    throw new PetRawException("PETSIRD: modulePairEfficiencies: a value of " + value);
                }
            }
        }
        for (int[] row : groups) {
            for (int group : row) {
                if (geometric.length > 0 && group >= geometric.length) {
                    throw new PetRawException(
                            "PETSIRD: modulePairSGIDLUT names group " + group + " of " + geometric.length);
                }
            }
        }
    }

    /** Whether efficiencies are stated at all. */
    boolean stated() {
        return elements.length > 0 || geometric.length > 0;
    }

    /** @param a element @param b element, in any order */
    float of(int a, int b) {
        int first = Math.max(a, b);
        int second = Math.min(a, b);
        int perModule = map.elementsPerModule();
        float efficiency = elements.length == 0 ? 1 : elements[first] * elements[second];
        if (groups.length > 0) {
            int group = groups[first / perModule][second / perModule];
            if (group < 0) {
                return 0;
            }
            if (geometric.length > 0) {
                efficiency *= geometric[group][first % perModule * perModule + second % perModule];
            }
        }
        return efficiency;
    }

    /** The sums over the pairs that fall into each bin. */
    float[] bins(SinogramOrder order) {
        CylindricalScanner scanner = order.scanner();
        int[] at = map.elements();
        float[] bins = new float[scanner.bins()];
        IntStream.range(0, scanner.lines()).parallel().forEach(line -> {
            int first = scanner.firstCrystal(line / scanner.radialBins(), line % scanner.radialBins());
            int second = scanner.secondCrystal(line / scanner.radialBins(), line % scanner.radialBins());
            for (int r = 0; r < scanner.rings(); r++) {
                int a = at[r * scanner.crystalsPerRing() + first];
                for (int q = 0; a >= 0 && q < scanner.rings(); q++) {
                    int b = at[q * scanner.crystalsPerRing() + second];
                    int bin = order.bin(first, r, second, q);
                    if (b >= 0 && bin >= 0) {
                        bins[bin] += of(a, b);
                    }
                }
            }
        });
        return bins;
    }
}
