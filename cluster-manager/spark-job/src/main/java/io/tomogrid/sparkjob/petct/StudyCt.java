package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.imaging.Volume;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The CT of a study that lies in a frame of reference: of several that with most slices, of equal ones that with the smaller UID.
 *
 * @param header of its first slice @param volume HU @param notes on what the volume is made of
 */
public record StudyCt(String seriesUid, Dataset header, Volume volume, List<String> notes) {
    private static final float AIR_HU = -1000;

    /**
     * @param frame Frame of Reference UID
     * @return empty if the study has no CT
     * @throws ProtocolFailure if it has, but in other frames of reference, or its slices make no volume
     */
    public static Optional<StudyCt> of(StudyComplete study, ArchivedSeries archive, String frame)
            throws ProtocolFailure {
        List<SeriesRef> all = new ArrayList<>();
        List<SeriesRef> inFrame = new ArrayList<>();
        for (SeriesRef series : study.series()) {
            if (series.instances().isEmpty()
                    || !series.instances().get(0).sopClassUid().equals(Uid.CTImageStorage)) {
                continue;
            }
            Dataset header = archive.header(series.instances().get(0));
            if (header.strings(Tag.ImageType).contains("LOCALIZER")) {
                continue;
            }
            all.add(series);
            if (header.string(Tag.FrameOfReferenceUID).orElse("").equals(frame)) {
                inFrame.add(series);
            }
        }
        if (all.isEmpty()) {
            return Optional.empty();
        }
        SeriesRef best = inFrame.stream()
                .min(Comparator.comparing((SeriesRef s) -> -s.instances().size())
                        .thenComparing(SeriesRef::seriesUid))
                .orElseThrow(() -> ProtocolFailure.input("CT series "
                        + all.get(0).seriesUid() + " is not in the raw data's frame of reference "
                        + frame + ", Frame of Reference UID (0020,0052), so it cannot attenuate it; send the CT of the"
                        + " PET's session, or register it first"));
        SourceSeries source = SourceSeries.of(best, archive.images(best), "[hnsf'U]", AIR_HU);
        return Optional.of(new StudyCt(
                best.seriesUid(),
                source.headers().get(0),
                source.assembled().volume(),
                source.assembled().notes()));
    }
}
