package io.tomogrid.node.bench;

import io.tomogrid.gateway.index.NameKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * An index of studies that never came: rows in the gateway's tables, as many as asked for, with no archive behind them. Ten
 * years of studies of four series each; every second study is of a patient who has another one.
 */
final class QueryIndex {
    static final int PER_STUDY = 200;
    private static final int SERIES = 4;
    private static final int SURNAMES = 997;

    private QueryIndex() {}

    static String studyUid(int study) {
        return "2.25.1" + String.format("%09d", study);
    }

    /** Patient of a study that is counted from 0. */
    static String patientId(int study) {
        return "P" + study / 2;
    }

    /** Fills an index that is empty and lets the database count what is in it. @param studies of 200 instances each */
    static void fill(Connection database, int studies) throws SQLException {
        insert(
                database,
                "INSERT INTO gateway.patient (patient_id, issuer)"
                        + " SELECT 'P' || n, 'BENCH' FROM generate_series(0, (? - 1) / 2) n",
                studies);
        String surname = "'Family' || (n / 2) % " + SURNAMES;
        insert(database, """
                INSERT INTO gateway.study (study_uid, patient, last_received, revision, described, patient_name,
                    patient_name_key, patient_birth_date, patient_sex, study_date, study_time, accession_number, study_id,
                    study_description)
                SELECT '2.25.1' || lpad(n::text, 9, '0'), p.id, timestamptz '2026-01-01' - n * interval '10 minutes', 1, true,
                    %s || '^Given', '%s' || (n / 2) %% %d || '^given', '19500101', 'O',
                    to_char(date '2026-01-01' - (n * 3650 / ?), 'YYYYMMDD'), '103000', 'A' || n, 'S' || n, 'PET-CT'
                FROM generate_series(0, ? - 1) n JOIN gateway.patient p ON p.patient_id = 'P' || n / 2""".formatted(surname, NameKey.of("Family"), SURNAMES), studies, studies);
        insert(database, """
                INSERT INTO gateway.series (study_uid, series_uid, modality, described, series_number, series_description)
                SELECT '2.25.1' || lpad(n::text, 9, '0'), '2.25.1' || lpad(n::text, 9, '0') || s,
                    CASE WHEN s %% 2 = 0 THEN 'CT' ELSE 'PT' END, true, s::text, 'series ' || s
                FROM generate_series(0, ? - 1) n, generate_series(0, %d) s""".formatted(SERIES - 1), studies);
        insert(database, """
                INSERT INTO gateway.instance (sop_instance_uid, sop_class_uid, study_uid, series_uid, transfer_syntax_uid,
                    segment, start, length, sha256, received, result, described, instance_number, calling_ae)
                SELECT '2.25.1' || lpad(n::text, 9, '0') || lpad(i::text, 4, '0'), '1.2.840.10008.5.1.4.1.1.2',
                    '2.25.1' || lpad(n::text, 9, '0'), '2.25.1' || lpad(n::text, 9, '0') || i %% %d, '1.2.840.10008.1.2.1',
                    'segments/0000000000.seg', 0, 1, repeat('0', 64), timestamptz '2026-01-01', false, true, i::text, 'BENCH'
                FROM generate_series(0, ? - 1) n, generate_series(0, %d) i""".formatted(SERIES, PER_STUDY - 1), studies);
        try (Statement statement = database.createStatement()) {
            statement.execute("VACUUM ANALYZE");
        }
    }

    private static void insert(Connection database, String sql, int... arguments) throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setInt(i + 1, arguments[i]);
            }
            statement.executeUpdate();
        }
    }
}
