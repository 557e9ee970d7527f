package io.tomogrid.slices;

/**
 * How much a slice worked while it was measured.
 *
 * @param multiprocessorPercent busy multiprocessors, of the slice's own
 * @param memoryPercent bandwidth of memory, of the most that the slice could have
 */
public record SliceUse(double multiprocessorPercent, double memoryPercent) {}
