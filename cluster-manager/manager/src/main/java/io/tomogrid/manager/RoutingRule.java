package io.tomogrid.manager;

import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.slices.SliceRequest;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.util.unit.DataSize;

/**
 * Which studies a protocol is for, and what it needs.
 *
 * @param protocol name of the protocol
 * @param modalities a study must have at least one series of each
 * @param memory device memory
 * @param computeSlices MIG compute slices
 * @param model model at the model service
 */
public record RoutingRule(String protocol, List<String> modalities, DataSize memory, int computeSlices, String model) {
    public RoutingRule {
        if (protocol == null || modalities == null || modalities.isEmpty() || memory == null || model == null) {
            throw new IllegalArgumentException(
                    "tomogrid.manager.rules: each needs protocol, modalities, memory, compute-slices and model");
        }
        modalities = List.copyOf(modalities);
    }

    static RoutingRule petCt(String model) {
        return new RoutingRule("petct-standard", List.of("PT", "CT"), DataSize.ofGigabytes(9), 2, model);
    }

    boolean matches(StudyComplete study) {
        return modalitiesOf(study).containsAll(modalities);
    }

    SliceRequest request() {
        return new SliceRequest(memory.toBytes(), computeSlices);
    }

    static Set<String> modalitiesOf(StudyComplete study) {
        return study.series().stream()
                .filter(series -> !series.instances().isEmpty())
                .map(SeriesRef::modality)
                .collect(Collectors.toSet());
    }
}
