package io.tomogrid.gateway.contract;

import java.io.Serializable;
import java.util.List;

/** One series of a complete study, with all of its stored instances. */
public record SeriesRef(String seriesUid, String modality, List<InstanceRef> instances) implements Serializable {
    public SeriesRef {
        instances = List.copyOf(instances);
    }
}
