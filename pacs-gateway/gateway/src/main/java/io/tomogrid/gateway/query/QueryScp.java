package io.tomogrid.gateway.query;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.net.CFindHandler;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.QueryRequest;
import io.tomogrid.gateway.GatewayProperties;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/*
 * The matches are taken from the database before the first one is sent: a requestor that reads slowly must not hold one
 * of the few connections. The limit bounds what is in memory meanwhile.
 */
/** Query SCP, PS3.4 annex C: answers from the index alone. */
@Component
public class QueryScp implements CFindHandler {

    private final JdbcTemplate jdbc;
    private final String aeTitle;
    private final int mostMatches;

    QueryScp(JdbcTemplate jdbc, GatewayProperties properties) {
        this.jdbc = jdbc;
        this.aeTitle = properties.dicom().aeTitle();
        this.mostMatches = properties.dicom().maxMatches();
    }

    @Override
    public DimseStatus find(QueryRequest request, Matches matches) throws IOException {
        Query query = Query.of(request.sopClassUid(), request.identifier(), request.relational());
        List<Object> arguments = new ArrayList<>(query.arguments());
        arguments.add(mostMatches + 1);
        List<Dataset> rows = jdbc.query(query.sql(), (row, n) -> query.match(row), arguments.toArray());
        DimseStatus pending = query.passedOver() ? DimseStatus.PENDING_WITHOUT_SOME_KEYS : DimseStatus.PENDING;
        for (Dataset row : rows.subList(0, Math.min(rows.size(), mostMatches))) {
            if (!matches.send(match(query, row), pending)) {
                return DimseStatus.CANCEL;
            }
        }
        return rows.size() <= mostMatches
                ? DimseStatus.SUCCESS
                : DimseStatus.RESPONSE_LIMIT_REACHED.because("more than " + mostMatches + " match; ask more narrowly");
    }

    private Dataset match(Query query, Dataset row) {
        return row.put(Tag.QueryRetrieveLevel, query.level().name()).put(Tag.RetrieveAETitle, aeTitle);
    }
}
