package io.tomogrid.manager.sizing;

import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import java.util.OptionalLong;
import java.util.Set;

/** What the gateway tells of a study's size: bytes as they were received. */
public final class StudyBytes {
    /** Implicit and explicit little endian, explicit big endian. */
    private static final Set<String> UNCOMPRESSED =
            Set.of("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2");

    private StudyBytes() {}

    /** Bytes of the largest series; empty if an instance is compressed, whose bytes say little of its voxels. */
    public static OptionalLong largestSeries(StudyComplete study) {
        boolean compressed = study.series().stream()
                .flatMap(series -> series.instances().stream())
                .anyMatch(instance -> !UNCOMPRESSED.contains(instance.transferSyntaxUid()));
        return compressed
                ? OptionalLong.empty()
                : study.series().stream().mapToLong(StudyBytes::bytes).max();
    }

    private static long bytes(SeriesRef series) {
        return series.instances().stream().mapToLong(InstanceRef::length).sum();
    }
}
