package io.tomogrid.dicom.object;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * What all results of one job share.
 *
 * @param pet the series that was measured; patient, study and frame of reference are copied from it
 * @param otherSources further series of the study that were used, such as the CT
 * @param uids names the results
 * @param created when the job ran; written in the time zone of the source, or of this machine if the source tells none
 * @param equipment what made the results
 * @param algorithm what made the mask
 * @param predecessors reports of earlier revisions of the study that these results replace; often empty
 */
public record ResultContext(
        PetSource pet,
        List<SeriesReference> otherSources,
        ResultUids uids,
        Instant created,
        Equipment equipment,
        Algorithm algorithm,
        List<SeriesReference> predecessors) {
    public ResultContext {
        otherSources = List.copyOf(otherSources);
        predecessors = List.copyOf(predecessors);
    }

    ResultOrigin origin() {
        return new ResultOrigin(pet.header(), uids, created, equipment);
    }

    /** The PET and then the others. */
    List<SeriesReference> sources() {
        return Stream.concat(Stream.of(pet.series()), otherSources.stream()).toList();
    }
}
