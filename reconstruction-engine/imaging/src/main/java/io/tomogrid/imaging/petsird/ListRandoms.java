package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.SinogramOrder;
import java.util.Arrays;

/**
 * Expected random coincidences from delayed ones. Few delayed coincidences fall into each pair of elements, but many into all pairs
 * of one: randoms are taken as products of the rates of both elements, and the rates are fitted to the sums, which is their maximum
 * likelihood (Panin et al., IEEE NSS 2007). The randoms sum to the delayed coincidences.
 */
final class ListRandoms {
    private static final int ROUNDS = 12;

    private ListRandoms() {}

    /**
     * @param order of the bins @param elements of each [rings][crystals], −1 in a gap @param delayed of each element, how many
     *     coincidences it took part in @param efficiencies which tell which pairs are in coincidence
     */
    static float[] bins(SinogramOrder order, CrystalMap map, PairEfficiencies efficiencies, double[] delayed) {
        var scanner = order.scanner();
        int[] at = map.elements();
        int perRing = scanner.crystalsPerRing();
        double[] rates = new double[delayed.length];
        double mean = Arrays.stream(delayed).average().orElse(0);
        Arrays.fill(rates, Math.sqrt(Math.max(mean, 0) / Math.max(1, delayed.length)));
        float[] bins = new float[scanner.bins()];
        for (int round = 0; round <= ROUNDS; round++) {
            boolean last = round == ROUNDS;
            double[] partners = new double[rates.length];
            for (int line = 0; line < scanner.lines(); line++) {
                int first = scanner.firstCrystal(line / scanner.radialBins(), line % scanner.radialBins());
                int second = scanner.secondCrystal(line / scanner.radialBins(), line % scanner.radialBins());
                for (int r = 0; r < scanner.rings(); r++) {
                    int a = at[r * perRing + first];
                    for (int q = 0; a >= 0 && q < scanner.rings(); q++) {
                        int b = at[q * perRing + second];
                        int bin = order.bin(first, r, second, q);
                        if (b < 0 || bin < 0 || efficiencies.of(a, b) <= 0) {
                            continue;
                        }
                        if (last) {
                            bins[bin] += (float) (rates[a] * rates[b]);
                        } else {
                            partners[a] += rates[b];
                            partners[b] += rates[a];
                        }
                    }
                }
            }
            for (int n = 0; !last && n < rates.length; n++) {
                // half the step in the logarithm: all elements move at once
                double wanted = partners[n] > 0 ? delayed[n] / partners[n] : 0;
                rates[n] = Math.sqrt(rates[n] * wanted);
            }
        }
        return bins;
    }
}
