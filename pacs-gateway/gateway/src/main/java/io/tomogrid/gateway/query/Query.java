package io.tomogrid.gateway.query;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.RequestRefused;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A query as SQL over the index. Keys of levels above that of the query are matched and returned, too; keys of levels
 * below, sequences and what the index does not hold are passed over.
 *
 * @param returned keys whose values are selected, in this order
 * @param passedOver whether there were keys that are not supported
 */
record Query(QueryLevel level, List<QueryKey> returned, List<Condition> conditions, boolean passedOver) {
    private static final String UTF_8 = "ISO_IR 192";

    Query {
        returned = List.copyOf(returned);
        conditions = List.copyOf(conditions);
    }

    /**
     * @param relational whether unique keys above the level may be missing
     * @throws RequestRefused naming what is wrong with the identifier, never a value of it
     */
    static Query of(String sopClass, Dataset identifier, boolean relational) throws RequestRefused {
        QueryLevel level = QueryLevel.of(identifier, sopClass);
        for (QueryLevel above : relational ? List.<QueryLevel>of() : level.above(sopClass)) {
            uniqueValues(identifier, level, above);
        }
        return relational(level, identifier);
    }

    /**
     * Without the unique keys of the levels above, as PS3.4 section C.4.1.3.2 calls it.
     *
     * @throws RequestRefused naming what is wrong with the identifier, never a value of it
     */
    static Query relational(QueryLevel level, Dataset identifier) throws RequestRefused {
        List<QueryKey> returned = new ArrayList<>();
        List<Condition> conditions = new ArrayList<>();
        boolean passedOver = false;
        returned.add(QueryKey.of(level.uniqueKey()).orElseThrow());
        for (Element element : identifier) {
            if (isNoKey(element.tag())) {
                continue;
            }
            Optional<QueryKey> key =
                    QueryKey.of(element.tag()).filter(k -> k.level().compareTo(level) <= 0);
            if (key.isEmpty() || !(element instanceof Element.Value)) {
                passedOver = true;
                continue;
            }
            key.get().match(values(identifier, element.tag())).ifPresent(conditions::add);
            if (element.tag() != level.uniqueKey()) {
                returned.add(key.get());
            }
        }
        return new Query(level, returned, conditions, passedOver);
    }

    /**
     * The values of a unique key above the level of the query or at it.
     *
     * @throws RequestRefused if there are none
     */
    static List<String> uniqueValues(Dataset identifier, QueryLevel level, QueryLevel of) throws RequestRefused {
        List<String> values = values(identifier, of.uniqueKey()).stream()
                .filter(value -> !value.isBlank())
                .toList();
        if (values.isEmpty()) {
            throw new RequestRefused(
                    DimseStatus.IDENTIFIER_DOES_NOT_MATCH,
                    Dictionary.keyword(of.uniqueKey()) + " is missing, level " + level + " needs it");
        }
        return values;
    }

    /** NUL is no character of any text, and PostgreSQL takes none. */
    private static List<String> values(Dataset identifier, int tag) {
        return identifier.strings(tag).stream().map(v -> v.replace("\0", "")).toList();
    }

    private static boolean isNoKey(int tag) {
        return tag == Tag.QueryRetrieveLevel
                || tag == Tag.SpecificCharacterSet
                || tag == Tag.RetrieveAETitle
                || tag == Tag.TimezoneOffsetFromUTC
                || (tag & 0xffff) == 0;
    }

    /** With room for the limit as last argument. */
    String sql() {
        String select = returned.stream().map(QueryKey::expression).collect(Collectors.joining(", "));
        return "SELECT " + select + " FROM " + from(level) + where() + " ORDER BY " + order() + " LIMIT ?";
    }

    /** How many rows the answer has. */
    String countSql() {
        return "SELECT count(*) FROM " + from(level) + where();
    }

    private String where() {
        return conditions.isEmpty()
                ? ""
                : " AND " + conditions.stream().map(Condition::sql).collect(Collectors.joining(" AND "));
    }

    /** The present row of the answer: what was to be returned, in UTF-8. */
    Dataset match(ResultSet row) throws SQLException {
        Dataset match = new Dataset().put(Tag.SpecificCharacterSet, UTF_8);
        for (int i = 0; i < returned.size(); i++) {
            put(match, returned.get(i).tag(), row.getString(i + 1));
        }
        return match;
    }

    private static void put(Dataset match, int tag, String value) {
        VR vr = Dictionary.vr(tag);
        if (value == null || value.isEmpty()) {
            match.putEmpty(tag);
        } else if (vr.kind() == VR.Kind.BINARY) {
            match.put(tag, Integer.parseInt(value));
        } else if (vr.kind() == VR.Kind.SPECIFIC_TEXT) {
            match.put(tag, value);
        } else {
            // What senders put into fields of the default repertoire is not always of it.
            match.put(tag, value.replaceAll("[^ -~]", "?").split("\\\\"));
        }
    }

    List<Object> arguments() {
        return conditions.stream().flatMap(c -> c.arguments().stream()).toList();
    }

    /** A patient is known by an ID; its other attributes are those of its newest study. */
    static String from(QueryLevel level) {
        return switch (level) {
            case PATIENT -> """
                    patient p JOIN LATERAL (SELECT * FROM study WHERE study.patient = p.id
                        ORDER BY last_received DESC, study_uid LIMIT 1) s ON true WHERE p.patient_id <> ''""";
            case STUDY -> "study s JOIN patient p ON p.id = s.patient WHERE true";
            case SERIES -> "series e JOIN study s USING (study_uid) JOIN patient p ON p.id = s.patient WHERE true";
            case IMAGE -> """
                    instance i JOIN series e USING (study_uid, series_uid) JOIN study s USING (study_uid)
                    JOIN patient p ON p.id = s.patient WHERE true""";
        };
    }

    private String order() {
        return switch (level) {
            case PATIENT -> "p.patient_id, p.issuer";
            case STUDY -> "s.study_date DESC, s.study_time DESC, s.study_uid";
            case SERIES -> "lpad(e.series_number, 12, '0'), e.series_uid";
            case IMAGE -> "lpad(i.instance_number, 12, '0'), i.sop_instance_uid";
        };
    }
}
