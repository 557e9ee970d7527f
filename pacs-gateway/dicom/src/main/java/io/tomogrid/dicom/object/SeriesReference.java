package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.util.Collection;
import java.util.List;

/** Instances of one series of the study. */
public record SeriesReference(String seriesInstanceUid, List<InstanceReference> instances) {
    public SeriesReference {
        instances = List.copyOf(instances);
        if (instances.isEmpty()) {
            throw new IllegalArgumentException("series " + seriesInstanceUid + ": expected at least one instance");
        }
    }

    /**
     * All of these instances, each once and whole, also where headers of its frames are given.
     *
     * @throws IllegalArgumentException if an instance is of another series than the first one
     */
    public static SeriesReference of(Collection<Dataset> instances) {
        List<String> series = instances.stream()
                .map(i -> InstanceReference.required(i, Tag.SeriesInstanceUID))
                .distinct()
                .toList();
        if (series.size() != 1) {
            throw new IllegalArgumentException("expected the instances of one series, got series " + series);
        }
        return new SeriesReference(
                series.get(0),
                instances.stream()
                        .map(InstanceReference::of)
                        .map(InstanceReference::whole)
                        .distinct()
                        .toList());
    }

    public static SeriesReference of(Dataset instance) {
        return of(List.of(instance));
    }
}
