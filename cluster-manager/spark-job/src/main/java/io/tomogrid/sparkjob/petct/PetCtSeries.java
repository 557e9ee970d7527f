package io.tomogrid.sparkjob.petct;

import io.tomogrid.codec.LossyCompression;
import io.tomogrid.dicom.Uid;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The PET and the CT of a study, as volumes in one frame of reference.
 *
 * @param notes series that were left alone, duplicates, tilt, padding, loss by compression
 */
record PetCtSeries(SourceSeries pet, SourceSeries ct, List<String> notes) {
    private static final float AIR_HU = -1000;

    static PetCtSeries read(StudyComplete study, ArchivedSeries archive) throws ProtocolFailure {
        SeriesChoice choice = SeriesChoice.of(study, archive);
        SourceSeries pet = SourceSeries.of(choice.pet(), archive.images(choice.pet()), "{rescaled}", 0);
        SourceSeries ct = SourceSeries.of(choice.ct(), archive.images(choice.ct()), "[hnsf'U]", AIR_HU);
        List<String> notes = new ArrayList<>(choice.notes());
        note(notes, choice.pet(), pet);
        note(notes, choice.ct(), ct);
        return new PetCtSeries(pet, ct, notes);
    }

    private static void note(List<String> notes, SeriesRef series, SourceSeries source) {
        for (String note : source.assembled().notes()) {
            notes.add(series.modality() + " series " + series.seriesUid() + ": " + note);
        }
        source.headers().stream()
                .map(header -> LossyCompression.of(Uid.ExplicitVRLittleEndian, header))
                .flatMap(Optional::stream)
                .findFirst()
                .ifPresent(loss ->
                        notes.add(series.modality() + " series " + series.seriesUid() + ": was compressed with loss ("
                                + loss.describe() + "), so its values are near those that were acquired"));
    }
}
