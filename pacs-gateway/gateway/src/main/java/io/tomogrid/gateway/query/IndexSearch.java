package io.tomogrid.gateway.query;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.net.RequestRefused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Finds studies, series and instances, of all studies or of some, by what the index holds; for who does not ask by DIMSE. */
@Component
public class IndexSearch {
    /** What is searched. */
    public enum Level {
        STUDY(QueryLevel.STUDY),
        SERIES(QueryLevel.SERIES),
        INSTANCE(QueryLevel.IMAGE);

        private final QueryLevel level;

        Level(QueryLevel level) {
            this.level = level;
        }

        /** Whether the index holds the attribute, of this level or of one above. */
        public boolean holds(int tag) {
            return key(tag).isPresent();
        }

        /** Whether a value of the attribute also leaves out what has another one. */
        public boolean matches(int tag) {
            return key(tag).filter(key -> key.matching() != Matching.NONE).isPresent();
        }

        private Optional<QueryKey> key(int tag) {
            return QueryKey.of(tag).filter(key -> key.level().compareTo(level) <= 0);
        }
    }

    private final JdbcTemplate jdbc;

    IndexSearch(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What matches, in an order that stays the same from page to page: studies as they came, the latest first; series and
     * instances by their numbers.
     *
     * @param keys attributes to return, those with a value match; what the index does not hold is passed over
     * @return the keys that the index holds with their values, in UTF-8
     * @throws RequestRefused naming the key whose value cannot be understood
     */
    public List<Dataset> find(Level level, Dataset keys, int limit, int offset) throws RequestRefused {
        Query query = Query.relational(level.level, keys);
        List<Object> arguments = new ArrayList<>(query.arguments());
        arguments.add(limit);
        arguments.add(offset);
        return jdbc.query(query.sql() + " OFFSET ?", (row, n) -> query.match(row), arguments.toArray());
    }

    /**
     * How many {@link #find} would find without a limit.
     *
     * @throws RequestRefused naming the key whose value cannot be understood
     */
    public long count(Level level, Dataset keys) throws RequestRefused {
        Query query = Query.relational(level.level, keys);
        Long count = jdbc.queryForObject(
                query.countSql(), Long.class, query.arguments().toArray());
        return count == null ? 0 : count;
    }
}
