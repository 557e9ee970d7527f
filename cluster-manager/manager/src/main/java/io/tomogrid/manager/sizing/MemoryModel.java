package io.tomogrid.manager.sizing;

import java.util.List;
import java.util.Optional;

/**
 * Device memory of a protocol: {@code 512 MiB + 1.15 × (bytes of the largest series × factor)}. The factor is that of the
 * attempt which needed more per byte than 95 % of the last ones; the constant is what the device's context takes, which no
 * allocator sees; 1.15 is the margin. Less than the smallest attempt needed is never predicted.
 *
 * @param factor bytes of device memory per byte of the largest series
 * @param least smallest peak that was seen, bytes
 * @param runs how many attempts it was learned from
 */
public record MemoryModel(double factor, long least, int runs) {
    /** Fewer attempts teach nothing. */
    public static final int FEWEST = 8;

    static final long CONTEXT = 512L << 20;
    static final double MARGIN = 1.15;
    static final double QUANTILE = 0.95;

    /** What one attempt took. @param series bytes of the largest series @param peak bytes of device memory at once */
    public record Run(long series, long peak) {}

    /** @return empty if there are too few attempts */
    public static Optional<MemoryModel> learn(List<Run> runs) {
        List<Run> telling =
                runs.stream().filter(run -> run.series > 0 && run.peak > 0).toList();
        if (telling.size() < FEWEST) {
            return Optional.empty();
        }
        double[] factors = telling.stream()
                .mapToDouble(run -> (double) run.peak / run.series)
                .sorted()
                .toArray();
        int rank = (int) Math.ceil(QUANTILE * factors.length);
        long least = telling.stream().mapToLong(Run::peak).min().orElseThrow();
        return Optional.of(new MemoryModel(factors[rank - 1], least, factors.length));
    }

    /** @param series bytes of the largest series @return bytes of device memory */
    public long predict(long series) {
        return CONTEXT + Math.round(MARGIN * Math.max(least, factor * series));
    }
}
