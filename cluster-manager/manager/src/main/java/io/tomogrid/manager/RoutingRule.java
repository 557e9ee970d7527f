package io.tomogrid.manager;

import io.tomogrid.cluster.contract.Priority;
import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.slices.SliceRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.util.unit.DataSize;

/**
 * Which studies a protocol is for, and what it needs.
 *
 * @param protocol name of the protocol
 * @param modalities a study must have at least one series of each, raw data aside; empty for any
 * @param memory device memory
 * @param computeSlices MIG compute slices
 * @param model model at the model service, empty if the protocol needs none
 * @param sopClasses a study must have at least one instance of each SOP Class UID, or, written as {@code UID:MODALITY}, one
 *     in a series of that modality; empty or null for any
 * @param site whose jobs these are, empty or null if that is told by who sent the study
 * @param priority of its jobs, null for ROUTINE
 * @param deadline how long after a study's completion its results are wanted, null if there is no such time
 * @param slices how many of these slices, on one host, it holds at once; 0 stands for 1
 * @param stallLimit how long its jobs may stay in one stage, which is the bound within which a kernel that hangs is known;
 *     null for the manager's
 */
public record RoutingRule(
        String protocol,
        List<String> modalities,
        DataSize memory,
        int computeSlices,
        String model,
        List<String> sopClasses,
        String site,
        Priority priority,
        Duration deadline,
        int slices,
        Duration stallLimit) {
    private static final String RAW_DATA = "1.2.840.10008.5.1.4.1.1.66";

    public RoutingRule {
        modalities = modalities == null ? List.of() : List.copyOf(modalities);
        sopClasses = sopClasses == null ? List.of() : List.copyOf(sopClasses);
        site = site == null ? "" : site;
        priority = priority == null ? Priority.ROUTINE : priority;
        slices = slices == 0 ? 1 : slices;
        if (stallLimit != null && (stallLimit.isNegative() || stallLimit.isZero())) {
            throw new IllegalArgumentException("tomogrid.manager.rules: stall-limit of " + protocol
                    + ": expected a positive duration, got " + stallLimit);
        }
        if (slices < 0) {
            throw new IllegalArgumentException(
                    "tomogrid.manager.rules: slices of " + protocol + ": expected at least 1, got " + slices);
        }
        if (protocol == null || modalities.isEmpty() && sopClasses.isEmpty() || memory == null || model == null) {
            throw new IllegalArgumentException("tomogrid.manager.rules: each needs protocol, modalities or sop-classes,"
                    + " memory, compute-slices and model");
        }
    }

    static RoutingRule petCt(String model) {
        return new RoutingRule(
                "petct-standard",
                List.of("PT", "CT"),
                DataSize.ofGigabytes(9),
                2,
                model,
                List.of(),
                "",
                null,
                null,
                1,
                null);
    }

    /** Whose raw data it is stands in the data set, which the feed does not show: the protocol refuses what it cannot read. */
    static RoutingRule petOsem() {
        return new RoutingRule(
                "pet-osem",
                List.of(),
                DataSize.ofGigabytes(4),
                1,
                "",
                List.of(RAW_DATA + ":PT"),
                "",
                null,
                null,
                1,
                null);
    }

    /** Projections: as for PET, the protocol refuses what it cannot read. */
    static RoutingRule ctFbp() {
        return new RoutingRule(
                "ct-fbp",
                List.of(),
                DataSize.ofGigabytes(4),
                1,
                "",
                List.of(RAW_DATA + ":CT"),
                "",
                null,
                null,
                1,
                null);
    }

    public boolean matches(StudyComplete study) {
        return modalitiesOf(study).containsAll(modalities)
                && sopClassesOf(study).containsAll(sopClasses);
    }

    SliceRequest request() {
        return new SliceRequest(memory.toBytes(), computeSlices);
    }

    /** The same rule that asks for so much device memory. */
    RoutingRule with(DataSize other) {
        return new RoutingRule(
                protocol,
                modalities,
                other,
                computeSlices,
                model,
                sopClasses,
                site,
                priority,
                deadline,
                slices,
                stallLimit);
    }

    /** Of the series that hold more than raw data: raw data has the modality of what it can become. */
    public static Set<String> modalitiesOf(StudyComplete study) {
        return study.series().stream()
                .filter(series -> series.instances().stream()
                        .anyMatch(instance -> !instance.sopClassUid().equals(RAW_DATA)))
                .map(SeriesRef::modality)
                .collect(Collectors.toSet());
    }

    private static Set<String> sopClassesOf(StudyComplete study) {
        return study.series().stream()
                .flatMap(series -> series.instances().stream()
                        .map(InstanceRef::sopClassUid)
                        .flatMap(sopClass -> Stream.of(sopClass, sopClass + ":" + series.modality())))
                .collect(Collectors.toSet());
    }
}
