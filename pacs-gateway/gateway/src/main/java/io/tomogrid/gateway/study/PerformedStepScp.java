package io.tomogrid.gateway.study;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uids;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.PerformedStepHandler;
import io.tomogrid.dicom.net.RequestRefused;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Modality Performed Procedure Step SCP, PS3.4 section F.7.2: a study need not wait for its quiet period (ING-13). */
@Component
public class PerformedStepScp implements PerformedStepHandler {
    private static final Logger log = LoggerFactory.getLogger(PerformedStepScp.class);
    /** PS3.4 table F.7.2-2. */
    private static final Set<String> STATES = Set.of("IN PROGRESS", "COMPLETED", "DISCONTINUED");

    private static final DimseStatus INVALID_VALUE = new DimseStatus(0x0106, "");
    private static final DimseStatus MISSING = new DimseStatus(0x0120, "");

    private final PerformedStepStore steps;

    PerformedStepScp(PerformedStepStore steps) {
        this.steps = steps;
    }

    @Override
    public void begun(String callingAe, String step, Dataset dataset) throws RequestRefused {
        String state = dataset.string(Tag.PerformedProcedureStepStatus).orElse("");
        if (!state.equals(PerformedStepStore.IN_PROGRESS)) {
            throw new RequestRefused(INVALID_VALUE, "a step begins with the status IN PROGRESS");
        }
        Set<String> studies = new LinkedHashSet<>();
        for (Dataset scheduled : dataset.items(Tag.ScheduledStepAttributesSequence)) {
            scheduled.string(Tag.StudyInstanceUID).filter(Uids::valid).ifPresent(studies::add);
        }
        if (studies.isEmpty()) {
            throw new RequestRefused(MISSING, "Scheduled Step Attributes name no Study Instance UID");
        }
        if (!steps.begin(step, callingAe, studies)) {
            throw new RequestRefused(DimseStatus.DUPLICATE_SOP_INSTANCE, "this step was begun before");
        }
        log.info("step {} of study {} begun by {}", step, studies, callingAe);
    }

    @Override
    public void changed(String callingAe, String step, Dataset changes) throws RequestRefused {
        String before = steps.state(step)
                .orElseThrow(
                        () -> new RequestRefused(DimseStatus.NO_SUCH_OBJECT_INSTANCE, "no such step was begun here"));
        String state = changes.string(Tag.PerformedProcedureStepStatus).orElse(before);
        if (!STATES.contains(state)) {
            throw new RequestRefused(INVALID_VALUE, "expected the status IN PROGRESS, COMPLETED or DISCONTINUED");
        }
        if (!steps.change(step, state, instances(changes))) {
            // PS3.4 section F.7.2.2.2
            throw new RequestRefused(DimseStatus.PROCESSING_FAILURE, "the step has ended, it may no longer be updated");
        }
        log.info("step {}: {}", step, state);
    }

    /** All that is referenced; empty if the sequence is not there. */
    private static Optional<Collection<String>> instances(Dataset changes) {
        if (!changes.contains(Tag.PerformedSeriesSequence)) {
            return Optional.empty();
        }
        Set<String> instances = new LinkedHashSet<>();
        for (Dataset series : changes.items(Tag.PerformedSeriesSequence)) {
            for (int sequence :
                    new int[] {Tag.ReferencedImageSequence, Tag.ReferencedNonImageCompositeSOPInstanceSequence}) {
                for (Dataset reference : series.items(sequence)) {
                    reference
                            .string(Tag.ReferencedSOPInstanceUID)
                            .filter(Uids::valid)
                            .ifPresent(instances::add);
                }
            }
        }
        return Optional.of(instances);
    }
}
