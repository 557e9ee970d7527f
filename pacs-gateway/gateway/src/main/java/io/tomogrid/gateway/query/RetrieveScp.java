package io.tomogrid.gateway.query;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.codec.PixelDecoder;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.net.CGetHandler;
import io.tomogrid.dicom.net.CMoveHandler;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.QueryRequest;
import io.tomogrid.dicom.net.RequestRefused;
import io.tomogrid.dicom.net.Retrievable;
import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.gateway.GatewayProperties.Destination;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Retrieve SCP, PS3.4 annex C, by C-MOVE to configured destinations only. */
@Component
public class RetrieveScp implements CGetHandler, CMoveHandler {
    private final JdbcTemplate jdbc;
    private final SegmentReader archive;
    private final PixelDecoder decoder = new PixelDecoder();
    private final List<Destination> destinations;

    RetrieveScp(JdbcTemplate jdbc, SegmentReader archive, GatewayProperties properties) {
        this.jdbc = jdbc;
        this.archive = archive;
        this.destinations = properties.destinations();
    }

    @Override
    public Move move(QueryRequest request, String aeTitle) throws IOException {
        Destination destination = destinations.stream()
                .filter(d -> d.aeTitle().equals(aeTitle))
                .findFirst()
                .orElseThrow(() -> new RequestRefused(
                        DimseStatus.MOVE_DESTINATION_UNKNOWN, "the destination is not configured here"));
        return new Move(
                destination.host(), destination.port(), destination.callingAe(), destination.aeTitle(), get(request));
    }

    @Override
    public List<Retrievable> get(QueryRequest request) throws IOException {
        Dataset identifier = request.identifier();
        QueryLevel level = QueryLevel.of(identifier, request.sopClassUid());
        List<QueryLevel> keys = new ArrayList<>(level.above(request.sopClassUid()));
        keys.removeIf(above ->
                request.relational() && identifier.string(above.uniqueKey()).isEmpty());
        keys.add(level);
        StringBuilder where = new StringBuilder();
        List<Object> arguments = new ArrayList<>();
        for (QueryLevel key : keys) {
            where.append(" AND ").append(column(key)).append(" = ANY(?)");
            arguments.add(Query.uniqueValues(identifier, level, key).toArray(String[]::new));
        }
        identifier.string(Tag.IssuerOfPatientID).ifPresent(issuer -> {
            where.append(" AND p.issuer = ?");
            arguments.add(issuer.replace("\0", ""));
        });
        if (level == QueryLevel.PATIENT) {
            refuseAmbiguous(where.toString(), arguments);
        }
        return jdbc.query(
                "SELECT i.sop_class_uid, i.sop_instance_uid, i.transfer_syntax_uid, i.segment, i.start, i.length, i.sha256"
                        + " FROM " + Query.from(QueryLevel.IMAGE) + where
                        + " ORDER BY s.study_uid, e.series_uid, lpad(i.instance_number, 12, '0'), i.sop_instance_uid",
                (row, n) -> new ArchivedInstance(
                        archive,
                        decoder,
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        new SegmentRef(row.getString(4), row.getLong(5), row.getLong(6)),
                        row.getString(7)),
                arguments.toArray());
    }

    /** The same ID from two issuers is two patients; nobody shall get the one for the other. */
    private void refuseAmbiguous(String where, List<Object> arguments) throws RequestRefused {
        Integer most = jdbc.queryForObject(
                "SELECT coalesce(max(n), 0) FROM (SELECT count(DISTINCT p.issuer) AS n FROM patient p WHERE true"
                        + where + " GROUP BY p.patient_id) x",
                Integer.class,
                arguments.toArray());
        if (most != null && most > 1) {
            throw new RequestRefused(
                    DimseStatus.IDENTIFIER_DOES_NOT_MATCH, "IssuerOfPatientID is missing: several have this PatientID");
        }
    }

    private static String column(QueryLevel level) {
        return QueryKey.of(level.uniqueKey()).orElseThrow().expression();
    }
}
