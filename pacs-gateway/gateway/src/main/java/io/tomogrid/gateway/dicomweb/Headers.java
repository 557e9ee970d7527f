package io.tomogrid.gateway.dicomweb;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * What the index does not hold of a study, series or instance, from the header of its first instance, which is remembered
 * for studies and series. Thread-safe.
 */
@Component
final class Headers {
    private static final int REMEMBERED = 1000;
    /** Functional groups and pixels are no attributes to search. */
    private static final int NOT_READ = 0x50000000;
    /** What is counted or gathered has no place in a header; a result does not speak for a study. */
    private static final List<Integer> FROM_THE_INDEX = List.of(
            Tag.ModalitiesInStudy,
            Tag.NumberOfStudyRelatedSeries,
            Tag.NumberOfStudyRelatedInstances,
            Tag.NumberOfSeriesRelatedInstances);

    /** The UIDs of the levels below are empty. */
    private record Key(String study, String series, String instance) {}

    private record Place(String transferSyntax, SegmentRef ref) {}

    private final JdbcTemplate jdbc;
    private final SegmentReader archive;
    private final Map<Key, Dataset> remembered = Collections.synchronizedMap(new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Dataset> eldest) {
            return size() > REMEMBERED;
        }
    });

    Headers(JdbcTemplate jdbc, SegmentReader archive) {
        this.jdbc = jdbc;
        this.archive = archive;
    }

    /**
     * All that is known of a study, series or instance that the index has; a copy that the caller may change.
     *
     * @param row its unique keys and what is counted; empty when it has been deleted meanwhile
     */
    Optional<Dataset> of(SearchLevel level, Dataset row) throws IOException {
        Key key =
                new Key(uid(row, Tag.StudyInstanceUID), uid(row, Tag.SeriesInstanceUID), uid(row, Tag.SOPInstanceUID));
        Dataset header = remembered.get(key);
        if (header == null) {
            Optional<Place> place = place(key);
            if (place.isEmpty()) {
                return Optional.empty();
            }
            header = read(place.get());
            if (level != SearchLevel.INSTANCE) {
                remembered.put(key, header);
            }
        }
        Dataset attributes = new Dataset();
        header.forEach(attributes::put);
        FROM_THE_INDEX.forEach(tag -> row.get(tag).ifPresent(attributes::put));
        return Optional.of(attributes);
    }

    private Optional<Place> place(Key key) {
        return jdbc
                .query(
                        "SELECT transfer_syntax_uid, segment, start, length FROM instance"
                                + " WHERE study_uid = ? AND (? = '' OR series_uid = ?) AND (? = '' OR sop_instance_uid = ?)"
                                + " ORDER BY result, segment, start LIMIT 1",
                        (row, n) -> new Place(
                                row.getString(1), new SegmentRef(row.getString(2), row.getLong(3), row.getLong(4))),
                        key.study,
                        key.series,
                        key.series,
                        key.instance,
                        key.instance)
                .stream()
                .findFirst();
    }

    private Dataset read(Place place) throws IOException {
        try (InputStream in = new BufferedInputStream(archive.stream(place.ref()), 1 << 13)) {
            return DatasetReader.readUntil(in, place.transferSyntax(), ReadLimits.HEADER, NOT_READ);
        }
    }

    private static String uid(Dataset row, int tag) {
        return row.string(tag).orElse("");
    }
}
