package io.tomogrid.gateway.contract;

import java.io.Serializable;
import java.util.List;

/**
 * A study has come to rest and may be processed. Our own results are never listed in it.
 *
 * @param sequence position in the gateway's feed, strictly increasing
 * @param studyUid Study Instance UID (0020,000D)
 * @param revision 1 for the first completion; each set of late source images makes the next one
 * @param completeness what ended the study
 * @param series the source series in it
 * @param callingAes AE titles that sent its source instances, who sent most first; {@code STOW-RS} for those that came by
 *     DICOMweb; empty if it is not known
 */
public record StudyComplete(
        long sequence,
        String studyUid,
        int revision,
        Completeness completeness,
        List<SeriesRef> series,
        List<String> callingAes)
        implements Serializable {
    public StudyComplete {
        series = List.copyOf(series);
        callingAes = List.copyOf(callingAes);
    }

    /** Of a study of which it is not known who sent it. */
    public StudyComplete(
            long sequence, String studyUid, int revision, Completeness completeness, List<SeriesRef> series) {
        this(sequence, studyUid, revision, completeness, series, List.of());
    }

    /** What made the gateway believe that no more images come. */
    public enum Completeness {
        QUIET_PERIOD,
        EXPECTED_COUNT,
        OPERATOR
    }

    /** Number of instances over all series. */
    public int instances() {
        return series.stream().mapToInt(s -> s.instances().size()).sum();
    }
}
