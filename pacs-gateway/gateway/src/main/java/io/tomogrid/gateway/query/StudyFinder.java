package io.tomogrid.gateway.query;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.RequestRefused;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Finds studies by what the index holds of them, for whoever does not ask by DIMSE. */
@Component
public class StudyFinder {
    private static final int MOST = 10_000;

    private final JdbcTemplate jdbc;

    StudyFinder(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * UIDs of the studies that match, the latest first, 10000 at most.
     *
     * @param keys attributes with the values to match; those that the index does not hold match everything
     * @throws RequestRefused naming the key whose value cannot be understood
     */
    public List<String> find(Dataset keys) throws RequestRefused {
        keys.put(Tag.QueryRetrieveLevel, QueryLevel.STUDY.name());
        Query query = Query.of(Uid.StudyRootQueryRetrieveInformationModelFIND, keys, false);
        List<Object> arguments = new ArrayList<>(query.arguments());
        arguments.add(MOST);
        return jdbc.query(query.sql(), (row, n) -> row.getString(1), arguments.toArray());
    }
}
