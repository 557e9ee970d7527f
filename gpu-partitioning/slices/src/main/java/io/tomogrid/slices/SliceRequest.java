package io.tomogrid.slices;

/**
 * What a job needs.
 *
 * @param minMemoryBytes device memory
 * @param minComputeSlices MIG compute slices; a GPU that is not cut has always enough
 */
public record SliceRequest(long minMemoryBytes, int minComputeSlices) {
    public SliceRequest {
        if (minMemoryBytes < 0 || minComputeSlices < 0) {
            throw new IllegalArgumentException("a slice request cannot be negative: " + minMemoryBytes + " bytes, "
                    + minComputeSlices + " compute slices");
        }
    }

    @Override
    public String toString() {
        return "%.2f GiB and %d compute slices".formatted(minMemoryBytes / (double) (1L << 30), minComputeSlices);
    }
}
