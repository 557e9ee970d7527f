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
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/*
 * Which studies match is asked of the index (StudyFinder). What is answered of them is read from the header of the first
 * instance of the study or series, which is remembered: any attribute can be included.
 */
/** Studies, series and instances with the attributes by which they are searched. */
@Component
final class SearchIndex {
    private static final int REMEMBERED = 1000;
    /** Functional groups and pixels are no attributes to search. */
    private static final int NOT_READ = 0x50000000;

    private static final String SQL = """
            SELECT i.study_uid, i.series_uid, i.sop_instance_uid, i.transfer_syntax_uid, i.segment, i.start, i.length, s.*
            FROM (%s) s JOIN instance i ON i.sop_instance_uid = s.first""";
    private static final String STUDIES = """
            SELECT (SELECT sop_instance_uid FROM instance x WHERE x.study_uid = st.study_uid
                    ORDER BY result, segment, start LIMIT 1) AS first,
                (SELECT count(*) FROM series x WHERE x.study_uid = st.study_uid) AS series,
                (SELECT count(*) FROM instance x WHERE x.study_uid = st.study_uid) AS instances,
                (SELECT string_agg(DISTINCT modality, '\\' ORDER BY modality) FROM series x
                    WHERE x.study_uid = st.study_uid) AS modalities,
                st.last_received
            FROM study st WHERE (?::text IS NULL OR st.study_uid = ANY(string_to_array(?, ',')))""";
    private static final String SERIES = """
            SELECT (SELECT sop_instance_uid FROM instance x WHERE x.study_uid = se.study_uid
                    AND x.series_uid = se.series_uid ORDER BY segment, start LIMIT 1) AS first,
                1 AS series,
                (SELECT count(*) FROM instance x WHERE x.study_uid = se.study_uid AND x.series_uid = se.series_uid)
                    AS instances,
                se.modality AS modalities, st.last_received
            FROM series se JOIN study st USING (study_uid)
            WHERE (?::text IS NULL OR se.study_uid = ANY(string_to_array(?, ',')))""";
    private static final String INSTANCES = """
            SELECT x.sop_instance_uid AS first, 1 AS series, 1 AS instances, '' AS modalities,
                st.last_received
            FROM instance x JOIN study st USING (study_uid)
            WHERE (?::text IS NULL OR x.study_uid = ANY(string_to_array(?, ',')))
                AND (?::text IS NULL OR x.series_uid = ?)""";

    private final JdbcTemplate jdbc;
    private final SegmentReader archive;
    private final Map<String, Dataset> remembered = Collections.synchronizedMap(new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Dataset> eldest) {
            return size() > REMEMBERED;
        }
    });

    SearchIndex(JdbcTemplate jdbc, SegmentReader archive) {
        this.jdbc = jdbc;
        this.archive = archive;
    }

    /** One that may match; its attributes are read when they are asked for. */
    record Candidate(
            String studyUid,
            String seriesUid,
            String sopInstanceUid,
            String transferSyntax,
            SegmentRef ref,
            int series,
            int instances,
            String modalities) {}

    /**
     * Newest studies first.
     *
     * @param studies UIDs separated by commas, or null for all
     * @param series one UID, or null for all; of instances only
     */
    List<Candidate> candidates(SearchLevel level, String studies, String series) {
        String order = " ORDER BY s.last_received DESC, i.study_uid, i.series_uid, i.segment, i.start";
        return switch (level) {
            case STUDY -> query(SQL.formatted(STUDIES) + order, studies, studies);
            case SERIES -> query(SQL.formatted(SERIES) + order, studies, studies);
            case INSTANCE -> query(SQL.formatted(INSTANCES) + order, studies, studies, series, series);
        };
    }

    private List<Candidate> query(String sql, Object... arguments) {
        return jdbc.query(
                sql,
                (row, n) -> new Candidate(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        new SegmentRef(row.getString(5), row.getLong(6), row.getLong(7)),
                        row.getInt("series"),
                        row.getInt("instances"),
                        row.getString("modalities")),
                arguments);
    }

    /** A copy that the caller may change. @param level instances are not remembered: there are many of them */
    Dataset attributes(SearchLevel level, Candidate candidate) throws IOException {
        Dataset header = remembered.get(candidate.sopInstanceUid());
        if (header == null) {
            try (InputStream in = new BufferedInputStream(archive.stream(candidate.ref()), 1 << 13)) {
                header = DatasetReader.readUntil(in, candidate.transferSyntax(), ReadLimits.HEADER, NOT_READ);
            }
            if (level != SearchLevel.INSTANCE) {
                remembered.put(candidate.sopInstanceUid(), header);
            }
        }
        Dataset attributes = new Dataset();
        header.forEach(attributes::put);
        if (level == SearchLevel.STUDY) {
            attributes
                    .put(Tag.ModalitiesInStudy, candidate.modalities().split("\\\\"))
                    .put(Tag.NumberOfStudyRelatedSeries, candidate.series())
                    .put(Tag.NumberOfStudyRelatedInstances, candidate.instances());
        } else if (level == SearchLevel.SERIES) {
            attributes.put(Tag.NumberOfSeriesRelatedInstances, candidate.instances());
        }
        return attributes;
    }
}
